//! What stands before the query: scheme, host, port and path, and how the two are put together.

use freischalt_protocol::php::url::Url;

use super::query::{Pair, Source};
use crate::{
    Cause, causes,
    encode::{Encoder, decode},
    search::{Menu, Mistake},
};

/// The part of a text before the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    scheme: Vec<u8>,
    login: Vec<u8>,
    host: Vec<u8>,
    port: Option<String>,
    pub(super) path: Vec<u8>,
    fragment: bool,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// `scheme://host/path?query`
    Whole,
    NoScheme,
    SlashesFirst,
    Path,
    Query,
    QuestionMarkQuery,
    NoMark,
    NoQuery,
    Ampersand,
    Encoded,
    /// Method, address and query as OAuth 1 and others join them.
    Method {
        method: &'static str,
        between: &'static str,
        address: Part,
        query: Part,
    },
    /// The time, a mark, and the rest.
    Time {
        before: &'static str,
        between: &'static str,
        rest: Part,
    },
    /// The rest, and the time.
    ThenTime {
        between: &'static str,
        rest: Part,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Host,
    Path,
    Address,
    AddressEncoded,
    Query,
    QueryEncoded,
    PathAndQuery,
    Whole,
}

impl Head {
    /// As it has to be: without a port, and with the URL's port if it has one.
    pub(super) fn right(parts: &Url) -> Vec<Self> {
        let head = Self {
            scheme: parts.scheme.clone().unwrap_or_default(),
            login: Vec::new(),
            host: parts.host.clone().unwrap_or_default(),
            port: None,
            path: parts.path.clone().unwrap_or_default(),
            fragment: false,
            form: Form::Whole,
        };
        let with = parts.port.map(|port| Self { port: Some(port.to_string()), ..head.clone() });
        std::iter::once(head).chain(with).collect()
    }

    fn authority(&self, text: &mut Vec<u8>) {
        text.extend(&self.login);
        text.extend(&self.host);
        if let Some(port) = &self.port {
            text.push(b':');
            text.extend(port.as_bytes());
        }
    }

    fn address(&self, text: &mut Vec<u8>) {
        text.extend(&self.scheme);
        text.extend(b"://");
        self.authority(text);
        text.extend(&self.path);
    }

    fn part(&self, part: Part, query: &[u8], text: &mut Vec<u8>) {
        match part {
            Part::Host => self.authority(text),
            Part::Path => text.extend(&self.path),
            Part::Address => self.address(text),
            Part::AddressEncoded => {
                let mut address = Vec::new();
                self.address(&mut address);
                text.extend(Encoder::Rfc3986.encode(&address));
            }
            Part::Query => text.extend(query),
            Part::QueryEncoded => text.extend(Encoder::Rfc3986.encode(query)),
            Part::PathAndQuery => {
                text.extend(&self.path);
                text.push(b'?');
                text.extend(query);
            }
            Part::Whole => {
                self.address(text);
                text.push(b'?');
                text.extend(query);
            }
        }
    }

    /// Appends the text of this head and that query.
    pub(super) fn write(
        &self,
        query: &[u8],
        source: &Source,
        fragment: Option<&[u8]>,
        text: &mut Vec<u8>,
    ) -> bool {
        match &self.form {
            Form::Whole => self.part(Part::Whole, query, text),
            Form::NoScheme => {
                self.authority(text);
                self.part(Part::PathAndQuery, query, text);
            }
            Form::SlashesFirst => {
                text.extend(b"//");
                self.authority(text);
                self.part(Part::PathAndQuery, query, text);
            }
            Form::Path => self.part(Part::PathAndQuery, query, text),
            Form::Query => text.extend(query),
            Form::QuestionMarkQuery => {
                text.push(b'?');
                text.extend(query);
            }
            Form::NoMark => {
                self.address(text);
                text.extend(query);
            }
            Form::NoQuery => self.address(text),
            Form::Ampersand => {
                self.address(text);
                text.push(b'&');
                text.extend(query);
            }
            Form::Encoded => {
                self.part(Part::AddressEncoded, query, text);
                text.extend(b"%3F");
                self.part(Part::QueryEncoded, query, text);
            }
            Form::Method { method, between, address, query: part } => {
                text.extend(method.as_bytes());
                text.extend(between.as_bytes());
                self.part(*address, query, text);
                text.extend(between.as_bytes());
                self.part(*part, query, text);
            }
            Form::Time { before, between, rest } => {
                let Some(time) = source.value("timestamp") else { return false };
                text.extend(before.as_bytes());
                text.extend(time.as_bytes());
                text.extend(between.as_bytes());
                self.part(*rest, query, text);
            }
            Form::ThenTime { between, rest } => {
                let Some(time) = source.value("timestamp") else { return false };
                self.part(*rest, query, text);
                text.extend(between.as_bytes());
                text.extend(time.as_bytes());
            }
        }
        if self.fragment {
            let Some(fragment) = fragment else { return false };
            text.push(b'#');
            text.extend(fragment);
        }
        true
    }
}

