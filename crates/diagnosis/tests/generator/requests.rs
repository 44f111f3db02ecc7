//! Actions of API requests.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use md5::{Digest, Md5};

use super::{Case, Dice, Input, hex, hmac_256, hmac_512, sha_256};

const URN: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:";

struct Request {
    token: String,
    key: String,
    time: i64,
    kind: &'static str,
    verb: &'static str,
}

impl Request {
    fn rolled(dice: &mut Dice) -> Self {
        let (kind, verb) = *dice.pick(&[
            ("unlockProvider", "do"),
            ("estateCategories", "get"),
            ("agentsLog", "read"),
            ("transactionRefund", "do"),
        ]);
        Self {
            token: dice.text("0123456789abcdef", 32),
            key: dice.text("0123456789abcdef", 64),
            time: 1_700_000_000 + i64::try_from(dice.roll(99_999_999)).unwrap(),
            kind,
            verb,
        }
    }

    fn action_id(&self) -> String {
        format!("{URN}{}", self.verb)
    }

    fn right_text(&self) -> String {
        format!("{}{}{}{}", self.time, self.token, self.kind, self.action_id())
    }

    fn json(&self, version: &str, parameters: &str, hmac: &str) -> String {
        format!(
            r#"{{"token":"{}","request":{{"actions":[{{"actionid":"{}","resourceid":"77","resourcetype":"{}","identifier":"","timestamp":{},{version}"hmac":{},"parameters":{parameters}}}]}}}}"#,
            self.token,
            self.action_id(),
            self.kind,
            self.time,
            serde_json::to_string(hmac).unwrap(),
        )
    }

