//! What stands between browser and program: proxies, rewrite rules, routers, mails, shells.

use super::{
    Case, Dice, Input, hex, hmac_256, percent,
    urls::{Parts, RFC1738},
};

pub(super) fn cases(dice: &mut Dice) -> Vec<Case> {
    let mut all = hosts(dice);
    all.extend(paths(dice));
    all.extend(routers(dice));
    all.extend(added(dice));
    all.extend(transported(dice));
    all.extend(foreign(dice));
    all.extend(ports(dice));
    all
}

fn hosts(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let query = Parts::query(&parts.sorted(), RFC1738, true);
    let (host, path) = (&parts.host, &parts.path);
    let port = *dice.pick(&["3000", "8080", "8000", "5000", "8443"]);
    let inner = *dice.pick(&["app", "web", "backend", "nginx", "host.docker.internal"]);
    [
        ("host-inner", format!("http://localhost:{port}{path}?{query}")),
        ("host-inner", format!("http://127.0.0.1:{port}{path}?{query}")),
        ("host-inner", format!("https://localhost:{port}{path}?{query}")),
        ("host-inner", format!("http://0.0.0.0:{port}{path}?{query}")),
        ("host-inner", format!("http://{inner}:{port}{path}?{query}")),
        ("host-inner", format!("http://{inner}{path}?{query}")),
        ("host-inner", format!("http://localhost{path}?{query}")),
        ("host-other", format!("https://www.{host}{path}?{query}")),
        ("host-other", format!("https://{host}.{path}?{query}")),
        ("port-added", format!("https://{host}:{port}{path}?{query}")),
    ]
    .iter()
    .map(|(cause, text)| parts.signed(cause, text))
    .collect()
}

fn paths(dice: &mut Dice) -> Vec<Case> {
    let mut parts = Parts::rolled(dice);
    let query = Parts::query(&parts.sorted(), RFC1738, true);
    let (host, path) = (parts.host.clone(), parts.path.clone());
    let folder = &path[..path.len() - "/activate".len()];
    let mut all: Vec<_> = [
        ("path-script", format!("{path}/index.php")),
        ("path-script", format!("/index.php{path}")),
        ("path-script", format!("{folder}/index.php")),
        ("path-script", format!("{path}.php")),
        ("path-folder", format!("/public{path}")),
        ("path-folder", format!("/api{path}")),
        ("path-doubled", format!("{folder}{path}")),
        ("path-doubled", format!("/app{path}")),
        ("path-slashes", format!("/{path}")),
        ("path-slashes", format!("{folder}//activate")),
        ("path-cut", folder.to_owned()),
    ]
    .iter()
    .map(|(cause, path)| parts.signed(cause, &format!("https://{host}{path}?{query}")))
    .collect();
    for (registered, signed) in [
        ("/%7Eme/start", "/~me/start"),
        ("/a%2Fb/start", "/a/b/start"),
        ("/%C3%A4pfel", "/äpfel"),
        ("/a%20b", "/a b"),
        ("/x%2fy", "/x/y"),
    ] {
        parts.path = registered.to_owned();
        all.push(parts.signed("path-decoded", &format!("https://{host}{signed}?{query}")));
    }
    parts.path = "/~me/start".to_owned();
    all.push(parts.signed("path-encoded", &format!("https://{host}/%7Eme/start?{query}")));
    all
}

/// A rewrite rule that hands the path on as a parameter.
fn routers(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let path = parts.path.clone();
    let bare = path.trim_start_matches('/').to_owned();
    let with = |pairs: &[(&str, &str)]| {
        let mut sorted = parts.sorted();
        sorted.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        sorted.sort();
        let text = format!("{}?{}", parts.base(), Parts::query(&sorted, RFC1738, true));
        parts.signed("router-parameter", &text)
    };
    let name = *dice.pick(&["path", "q", "url", "route", "_url", "file", "r", "page"]);
    let segments: Vec<_> = bare.split('/').collect();
    let mut all = vec![
        with(&[(name, &path)]),
        with(&[(name, &bare)]),
        with(&[(name, "activate")]),
        with(&[(&path, "")]),
        with(&[(&bare, "")]),
        with(&[("controller", segments[1]), ("action", "activate")]),
        with(&[("controller", segments[0]), ("action", "index")]),
        with(&[("format", "html")]),
    ];
    let absent = |name: &str, value: &str| {
        let mut sorted = parts.sorted();
        sorted.push((name.to_owned(), value.to_owned()));
        sorted.sort();
        let text = format!("{}?{}", parts.base(), Parts::query(&sorted, RFC1738, true));
        parts.signed("absent-signed", &text)
    };
    all.extend([
        absent("groupId", "None"),
        absent("groupId", ""),
        absent("groupId", "undefined"),
        absent("language", "null"),
        absent("imageIds", ""),
    ]);
    all
}