/// Ports on which programs listen while a proxy stands before them.
const PORTS: [&str; 22] = [
    "3000", "8080", "8000", "5000", "80", "8443", "3001", "4000", "8081", "443", "9000", "8888",
    "5173", "4567", "9292", "1337", "8008", "8082", "4200", "5001", "9090", "7000",
];
/// Names that a program has behind its proxy.
const INNER: [&str; 28] = [
    "localhost",
    "127.0.0.1",
    "0.0.0.0",
    "[::1]",
    "app",
    "web",
    "backend",
    "api",
    "provider",
    "server",
    "php",
    "node",
    "nginx",
    "host.docker.internal",
    "gateway",
    "service",
    "php-fpm",
    "frontend",
    "site",
    "www",
    "docker",
    "apache",
    "127.0.1.1",
    "localhost.localdomain",
    "upstream",
    "python",
    "rails",
    "django",
];

/// The mistakes, the more usual first.
pub(super) fn menu(right: &Head, parts: &Url, registered: &[String]) -> Menu<Head> {
    let mut menu = Menu::default();
    let other: &[u8] = if right.scheme.eq_ignore_ascii_case(b"https") { b"http" } else { b"https" };
    menu.add(&causes::SCHEME, "scheme", move |head: &mut Head| head.scheme = other.to_vec())
        .usual();
    for (cause, form) in [
        (&causes::BASE_NONE, Form::Query),
        (&causes::BASE_PATH, Form::Path),
        (&causes::BASE_NO_SCHEME, Form::NoScheme),
        (&causes::BASE_NO_SCHEME, Form::SlashesFirst),
        (&causes::BASE_NO_MARK, Form::NoMark),
        (&causes::BASE_NO_QUERY, Form::NoQuery),
        (&causes::BASE_NONE, Form::QuestionMarkQuery),
    ] {
        menu.add(cause, "form", move |head: &mut Head| head.form = form.clone()).usual();
    }
    hosts(&mut menu, right, parts, registered);
    for (at, (cause, path)) in paths(&right.path, registered).into_iter().enumerate() {
        let one = menu.add(cause, "path", move |head: &mut Head| head.path = path.clone());
        if at < 8 {
            one.usual();
        }
    }
    for (name, path) in scripts(&right.path) {
        let change = move |head: &mut Head| head.path = path.clone();
        menu.add(&causes::PATH_SCRIPT, "path", change).about(name);
    }
    menu.add(&causes::FRAGMENT_KEPT, "fragment", |head: &mut Head| head.fragment = true);
    menu.add(&causes::BASE_NO_MARK, "form", |head: &mut Head| head.form = Form::Ampersand);
    menu.add(&causes::URL_ENCODED_FIRST, "form", |head: &mut Head| head.form = Form::Encoded);
    schemes(&mut menu);
    menu
}

