//! Vectors with known results: URLs, orders and window messages as a marketplace and a provider
//! exchange them, the published ones of client projects, and the ones that must be refused.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use freischalt_protocol::{
    Secret,
    hmac::{LegacyAction, contains_float, sign_v1, verify_v1},
    php::{
        self, json,
        query::{Encoding, build_query, parse_str},
    },
    signed_order::{self, SignedOrderError},
    signed_url::{self, Port, SignedUrlError},
};

fn provider_secret() -> Secret {
    Secret::new("provider-secret-0123456789")
}

/// The URL carries no signature; `canonical` and `signature` are what it must come to.
fn check_url(url: &str, canonical: &str, signature: &str) {
    let secret = provider_secret();
    assert_eq!(String::from_utf8(signed_url::canonical(url).unwrap()).unwrap(), canonical);
    let signed = signed_url::sign(url, &secret).unwrap();
    assert!(signed.contains(&format!("&signature={signature}")), "{signed}");
    assert!(signed_url::verify(&signed, &secret).is_ok());
    let refused = signed_url::verify(&signed, &Secret::new("another"));
    assert_eq!(refused.map(|_| ()), Err(SignedUrlError::WrongSignature));
}

const ACTIVATION: &str = "https://provider.example/onoffice/activate?customerName=M%C3%BCller+%26+S%C3%B6hne+Immobilien&customerWebId=8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f&userId=21&apiToken=0123456789abcdef0123456789abcdef&parameterCacheId=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&apiClaim=AbC_123-xyz&timestamp=1700000000";
const SERVICE: &str = "https://provider.example:8443/shop/index.php?theme=dark+mode&customerName=A%2BB%20GmbH%20%C3%9C&customerWebId=42&userId=7&groupId=3&apiClaim=a%2Fb%2Bc%3D%3D&parameterCacheId=pc-1&timestamp=1700000001&estateId=1.234&language=DEU&UserLanguage=ENG&imageIds=12%2C34#frag";

#[test]
fn activation_url() {
    check_url(
        ACTIVATION,
        "https://provider.example/onoffice/activate?apiClaim=AbC_123-xyz&apiToken=0123456789abcdef0123456789abcdef&customerName=M%C3%BCller+%26+S%C3%B6hne+Immobilien&customerWebId=8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f&parameterCacheId=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&timestamp=1700000000&userId=21",
        "aaf9e4d4a84f19b9fcb838a1af963db01b5a85f47fb77c5d36f4507d72f096c5",
    );
}

/// A port, a parameter of the provider's own, a fragment and mixed encodings.
#[test]
fn service_url() {
    check_url(
        SERVICE,
        "https://provider.example/shop/index.php?UserLanguage=ENG&apiClaim=a%2Fb%2Bc%3D%3D&customerName=A%2BB+GmbH+%C3%9C&customerWebId=42&estateId=1.234&groupId=3&imageIds=12%2C34&language=DEU&parameterCacheId=pc-1&theme=dark+mode&timestamp=1700000001&userId=7",
        "a3804cab015a5a728a9c70b3c1b97736231b355f7424883427f7145410afd050",
    );
}

#[test]
fn a_signature_over_the_port_is_refused_unless_asked_for() {
    let with_port = "85148de6d11212c0a7be31c0ac4af268ab40fa631e450ac68af81080ccc97a8e";
    let url = SERVICE.replace("#frag", &format!("&signature={with_port}"));
    let refused = signed_url::verify(&url, &provider_secret()).map(|_| ());
    assert_eq!(refused, Err(SignedUrlError::WrongSignature));
    assert!(Port::Kept.verify(&url, &provider_secret()).is_ok());
    assert_eq!(Port::Kept.sign(&url, &provider_secret()), Ok(url.clone()));
    let refused = Port::Kept.verify(&url.replace(":8443", ""), &provider_secret()).map(|_| ());
    assert_eq!(refused, Err(SignedUrlError::WrongSignature));
}