    fn case(&self, cause: &'static str, hmac: &str) -> Case {
        let claim = r#"{"extendedclaim":"cl4im-value"}"#;
        Case {
            input: Input::Request(self.json(r#""hmac_version":"2","#, claim, hmac)),
            cause,
            secret: self.key.clone(),
            others: Vec::new(),
            right: self.sign(&self.right_text()),
            right_text: self.right_text().replace(&self.token, "‹token 32›"),
        }
    }

    fn sign(&self, text: &str) -> String {
        STANDARD.encode(hmac_256(self.key.as_bytes(), text.as_bytes()))
    }

    fn signed(&self, cause: &'static str, text: &str) -> Case {
        self.case(cause, &self.sign(text))
    }
}

pub(super) fn genuine(dice: &mut Dice) -> Case {
    let request = Request::rolled(dice);
    request.signed("none", &request.right_text())
}

pub(super) fn cases(dice: &mut Dice) -> Vec<Case> {
    let mut all = texts(dice);
    all.extend(hashes(dice));
    all.extend(legacy(dice));
    all.extend(idioms(dice));
    all
}

/// Calls as shells, Postman and others sign them.
fn idioms(dice: &mut Dice) -> Vec<Case> {
    let request = Request::rolled(dice);
    let Request { token, key, time, kind, .. } = &request;
    let urn = request.action_id();
    let mut all: Vec<_> = [
        ("piece-placeholder", format!("{time}{{{{token}}}}{kind}{urn}")),
        ("piece-placeholder", format!("{time}${{token}}{kind}{urn}")),
        ("piece-unset", format!("{time}undefined{kind}{urn}")),
        ("piece-unset", format!("{time}None{kind}{urn}")),
        ("piece-unset", format!("{time}{token}null{urn}")),
        ("piece-unset", format!("NaN{token}{kind}{urn}")),
        ("piece-padded", format!("{time}{token} {kind}{urn}")),
        ("piece-padded", format!("{time} {token}{kind}{urn}")),
        ("piece-padded", format!("{time}{token}\n{kind}{urn}")),
        ("token-case", format!("{time}{}{kind}{urn}", token.to_uppercase())),
        ("time-fraction", format!("{time}.{}{token}{kind}{urn}", 1 + dice.roll(999))),
        ("time-text", format!("{time}.0{token}{kind}{urn}")),
        ("time-twice", format!("{}{token}{kind}{urn}", time - 40)),
        ("pieces-separated", format!("{time}&{token}&{kind}&{urn}")),
        ("scheme-of-another-platform", format!("POST{time}{token}{kind}{urn}")),
        ("text-quoted", format!("\"{time}{token}{kind}{urn}\"")),
        ("text-capital", format!("{time}{token}{kind}{urn}").to_uppercase()),
    ]
    .iter()
    .map(|(cause, text)| request.signed(cause, text))
    .collect();
    let text = request.right_text();
    let right = hmac_256(key.as_bytes(), text.as_bytes());
    let with = |key: &str| STANDARD.encode(hmac_256(key.as_bytes(), text.as_bytes()));
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    all.extend(
        [
            ("signature-labelled", format!("sha256={}", STANDARD.encode(&right))),
            ("signature-repr", format!("b'{}'", STANDARD.encode(&right))),
            ("signature-wrapped", format!("{}\n", STANDARD.encode(&right))),
            ("signature-no-digest", "[object Promise]".to_owned()),
            ("key-unset", with("undefined")),
            ("key-unset", with("None")),
            ("key-space", with(&format!(" {key}"))),
            ("key-space", with(&format!("{key}\t"))),
            ("key-invisible", with(&format!("\u{feff}{key}"))),
            ("key-quoted", with(&format!("'{key}'"))),
            ("key-named", with(&format!("API_KEY={key}"))),
            ("key-placeholder", with("{{apiKey}}")),
            ("key-value", with("cl4im-value")),
            ("key-utf16", STANDARD.encode(hmac_256(&utf16(key), text.as_bytes()))),
            ("text-utf16", STANDARD.encode(hmac_256(key.as_bytes(), &utf16(&text)))),
            ("key-cut", with(&key[..32])),
        ]
        .iter()
        .map(|(cause, hmac)| request.case(cause, hmac)),
    );
    all
}

fn texts(dice: &mut Dice) -> Vec<Case> {
    let request = Request::rolled(dice);
    let Request { token, key, time, kind, verb } = &request;
    let urn = request.action_id();
    let near = i64::try_from(1 + dice.roll(9)).unwrap();
    let hours = i64::try_from(1 + dice.roll(2)).unwrap() * 3600;
    [
        ("pieces-order", format!("{token}{time}{urn}{kind}")),
        ("pieces-order", format!("{urn}{kind}{token}{time}")),
        ("pieces-order", format!("{time}{token}{urn}{kind}")),
        ("pieces-separated", format!("{time},{token},{kind},{urn}")),
        ("pieces-separated", format!("{time}\n{token}\n{kind}\n{urn}")),
        ("pieces-labelled", format!("timestamp{time}token{token}resourcetype{kind}actionid{urn}")),
        ("pieces-more", format!("{time}{token}{kind}{urn}77")),
        ("pieces-more", format!("{time}{token}{kind}{urn}{{\"extendedclaim\":\"cl4im-value\"}}")),
        ("piece-missing", format!("{token}{kind}{urn}")),
        ("piece-missing", format!("{time}{kind}{urn}")),
        ("action-short", format!("{time}{token}{kind}{verb}")),
        ("type-case", format!("{time}{token}{}{urn}", kind.to_lowercase())),
        ("key-in-text", format!("{time}{token}{kind}{urn}{key}")),
        ("time-millis", format!("{time}000{token}{kind}{urn}")),
        ("time-twice", format!("{}{token}{kind}{urn}", time + near)),
        ("time-zone", format!("{}{token}{kind}{urn}", time + hours)),
        ("text-newline", format!("{time}{token}{kind}{urn}\n")),
    ]
    .iter()
    .map(|(cause, text)| request.signed(cause, text))
    .collect()
}

fn hashes(dice: &mut Dice) -> Vec<Case> {
    let request = Request::rolled(dice);
    let text = request.right_text();
    let (key, text) = (request.key.as_bytes(), text.as_bytes());
    let right = hmac_256(key, text);
    let with = |key: &[u8]| STANDARD.encode(hmac_256(key, text));
    let newline = format!("{}\n", request.key);
    let pairs: Vec<_> = request.key.as_bytes().chunks(2).collect();
    let bytes =
        pairs.iter().map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap());
    let bytes: Vec<u8> = bytes.collect();
    let swapped = format!("{}{}{}{}", request.time, request.key, request.kind, request.action_id());
    let mut all: Vec<_> = [
        ("written-hex", hex(&right)),
        ("written-base64-of-hex", STANDARD.encode(hex(&right))),
        ("written-unpadded", STANDARD_NO_PAD.encode(&right)),
        ("key-newline", with(newline.as_bytes())),
        ("key-hex", with(&bytes)),
        ("key-token", with(request.token.as_bytes())),
        ("key-empty", with(b"")),
        ("hash-plain", STANDARD.encode(sha_256(text))),
        ("hash-other", STANDARD.encode(hmac_512(key, text))),
        ("hash-swapped", STANDARD.encode(hmac_256(text, key))),
        ("token-key-swapped", {
            STANDARD.encode(hmac_256(request.token.as_bytes(), swapped.as_bytes()))
        }),
    ]
    .iter()
    .map(|(cause, hmac)| request.case(cause, hmac))
    .collect();
    // Only a signature that has one of the two characters shows the alphabet.
    let url_safe = URL_SAFE.encode(&right);
    if url_safe.contains(['-', '_']) {
        all.push(request.case("written-base64url", url_safe.trim_end_matches('=')));
    }
    let plus = STANDARD.encode(&right);
    if plus.contains('+') {
        all.push(request.case("signature-plus", &plus.replace('+', " ")));
    }
    let provider = dice.text("0123456789abcdef", 32);
    let hmac = with(provider.as_bytes());
    all.push(Case { others: vec![provider], ..request.case("key-other", &hmac) });
    all
}

fn md5(text: &str) -> String {
    hex(&Md5::digest(text))
}

/// HMAC version 1, as the vendor's page writes it.
fn legacy(dice: &mut Dice) -> Vec<Case> {
    let request = Request::rolled(dice);
    let Request { token, key, time, kind, .. } = &request;
    let urn = request.action_id();
    let sent = r#"{"url":"a/b","data":{"z":"ü","b":1}}"#;
    let right = r#"{"data":{"z":"\u00fc","b":1},"url":"a\/b"}"#;
    let fields = format!("{token},{urn},,77,{key},{time},{kind}");
    let sign = |parameters: &str| md5(&format!("{key}{}", md5(&format!("{parameters},{fields}"))));
    let bare = format!("{token},{urn},,77,,{time},{kind}");
    let version_1 = |cause, hmac: &str| Case {
        input: Input::Request(request.json("", sent, hmac)),
        right: sign(right),
        ..request.case(cause, "")
    };
    vec![
        version_1("v1-not-sorted", &sign(r#"{"url":"a\/b","data":{"z":"\u00fc","b":1}}"#)),
        version_1("v1-sorted-deep", &sign(r#"{"data":{"b":1,"z":"\u00fc"},"url":"a\/b"}"#)),
        version_1("v1-json-slashes", &sign(r#"{"data":{"z":"\u00fc","b":1},"url":"a/b"}"#)),
        version_1("v1-json-unicode", &sign(r#"{"data":{"z":"ü","b":1},"url":"a\/b"}"#)),
        version_1("v1-json-spaces", &sign(r#"{"data": {"z": "\u00fc", "b": 1}, "url": "a/b"}"#)),
        version_1("key-newline", &{
            let (key, fields) = (format!("{key}\n"), fields.replace(key, &format!("{key}\n")));
            md5(&format!("{key}{}", md5(&format!("{right},{fields}"))))
        }),
        version_1("key-unset", &{
            let fields = fields.replace(&**key, "undefined");
            md5(&format!("undefined{}", md5(&format!("{right},{fields}"))))
        }),
        version_1("time-twice", &{
            let fields = fields.replace(&time.to_string(), &(time + 1).to_string());
            md5(&format!("{key}{}", md5(&format!("{right},{fields}"))))
        }),
        version_1("pieces-order", &{
            let fields = format!("{token},{urn},77,,{key},{time},{kind}");
            md5(&format!("{key}{}", md5(&format!("{right},{fields}"))))
        }),
        version_1("v1-secret-last", &md5(&format!("{}{key}", md5(&format!("{right},{fields}"))))),
        version_1("v1-one-hash", &md5(&format!("{right},{fields}"))),
        version_1("v1-no-secret", &md5(&format!("{key}{}", md5(&format!("{right},{bare}"))))),
        version_1("hmac-version-missing", &request.sign(&request.right_text())),
        Case {
            input: Input::Request(request.json("\"hmac_version\":2,", sent, &sign(right))),
            ..request.case("hmac-version-1-as-2", "")
        },
    ]
}
