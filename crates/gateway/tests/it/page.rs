//! The page: who gets to see it, and what comes with it.

use crate::http;
use crate::setup::{CLAIM, MARKETPLACE, NOW, SECRET, Setup, TOKEN};

const FORM: &str = "id=\"unlockForm\"";

#[tokio::test]
async fn a_genuine_url_gets_the_documented_elements() {
    let setup = Setup::start().await;
    let page = setup.open(&setup.query()).await;
    assert_eq!(page.status, 200);
    let elements = [
        r#"class="api-key-label""#,
        r#"<div id="secretDiv" class="api-key-input-outer">"#,
        r#"<input id="secret" name="secret" class="api-key-input""#,
        r#"<button id="unlockButton" class="unlock-now-button""#,
        r#"id="successMessage" class="active-label""#,
        r#"<div id="spinner" class="unlock-load-spinner""#,
        &format!("{MARKETPLACE}/smart/gui/smart/resources/font/Open_SansFamily.css"),
        &format!(
            "{MARKETPLACE}/smart/gui/smart/resources/css/layout/smart/themes/marketplace/\
             marketplaceUnlockIFrame.css"
        ),
        "Müller &#38; Söhne",
        "Muster &#60;b&#62;Foto&#60;/b&#62;",
    ];
    for element in elements {
        assert!(page.body.contains(element), "{element} is not in {}", page.body);
    }
    for credential in [TOKEN, CLAIM, SECRET] {
        assert!(!page.body.contains(credential), "{credential}");
    }
}

#[tokio::test]
async fn nothing_of_the_page_is_stored_framed_elsewhere_or_told_to_others() {
    let setup = Setup::start().await;
    for query in [setup.query(), "a=1".to_owned()] {
        let page = setup.open(&query).await;
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains(&format!("frame-ancestors {MARKETPLACE};")), "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    }
}

#[tokio::test]
async fn every_change_to_the_query_is_refused() {
    let setup = Setup::start().await;
    let good = setup.query();
    let unsigned = good.split("&signature=").next().unwrap();
    let bad = [
        String::new(),
        unsigned.to_owned(),
        format!("{unsigned}&signature="),
        format!("{unsigned}&signature[]=a"),
        good.replace("userId=21", "userId=22"),
        format!("{good}&apiToken=ffffffffffffffffffffffffffffffff"),
        format!("{good}&more=1"),
        format!("{good}0"),
    ];
    for query in bad {
        let page = setup.open(&query).await;
        assert_eq!(page.status, 403, "{query}");
        assert!(page.body.contains("The signature is not correct."), "{query}: {}", page.body);
        assert!(!page.body.contains(FORM), "{query}");
    }
}

#[tokio::test]
async fn the_signature_has_to_be_one_for_this_gateway_whatever_the_host_header_says() {
    let setup = Setup::start().await;
    let secret = freischalt_protocol::Secret::new(SECRET);
    let timestamp = NOW.to_string();
    let parameters = [("timestamp", timestamp.as_str()), ("apiToken", TOKEN)];
    let foreign = "http://evil.example/activate";
    let url = freischalt_protocol::signed_url::sign_with(foreign, &parameters, &secret).unwrap();
    let path = url.strip_prefix("http://evil.example").unwrap();
    let page = http::get(setup.address, path, &[("Host", "evil.example")]).await;
    assert_eq!(page.status, 403);

    let path = format!("/activate?{}", setup.query());
    assert_eq!(http::get(setup.address, &path, &[("Host", "evil.example")]).await.status, 200);
}

#[tokio::test]
async fn old_and_future_urls_are_refused_at_the_second() {
    let setup = Setup::start().await;
    let query = setup.query();
    setup.wait(300);
    assert_eq!(setup.open(&query).await.status, 200);
    setup.wait(1);
    let page = setup.open(&query).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("The request is too old."), "{}", page.body);

    let later = setup.query();
    setup.wait(-120);
    assert_eq!(setup.open(&later).await.status, 200);
    setup.wait(-1);
    let page = setup.open(&later).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("a time in the future"), "{}", page.body);
}

#[tokio::test]
async fn a_host_may_sign_the_port_or_leave_it_out_but_not_sign_another() {
    let setup = Setup::start().await;
    for (port, status) in [(setup.address.port(), 200), (1, 403)] {
        // A port written twice is signed once; see the gateway's check.
        let url = format!("http://127.0.0.1:{port}:{port}/activate");
        let secret = freischalt_protocol::Secret::new(SECRET);
        let query = setup.query();
        let unsigned = query.split("&signature=").next().unwrap();
        let signed =
            freischalt_protocol::signed_url::sign(&format!("{url}?{unsigned}"), &secret).unwrap();
        let page = setup.open(signed.split_once('?').unwrap().1).await;
        assert_eq!(page.status, status, "port {port}");
    }
}

#[tokio::test]
async fn a_genuine_url_that_lacks_something_says_so() {
    let setup = Setup::start().await;
    for name in ["apiToken", "apiClaim", "parameterCacheId", "customerWebId"] {
        let page = setup.open(&setup.query_with(&[(name, "")])).await;
        assert_eq!(page.status, 403, "{name}");
        assert!(page.body.contains("The request is incomplete."), "{name}: {}", page.body);
        let array = format!("{name}[]");
        assert_eq!(setup.open(&setup.query_with(&[(&array, "x")])).await.status, 403, "{array}");
    }
}

#[tokio::test]
async fn the_browser_chooses_the_language() {
    let setup = Setup::start().await;
    let path = format!("/activate?{}", setup.query());
    let german = http::get(setup.address, &path, &[("Accept-Language", "de-DE,en;q=0.5")]).await;
    assert!(german.body.contains(r#"<html lang="de">"#) && german.body.contains("Jetzt freisch"));
    let english = http::get(setup.address, &path, &[("Accept-Language", "en")]).await;
    assert!(english.body.contains(r#"<html lang="en">"#) && english.body.contains("Activate now"));
}

#[tokio::test]
async fn the_other_routes() {
    let setup = Setup::start().await;
    let home = http::get(setup.address, "/", &[]).await;
    assert!(home.body.contains(&setup.activation_url), "{}", home.body);
    assert_eq!(http::get(setup.address, "/healthz", &[]).await.body, "ok\n");
    for (path, content_type) in [
        ("/assets/activate.css", "text/css; charset=utf-8"),
        ("/assets/activate.js", "text/javascript; charset=utf-8"),
    ] {
        let asset = http::get(setup.address, path, &[]).await;
        assert_eq!((asset.status, asset.header("content-type")), (200, Some(content_type)));
    }
    let missing = http::get(setup.address, "/missing", &[]).await;
    assert_eq!(missing.status, 404);
    assert!(missing.header("content-security-policy").is_some());
}