fn hosts(menu: &mut Menu<Head>, right: &Head, parts: &Url, registered: &[String]) {
    let default = if right.scheme.eq_ignore_ascii_case(b"https") { "443" } else { "80" };
    menu.add(&causes::PORT_DEFAULT, "port", move |head: &mut Head| {
        head.port = Some(default.to_owned());
    })
    .usual();
    let login = match (&parts.user, &parts.pass) {
        (Some(user), Some(pass)) => [&user[..], b":", pass, b"@"].concat(),
        (Some(user), None) => [&user[..], b"@"].concat(),
        _ => Vec::new(),
    };
    menu.add(&causes::LOGIN_KEPT, "login", move |head: &mut Head| head.login = login.clone());
    menu.add(&causes::HOST_CASE, "host", |head: &mut Head| head.host.make_ascii_lowercase())
        .usual();
    menu.add(&causes::HOST_CASE, "host", |head: &mut Head| head.host.make_ascii_uppercase());
    let host = right.host.clone();
    let mut names: Vec<Vec<u8>> = match host.strip_prefix(b"www.") {
        Some(bare) => vec![bare.to_vec()],
        None => vec![[b"www.", &host[..]].concat()],
    };
    names.push([&host[..], b"."].concat());
    names.extend(host.strip_suffix(b".").map(<[u8]>::to_vec));
    let given = registered
        .iter()
        .filter_map(|url| freischalt_protocol::php::url::parse_url(url.as_bytes())?.host);
    names.extend(given);
    for first in ["app", "api", "m", "beta", "test", "staging", "dev", "smart"] {
        names.push([first.as_bytes(), b".", &host].concat());
        let bare = host.strip_prefix(format!("{first}.").as_bytes());
        names.extend(bare.map(<[u8]>::to_vec));
    }
    for name in names {
        let about = String::from_utf8_lossy(&name).into_owned();
        let change = move |head: &mut Head| head.host = name.clone();
        menu.add(&causes::HOST_OTHER, "host", change).about(about);
    }
    for port in PORTS {
        let change = move |head: &mut Head| head.port = Some(port.to_owned());
        menu.add(&causes::PORT_ADDED, "port", change).about(port);
    }
    for (at, host) in INNER.iter().enumerate() {
        for scheme in ["http", "https"] {
            for port in std::iter::once(None).chain(PORTS.map(Some)) {
                let change = move |head: &mut Head| {
                    head.scheme = scheme.as_bytes().to_vec();
                    head.host = host.as_bytes().to_vec();
                    head.port = port.map(str::to_owned);
                };
                let about = port.map_or((*host).to_owned(), |port| format!("{host}:{port}"));
                let one = menu.add(&causes::HOST_INNER, "host", change).about(about);
                // With other mistakes only the usual ones, or there would be too many.
                let usual =
                    at < 3 && PORTS[..4].iter().any(|known| port.is_none_or(|port| port == *known));
                if !usual {
                    one.alone();
                }
            }
        }
    }
}

/// Every other port of the machine itself: many, and therefore the last that is tried.
pub(super) fn last(right: &Head) -> Box<dyn Iterator<Item = (Head, Mistake)>> {
    let right = right.clone();
    let inner = ["localhost", "127.0.0.1"]
        .into_iter()
        .flat_map(|host| (1..=u16::MAX).map(move |port| (host, port)));
    Box::new(inner.map(move |(host, port)| {
        let mut head = right.clone();
        (head.scheme, head.host) = (b"http".to_vec(), host.as_bytes().to_vec());
        head.port = Some(port.to_string());
        let detail = Some(format!("{host}:{port}"));
        (head, Mistake { cause: &causes::HOST_INNER, detail })
    }))
}

/// What programs and proxies make of a path.
fn paths(path: &[u8], registered: &[String]) -> Vec<(&'static Cause, Vec<u8>)> {
    let mut paths = vec![
        (&causes::PATH_SLASH, path.strip_suffix(b"/").unwrap_or(path).to_vec()),
        (&causes::PATH_SLASH, [path, b"/"].concat()),
        (&causes::PATH_NORMALISED, normalised(path, true)),
        (&causes::PATH_NORMALISED, normalised(path, false)),
        (&causes::PATH_CASE, path.to_ascii_lowercase()),
        (&causes::PATH_MISSING, Vec::new()),
        (&causes::PATH_MISSING, b"/".to_vec()),
    ];
    if path.is_empty() {
        paths.push((&causes::PATH_ROOT, b"/".to_vec()));
    }
    let decoded = decode(path, false);
    paths.push((&causes::PATH_DECODED, decoded.clone()));
    paths.push((&causes::PATH_DECODED, decode(path, true)));
    // Decoded and written again, by several rules: `%7E` has become `~`, `%2F` a slash.
    for kept in ["-_.~/", "-_.~/!$&'()*+,;=:@", "-_.~/!$'()*,:;@&=+", "-_./", "-_.~/@:+,;="] {
        paths.push((&causes::PATH_DECODED, encoded(&decoded, kept)));
        let segments = path.split(|byte| *byte == b'/');
        let again =
            segments.map(|segment| encoded(&decode(segment, false), &kept.replace('/', "")));
        paths.push((&causes::PATH_DECODED, again.collect::<Vec<_>>().join(&b'/')));
        paths.push((&causes::PATH_ENCODED, encoded(path, kept)));
    }
    paths.push((&causes::PATH_ENCODED, small_hex(path, false)));
    paths.push((&causes::PATH_ENCODED, small_hex(path, true)));
    // A proxy that serves the program below another path shows it the rest only.
    let slashes = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/');
    let slashes: Vec<_> = slashes.map(|(at, _)| at).take(16).collect();
    paths.extend(slashes.iter().map(|at| (&causes::PATH_PREFIX, path[*at..].to_vec())));
    paths.extend(slashes.iter().map(|at| (&causes::PATH_CUT, path[..*at].to_vec())));
    paths.extend(slashes.iter().map(|at| (&causes::PATH_CUT, path[..=*at].to_vec())));
    // The folder or the whole path once more.
    for at in &slashes {
        paths.push((&causes::PATH_DOUBLED, [&path[..*at], path].concat()));
    }
    paths.push((&causes::PATH_DOUBLED, [path, path].concat()));
    let starts = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').take(16);
    for (at, _) in starts {
        paths.push((&causes::PATH_SLASHES, [&path[..at], b"/", &path[at..]].concat()));
    }
    paths.push((&causes::PATH_SLASHES, path.strip_prefix(b"/").unwrap_or(path).to_vec()));
    for prefix in [
        "/public",
        "/app",
        "/api",
        "/web",
        "/www",
        "/htdocs",
        "/public_html",
        "/html",
        "/backend",
        "/v1",
        "/api/v1",
        "/index",
        "/src",
        "/site",
        "/provider",
        "/proxy",
        "/dev",
        "/prod",
        "/stage",
        "/de",
        "/en",
        "/.netlify/functions",
        "/functions/v1",
    ] {
        paths.push((&causes::PATH_FOLDER, [prefix.as_bytes(), path].concat()));
        for at in &slashes {
            let inside = [&path[..*at], prefix.as_bytes(), &path[*at..]].concat();
            paths.push((&causes::PATH_FOLDER, inside));
        }
    }
    for url in registered {
        let other = freischalt_protocol::php::url::parse_url(url.as_bytes());
        let other = other.and_then(|other| other.path).unwrap_or_default();
        paths.push((&causes::PATH_OTHER, other));
    }
    paths
}