/// Their canonical text is the URL itself: the parameters are in order already.
#[test]
fn callback_urls() {
    let callbacks = [
        (
            "https://provider.example/result?message=Zahlung+war+erfolgreich%21&order=17&referenceid=998877&status=success&timestamp=1700000100&transactionid=1100135697",
            "6392a809bfd8476035fd931cbcd995d1c60680ce87152f3c17729b77bc715ef8",
        ),
        (
            "https://provider.example/result?aboid=5&status=success&timestamp=1700000101&transactionid=1100135698",
            "90c158316bcddd2c8eb2d765b1b1a57a47683950c6fcd485294059ecb05d0ded",
        ),
        (
            "https://provider.example/result?errorCodes=3&message=Die+Signatur+ist+ung%C3%BCltig&status=error&timestamp=1700000102",
            "4678468009c2c58564e02eba22d3de9149d90fb52205bf675f38c3d1d643ab6e",
        ),
    ];
    for (url, signature) in callbacks {
        check_url(url, url, signature);
    }
}

#[test]
fn encoding_table() {
    let value = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let array: php::Array = [("k", value)].into_iter().collect();
    assert_eq!(
        build_query(&array, Encoding::Rfc1738),
        "k=+%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D%7E"
    );
    assert_eq!(
        build_query(&array, Encoding::Rfc3986),
        "k=%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~"
    );
}

#[test]
fn parse_and_rebuild() {
    let array = parse_str(b"a.b=1&c%20d=2&e[]=x&e[]=y&f[k]=z&g&h=&i=1&i=2");
    assert_eq!(
        build_query(&array, Encoding::Rfc1738),
        "a_b=1&c_d=2&e%5B0%5D=x&e%5B1%5D=y&f%5Bk%5D=z&g=&h=&i=2"
    );
}