/// Trackers and others that add parameters after signing, before and behind the signature.
fn added(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let signature = parts.sign(&parts.right_text());
    let url = parts.url(&signature);
    let later = |cause: &'static str, names: &[&str], url: String| {
        let mut all = parts.parameters.clone();
        all.extend(names.iter().map(|name| ((*name).to_owned(), "x1".to_owned())));
        let whole = Parts { parameters: all, ..parts.clone() };
        Case { input: Input::Url(url), ..whole.case(cause, "") }
    };
    let (base, query) = url.split_once('?').unwrap();
    let two = ["utm_source", "utm_medium"];
    let three = ["utm_source", "utm_medium", "utm_campaign"];
    let many = ["utm_source", "utm_medium", "utm_campaign", "fbclid", "gclid", "mc_cid"];
    let tail =
        |names: &[&str]| -> String { names.iter().map(|name| format!("&{name}=x1")).collect() };
    vec![
        later("added-later", &two, format!("{url}{}", tail(&two))),
        later("added-later", &three, format!("{url}{}", tail(&three))),
        later("added-later", &many, format!("{url}{}", tail(&many))),
        later("added-later", &two, format!("{base}?{}&{query}", &tail(&two)[1..])),
        later("added-later", &["ref", "from"], format!("{url}{}", tail(&["ref", "from"]))),
    ]
}

fn transported(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let url = parts.url(&parts.sign(&parts.right_text()));
    let whole = percent(&url, "-_.~", false);
    let middle = url.len() / 2;
    let broken = |mark: &str| format!("{}{mark}{}", &url[..middle], &url[middle..]);
    [
        ("url-wrapped", format!(" {url}")),
        ("url-wrapped", format!("<{url}>")),
        ("url-wrapped", format!("\"{url}\"")),
        ("url-wrapped", format!("'{url}'\n")),
        ("url-wrapped", format!("{url}.")),
        ("url-wrapped", format!("({url}),")),
        ("url-wrapped", format!("curl '{url}'")),
        ("url-escaped", url.replace('&', "\\u0026")),
        ("url-escaped", url.replace('/', "\\/").replace('&', "\\u0026")),
        ("url-escaped", url.replace('/', "\\/")),
        ("url-encoded-again", whole.clone()),
        ("url-encoded-again", percent(&whole, "-_.~", false)),
        ("url-broken", broken("\n")),
        ("url-broken", broken("\u{ad}")),
        ("url-broken", broken("\r\n  ")),
        ("url-broken", broken("\u{200b}")),
        ("url-mailed", broken("=\n").replace('=', "=3D").replace("=3D\n", "=\n")),
        ("html-copy", url.replace('&', "&amp;")),
        ("html-copy", url.replace('&', "&#38;")),
    ]
    .into_iter()
    .map(|(cause, url)| Case { input: Input::Url(url), ..parts.case(cause, "") })
    .collect()
}

/// Schemes of other platforms.
fn foreign(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let query = Parts::query(&parts.sorted(), RFC1738, true);
    let (base, path) = (parts.base(), &parts.path);
    let time = &parts.parameters.iter().find(|pair| pair.0 == "timestamp").unwrap().1;
    let glued: String =
        parts.sorted().iter().map(|(name, value)| format!("{name}{value}")).collect();
    let values: String = parts.sorted().iter().map(|pair| pair.1.clone()).collect();
    let members: Vec<_> = parts
        .sorted()
        .iter()
        .map(|(name, value)| format!("{}:{}", quoted(name), quoted(value)))
        .collect();
    [
        ("scheme-of-another-platform", format!("GET&{path}&{query}")),
        (
            "scheme-of-another-platform",
            format!("GET&{}&{}", percent(&base, "-_.~", false), percent(&query, "-_.~", false)),
        ),
        ("scheme-of-another-platform", format!("{time}.{query}")),
        ("scheme-of-another-platform", format!("v0:{time}:{query}")),
        ("scheme-of-another-platform", glued.clone()),
        ("scheme-of-another-platform", format!("{base}?{glued}")),
        ("values-only", values),
        ("json-signed", format!("{{{}}}", members.join(","))),
    ]
    .iter()
    .map(|(cause, text)| parts.signed(cause, text))
    .collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A URL with a port: a mistake on the base of either reading.
fn ports(dice: &mut Dice) -> Vec<Case> {
    let mut parts = Parts::rolled(dice);
    parts.port = Some(8443);
    let query = Parts::query(&parts.sorted(), RFC1738, true);
    let (host, path) = (&parts.host, &parts.path);
    let newline = format!("{}\n", parts.secret);
    let kept = format!("https://{host}:8443{path}?{query}");
    vec![
        parts.signed("scheme", &format!("http://{host}:8443{path}?{query}")),
        parts.signed("scheme", &format!("http://{host}{path}?{query}")),
        parts.signed("path-slash", &format!("https://{host}:8443{path}/?{query}")),
        parts.case("key-newline", &hex(&hmac_256(newline.as_bytes(), kept.as_bytes()))),
    ]
}