/// The names of scripts that answer for a path.
fn scripts(path: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let folder = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at);
    let bare = path.strip_suffix(b"/").unwrap_or(path);
    for name in [
        "index.php",
        "index.html",
        "app.php",
        "public/index.php",
        "index.cgi",
        "default.aspx",
        "web/app.php",
        "index.htm",
        "app_dev.php",
        "main.php",
        "wsgi.py",
        "app.fcgi",
        "index.jsp",
    ] {
        let script = format!("/{name}");
        let script = script.as_bytes();
        all.push((name.to_owned(), [bare, script].concat()));
        all.push((name.to_owned(), [script, path].concat()));
        all.push((name.to_owned(), [&path[..folder], script].concat()));
        all.push((name.to_owned(), script.to_vec()));
        for (at, _) in path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/').take(8) {
            all.push((name.to_owned(), [&path[..at], script, &path[at..]].concat()));
            all.push((name.to_owned(), [&path[..at], script].concat()));
        }
        if let Some(start) = path.strip_suffix(script) {
            all.push((name.to_owned(), start.to_vec()));
            all.push((name.to_owned(), [start, b"/"].concat()));
        }
    }
    for ending in [".php", ".html", ".aspx", ".jsp", ".cgi", ".json", ".py"] {
        all.push((ending.to_owned(), [bare, ending.as_bytes()].concat()));
        all.extend(
            path.strip_suffix(ending.as_bytes()).map(|bare| (ending.to_owned(), bare.to_vec())),
        );
    }
    all
}

fn encoded(path: &[u8], kept: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        match byte {
            byte if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(byte) => {
                out.push(*byte)
            }
            byte => out.extend(format!("%{byte:02X}").bytes()),
        }
    }
    out
}

fn small_hex(path: &[u8], small: bool) -> Vec<u8> {
    let mut out = path.to_vec();
    let marks = path.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    for (at, _) in marks {
        if let Some(digits) = out.get_mut(at + 1..at + 3) {
            if small { digits.make_ascii_lowercase() } else { digits.make_ascii_uppercase() }
        }
    }
    out
}

/// Without dot segments, and without empty ones if `merged`.
fn normalised(path: &[u8], merged: bool) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/') {
        match segment {
            b"" if merged => {}
            b"." => {}
            b".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let mut out: Vec<u8> = kept.iter().flat_map(|segment| [b"/", *segment].concat()).collect();
    if path.ends_with(b"/") && !out.ends_with(b"/") {
        out.push(b'/');
    }
    out
}