fn check_order(json: &str, canonical: &str, signature: &str) {
    let secret = provider_secret();
    let text = signed_order::canonical(json.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), canonical);
    let signed = signed_order::sign(json.as_bytes(), &secret).unwrap();
    assert!(signed.ends_with(&format!(r#","signature":"{signature}"}}"#)), "{signed}");
    assert!(signed_order::verify(signed.as_bytes(), &secret).is_ok());
    let refused = signed_order::verify(signed.as_bytes(), &Secret::new("another"));
    assert_eq!(refused, Err(SignedOrderError::WrongSignature));
}

/// The members in the order in which a shop may write them, unlike the canonical one.
const PRODUCT_ORDER: &str = r#"{"timestamp":1700000002,"totalprice":"38.70","products":[{"name":"360°-Rundgang (groß)","price":"38.70","quantity":"1","circleofusers":"customer"}],"parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","callbackurl":"https://provider.example/result?order=17"}"#;
const PRODUCT_SIGNATURE: &str = "bf2bb985b164e0bd603faae0a11b537fb89ccdbe7b625bd0a22eaac2b937fd0f";

#[test]
fn product_order() {
    check_order(
        PRODUCT_ORDER,
        "callbackurl=https%3A%2F%2Fprovider.example%2Fresult%3Forder%3D17&parametercacheid=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&products%5B0%5D%5Bcircleofusers%5D=customer&products%5B0%5D%5Bname%5D=360%C2%B0-Rundgang%20%28gro%C3%9F%29&products%5B0%5D%5Bprice%5D=38.70&products%5B0%5D%5Bquantity%5D=1&timestamp=1700000002&totalprice=38.70",
        PRODUCT_SIGNATURE,
    );
}

/// The text that the reference shop posts: sorted, with escaped slashes.
#[test]
fn posted_product_order() {
    let posted = format!(
        r#"{{"callbackurl":"https:\/\/provider.example\/result?order=17","parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","products":[{{"circleofusers":"customer","name":"360°-Rundgang (groß)","price":"38.70","quantity":"1"}}],"timestamp":1700000002,"totalprice":"38.70","signature":"{PRODUCT_SIGNATURE}"}}"#
    );
    let order = signed_order::verify(posted.as_bytes(), &provider_secret()).unwrap();
    assert_eq!(order.get_str("totalprice"), Some("38.70"));
    let signed = signed_order::sign(posted.as_bytes(), &provider_secret()).unwrap();
    assert_eq!(signed, posted);
}

/// A client that leaves parentheses as they are signs another text.
#[test]
fn an_order_signed_with_literal_parentheses_is_refused() {
    let text = "callbackurl=https%3A%2F%2Fprovider.example%2Fresult%3Forder%3D17&parametercacheid=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&products%5B0%5D%5Bcircleofusers%5D=customer&products%5B0%5D%5Bname%5D=360%C2%B0-Rundgang%20(gro%C3%9F)&products%5B0%5D%5Bprice%5D=38.70&products%5B0%5D%5Bquantity%5D=1&timestamp=1700000002&totalprice=38.70";
    let signature = hmac_sha256(text);
    assert!(signature.starts_with("98ae9d46") && signature.ends_with("b880"), "{signature}");
    let posted = PRODUCT_ORDER.replacen('{', &format!(r#"{{"signature":"{signature}","#), 1);
    let refused = signed_order::verify(posted.as_bytes(), &provider_secret());
    assert_eq!(refused, Err(SignedOrderError::WrongSignature));
}

#[test]
fn subscription_order() {
    check_order(
        r#"{"parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","callbackurl":"https://provider.example/result","abo":{"durationinmonth":"6","noticeperiod":"bis 3 Monate vor Vertragsende","automaticrenewal":"6 Monate","monthlycosts":"25.30","monthlyservicedescription":"Abo-Modell","circleofusers":""},"timestamp":1700000003}"#,
        "abo%5Bautomaticrenewal%5D=6%20Monate&abo%5Bcircleofusers%5D=&abo%5Bdurationinmonth%5D=6&abo%5Bmonthlycosts%5D=25.30&abo%5Bmonthlyservicedescription%5D=Abo-Modell&abo%5Bnoticeperiod%5D=bis%203%20Monate%20vor%20Vertragsende&callbackurl=https%3A%2F%2Fprovider.example%2Fresult&parametercacheid=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&timestamp=1700000003",
        "e901056c60928d36da0ab3aa22d913b398c26461a6f96b2f1493fc9db2f80881",
    );
}

#[test]
fn window_message() {
    check_order(
        r#"{"parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","onOfficeType":"onOffice.service.refreshParent","timestamp":1700000004}"#,
        "onOfficeType=onOffice.service.refreshParent&parametercacheid=6802c44a-7ac0-4210-a3d4-e5581e3fa0b6&timestamp=1700000004",
        "f7f49f9b55d9100bed7b56057f862eeb50c03a9ba710f39e4cc58099a46bc005",
    );
}

/// Numbers, booleans, null and an empty list.
#[test]
fn order_of_all_json_types() {
    check_order(
        r#"{"parametercacheid":"p","callbackurl":"https://p.example/r","totalprice":38.7,"products":[{"name":"a b","price":38.7,"quantity":1,"circleofusers":null,"flag":true,"flag2":false,"empty":[]}],"timestamp":1700000002}"#,
        "callbackurl=https%3A%2F%2Fp.example%2Fr&parametercacheid=p&products%5B0%5D%5Bflag%5D=1&products%5B0%5D%5Bflag2%5D=0&products%5B0%5D%5Bname%5D=a%20b&products%5B0%5D%5Bprice%5D=38.7&products%5B0%5D%5Bquantity%5D=1&timestamp=1700000002&totalprice=38.7",
        "9c1c1627ead432f3276fd999fa17b9d3163df66338ee347d2b3a959e8bff691d",
    );
}

/// A signature over a text of the test's own, made without the code under test.
fn hmac_sha256(text: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"provider-secret-0123456789").unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One row of the tables below: verb, resource type, identifier, resource id, parameters, hmac.
type LegacyVector<'a> = [&'a str; 6];

const LEGACY_TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn legacy_secret() -> Secret {
    Secret::new("fedcba9876543210".repeat(4))
}

/// What the server makes of a legacy action whose parameters arrive as this JSON text.
fn legacy(vector: LegacyVector<'_>) -> (Option<String>, bool) {
    let [verb, resource_type, identifier, resource_id, parameters, hmac] = vector;
    let parameters = json::decode(parameters.as_bytes()).unwrap();
    let action = LegacyAction {
        parameters: parameters.as_array().unwrap(),
        token: LEGACY_TOKEN,
        action_id: &format!("urn:onoffice-de-ns:smart:2.5:smartml:action:{verb}"),
        identifier,
        resource_id,
        timestamp: "1700000000",
        resource_type,
    };
    let secret = legacy_secret();
    (sign_v1(&action, &secret), verify_v1(&action, &secret, hmac))
}

#[test]
fn legacy_signature_of_a_published_test() {
    let parameters: php::Array = [("paramKey", "paramValue")].into_iter().collect();
    let action = LegacyAction {
        parameters: &parameters,
        token: "token",
        action_id: "action",
        identifier: "identifier",
        resource_id: "1",
        timestamp: "100",
        resource_type: "type",
    };
    let hmac = "7e0bb4b6ceb4b3cff609524e416f2ac3";
    assert_eq!(sign_v1(&action, &Secret::new("secret")).as_deref(), Some(hmac));
    assert!(verify_v1(&action, &Secret::new("secret"), hmac));
    assert!(!verify_v1(&action, &Secret::new("secret"), &hmac.to_uppercase()));
    assert!(!verify_v1(&action, &Secret::new("secret"), ""));
    assert!(!verify_v1(&LegacyAction { timestamp: "101", ..action }, &Secret::new("secret"), hmac));
}

/// What clients sign, and what the server must come to from any spelling of the same JSON.
#[test]
fn legacy_signatures() {
    let vectors: [LegacyVector<'_>; 12] = [
        ["get", "estateCategories", "", "", "[]", "7392fbc55887dcd0964a5ccde32d09b2"],
        ["get", "estateCategories", "", "", "{}", "7392fbc55887dcd0964a5ccde32d09b2"],
        [
            "modify",
            "estate",
            "mod-1",
            "116",
            r#"{"data":{"objekttitel":"Schöne Wohnung am Straßenende – 3 Zi.","url":"https://example.org/a/b?x=1&y=\"2\""}}"#,
            "7447c1d1ca215faf06e9f144e1a2f86e",
        ],
        [
            "read",
            "estate",
            "",
            "",
            r#"{"listlimit":10,"data":["Id","kaufpreis"],"Zeta":"z","filter":{"status":[{"op":"=","val":1}],"kaufpreis":[{"op":"<","val":300000}]},"sortby":{"kaufpreis":"ASC","Anzahl":"DESC"}}"#,
            "b572571ab070460ff56df7917b7452e6",
        ],
        [
            "create",
            "agentslog",
            "x",
            "",
            "{\"note\":\"Zeile1\\nZeile2\\t🏠 \u{7f}\u{2028}<>&'\"}",
            "88416bfd4c1aba06a518f539ad0eb0fb",
        ],
        [
            "create",
            "agentslog",
            "",
            "",
            r#"{"cost":2.45,"k":10.0,"s":"52.65434"}"#,
            "8a06c7cbb8f0d1a111609b741e35a5c3",
        ],
        ["read", "address", "", "32", r#"{"data":["Name"]}"#, "a655a8bd83febd1c8001d97b1384bfc0"],
        [
            "modify",
            "estate",
            "",
            "116",
            r#"{"x":1.50,"u":"a/b \u00fc","data":{}}"#,
            "f7975338bf202cf1fe9bd0533196970a",
        ],
        [
            "get",
            "fields",
            "",
            "",
            r#"{"o":{"0":"a","1":"b"},"p":{"1":"a"},"q":{"b":1,"a":2}}"#,
            "884b6ea9857b7b9e2bf0824f748d252f",
        ],
        [
            "read",
            "estate",
            "",
            "",
            r#"{"n":[1.0,10.0,0.1,1e3,1E25,123456789012345678901,-0.0,52.65434,1e-7,100000000000000000]}"#,
            "8984a4a765d01d8f12b17239b77712e2",
        ],
        [
            "read",
            "estate",
            "",
            "",
            r#"{"b":1,"B":1,"a":1,"_":1,"10":1,"9":1}"#,
            "67c2751adc28677ebef94c95f2e76be0",
        ],
        [
            "read",
            "estate",
            "",
            "",
            r#"{"9":1,"10":1,"B":1,"_":1,"a":1,"b":1}"#,
            "67c2751adc28677ebef94c95f2e76be0",
        ],
    ];
    for vector in vectors {
        assert_eq!(legacy(vector), (Some(vector[5].to_owned()), true), "{vector:?}");
    }
}

/// A client that signs `{}` cannot be verified: a PHP server writes `[]` for it.
#[test]
fn a_legacy_signature_over_an_empty_object_is_refused() {
    let parameters = r#"{"empty":[],"emptyobj":{},"fileId":2983,"flag":true,"nix":null,"off":false,"parentid":1685,"relationtype":"estate"}"#;
    let hmac = "51b1edbd33b32ebf58f9c7afbc8a0296";
    let (ours, genuine) = legacy(["modify", "fileRelation", "", "", parameters, hmac]);
    assert!(!genuine);
    assert_ne!(ours.as_deref(), Some(hmac));
    // The client's own construction does come to that signature.
    let secret = legacy_secret();
    let message = format!(
        "{parameters},{LEGACY_TOKEN},urn:onoffice-de-ns:smart:2.5:smartml:action:modify,,,{},1700000000,fileRelation",
        secret.expose()
    );
    assert_eq!(md5_hex(&format!("{}{}", secret.expose(), md5_hex(&message))), hmac);
}

#[test]
fn canonical_texts_of_legacy_parameters() {
    let pairs = [
        (r#"{}"#, r#"[]"#),
        (r#"{"u":"a/b \u00fc","x":1.50,"data":{}}"#, r#"{"u":"a\/b \u00fc","x":1.5,"data":[]}"#),
        (
            r#"{"o":{"0":"a","1":"b"},"p":{"1":"a"},"q":{"b":1,"a":2}}"#,
            r#"{"o":["a","b"],"p":{"1":"a"},"q":{"b":1,"a":2}}"#,
        ),
        (
            r#"[1.0,10.0,0.1,1e3,1E25,123456789012345678901,-0.0,52.65434,1e-7,100000000000000000]"#,
            r#"[1,10,0.1,1000,1.0e+25,1.2345678901234568e+20,-0,52.65434,1.0e-7,100000000000000000]"#,
        ),
    ];
    for (wire, canonical) in pairs {
        let value = json::decode(wire.as_bytes()).unwrap();
        assert_eq!(json::encode(&value).as_deref(), Some(canonical));
    }
}

#[test]
fn the_first_float_is_named() {
    let float =
        |text: &str| contains_float(json::decode(text.as_bytes()).unwrap().as_array().unwrap());
    assert_eq!(float(r#"{"a":1,"b":"2.5","c":[{"d":true}]}"#), None);
    assert_eq!(float(r#"{"a":1,"b":2.5,"c":1.5}"#).as_deref(), Some("b"));
    assert_eq!(float(r#"{"data":{"price":["1",1e0]},"b":2.5}"#).as_deref(), Some("data.price.1"));
    assert_eq!(float(r#"{"a":9223372036854775808}"#).as_deref(), Some("a"));
}

fn md5_hex(text: &str) -> String {
    use md5::Digest;
    md5::Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