/// How other platforms put method, address, time and parameters together.
fn schemes(menu: &mut Menu<Head>) {
    let mut add = |name: &str, form: Form| {
        let change = move |head: &mut Head| head.form = form.clone();
        menu.add(&causes::SCHEME_FOREIGN, "form", change).about(name);
    };
    for method in ["GET", "POST"] {
        for (between, address, query, name) in [
            ("&", Part::AddressEncoded, Part::QueryEncoded, "OAuth 1"),
            ("&", Part::Address, Part::Query, "OAuth 1, not encoded"),
            ("&", Part::Path, Part::Query, "method&path&query"),
            ("\n", Part::Path, Part::Query, "method, path and query in lines"),
            ("\n", Part::Address, Part::Query, "method, address and query in lines"),
        ] {
            add(name, Form::Method { method, between, address, query });
        }
    }
    for rest in
        [Part::Query, Part::Whole, Part::PathAndQuery, Part::Path, Part::Host, Part::Address]
    {
        for (before, between, name) in [
            ("", ".", "timestamp.body"),
            ("v0:", ":", "v0:timestamp:body"),
            ("t=", ".", "t=timestamp.body"),
            ("", ":", "timestamp:body"),
            ("", "\n", "timestamp and body in lines"),
            ("", "", "timestamp, then body"),
        ] {
            add(name, Form::Time { before, between, rest });
        }
        for between in [".", ":", "\n", "", "&"] {
            add("body, then timestamp", Form::ThenTime { between, rest });
        }
    }
}

/// Parameters that rewriting and routing add on the server, with the path in all its spellings.
pub(super) fn routed(path: &[u8]) -> Vec<(String, Vec<Pair>)> {
    const NAMES: [&str; 26] = [
        "path",
        "q",
        "url",
        "route",
        "_url",
        "file",
        "r",
        "page",
        "p",
        "_route_",
        "rt",
        "uri",
        "request",
        "page_id",
        "pagename",
        "slug",
        "action",
        "view",
        "params",
        "query",
        "_path",
        "s",
        "do",
        "kohana_uri",
        "rest_route",
        "option",
    ];
    let whole = String::from_utf8_lossy(path).into_owned();
    let mut values = vec![
        whole.clone(),
        whole.trim_start_matches('/').to_owned(),
        whole.trim_matches('/').to_owned(),
        whole.rsplit('/').next().unwrap_or_default().to_owned(),
        format!("{}/", whole.trim_matches('/')),
    ];
    let decoded: Vec<_> = values
        .iter()
        .map(|value| String::from_utf8_lossy(&decode(value.as_bytes(), false)).into_owned())
        .collect();
    values.extend(decoded);
    let slashes = whole.char_indices().skip(1).filter(|(_, c)| *c == '/').map(|(at, _)| at);
    for at in slashes.take(6) {
        values.push(whole[at..].to_owned());
        values.push(whole[at + 1..].to_owned());
    }
    values.sort();
    values.dedup();
    let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut all = Vec::new();
    for value in &values {
        for name in NAMES {
            all.push((name.to_owned(), vec![pair(name, value)]));
        }
        // The path as a name: `?/shop/activate&…`; PHP writes dots of names as `_`.
        all.push((value.clone(), vec![pair(value, "")]));
        all.push((value.replace('.', "_"), vec![pair(&value.replace('.', "_"), "")]));
    }
    // Rails, CakePHP, Zend: controller and action.
    let segments: Vec<_> = whole.split('/').filter(|segment| !segment.is_empty()).collect();
    let last = segments.last().copied().unwrap_or("index");
    let mut controllers: Vec<String> = segments.iter().map(|one| (*one).to_owned()).collect();
    controllers.push(segments.join("/"));
    let first = &segments[..segments.len().saturating_sub(1)];
    controllers.push(first.join("/"));
    controllers.extend(controllers.clone().iter().map(|name| format!("{name}s")));
    controllers.extend(
        [
            "marketplace",
            "activation",
            "activations",
            "onoffice",
            "provider",
            "providers",
            "application",
            "home",
            "index",
        ]
        .map(str::to_owned),
    );
    controllers.retain(|name| !name.is_empty());
    controllers.sort();
    controllers.dedup();
    for controller in &controllers {
        for action in [last, "index", "show", "new", "create", "activate", "activation", "unlock"] {
            let pairs = vec![pair("action", action), pair("controller", controller)];
            all.push(("action, controller".to_owned(), pairs));
        }
    }
    for id in &segments {
        all.push(("id".to_owned(), vec![pair("id", id)]));
    }
    for format in ["html", "json"] {
        all.push(("format".to_owned(), vec![pair("format", format)]));
    }
    all
}
