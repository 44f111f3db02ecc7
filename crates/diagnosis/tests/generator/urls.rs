//! Signed URLs.

use super::{Case, Dice, Input, hex, hmac_256, key_mistakes, percent};

/// What a URL is made of, values decoded.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) scheme: &'static str,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) secret: String,
}

pub(super) const RFC1738: &str = "-_.";

impl Parts {
    pub(super) fn rolled(dice: &mut Dice) -> Self {
        let words = ["Müller & Söhne", "A+B GmbH", "Haus (alt) *neu*", "it's ~ here!", "a/b=c d"];
        let mut parameters = vec![
            ("customerName".to_owned(), format!("{} {}", dice.pick(&words), dice.roll(1000))),
            ("customerWebId".to_owned(), dice.text("abcdef0123456789", 12)),
            ("userId".to_owned(), (1 + dice.roll(999)).to_string()),
            ("UserLanguage".to_owned(), "DEU".to_owned()),
            ("apiClaim".to_owned(), format!("cl4im-value{}", dice.text("abcXYZ-_", 20))),
            ("apiToken".to_owned(), dice.text("0123456789abcdef", 32)),
            ("timestamp".to_owned(), (1_700_000_000 + dice.roll(99_999_999)).to_string()),
        ];
        // All that tells the encoders apart, in one value.
        parameters.push(("theme".to_owned(), format!("x !'()*~/:+{}", dice.pick(&words))));
        parameters.push(("userName".to_owned(), "ab".to_owned()));
        Self {
            scheme: "https",
            host: format!("{}.provider.example", dice.text("abcdefghij", 5)),
            port: None,
            path: format!("/app/{}/activate", dice.text("abcdefghij", 4)),
            parameters,
            secret: dice.text("0123456789abcdef", 32),
        }
    }

    pub(super) fn sorted(&self) -> Vec<(String, String)> {
        let mut sorted = self.parameters.clone();
        sorted.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        sorted
    }

    pub(super) fn query(pairs: &[(String, String)], kept: &str, plus: bool) -> String {
        let encoded = pairs.iter().map(|(name, value)| {
            format!("{}={}", percent(name, kept, plus), percent(value, kept, plus))
        });
        encoded.collect::<Vec<_>>().join("&")
    }

    pub(super) fn base(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.path)
    }

    pub(super) fn right_text(&self) -> String {
        format!("{}?{}", self.base(), Self::query(&self.sorted(), RFC1738, true))
    }

    pub(super) fn sign(&self, text: &str) -> String {
        hex(&hmac_256(self.secret.as_bytes(), text.as_bytes()))
    }

    pub(super) fn url(&self, signature: &str) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let query = Self::query(&self.parameters, RFC1738, true);
        let signature = percent(signature, "", false);
        let base = format!("{}://{}{port}{}", self.scheme, self.host, self.path);
        format!("{base}?{query}&signature={signature}")
    }

    pub(super) fn case(&self, cause: &'static str, signature: &str) -> Case {
        Case {
            input: Input::Url(self.url(signature)),
            cause,
            secret: self.secret.clone(),
            others: Vec::new(),
            right: self.sign(&self.right_text()),
            right_text: hidden(&self.right_text()),
        }
    }

    pub(super) fn signed(&self, cause: &'static str, text: &str) -> Case {
        self.case(cause, &self.sign(text))
    }
}

pub(super) fn genuine(dice: &mut Dice) -> Case {
    let parts = Parts::rolled(dice);
    parts.signed("none", &parts.right_text())
}

pub(super) fn cases(dice: &mut Dice) -> Vec<Case> {
    let mut all = addresses(dice);
    all.extend(encodings(dice));
    all.extend(selections(dice));
    let parts = Parts::rolled(dice);
    for (cause, signature) in key_mistakes(&parts.secret, &parts.right_text()) {
        all.push(parts.case(cause, &signature));
    }
    let parts = Parts::rolled(dice);
    let mut case = parts.signed("html-copy", &parts.right_text());
    if let Input::Url(url) = &mut case.input {
        *url = url.replace('&', "&amp;");
    }
    all.push(case);
    let parts = Parts::rolled(dice);
    let other = dice.text("0123456789abcdef", 64);
    let signature = hex(&hmac_256(other.as_bytes(), parts.right_text().as_bytes()));
    all.push(Case { others: vec![other], ..parts.case("key-other", &signature) });
    all
}

fn addresses(dice: &mut Dice) -> Vec<Case> {
    let mut all = Vec::new();
    let mut parts = Parts::rolled(dice);
    let query = Parts::query(&parts.sorted(), RFC1738, true);
    let (host, path) = (parts.host.clone(), parts.path.clone());
    for (cause, text) in [
        ("scheme", format!("http://{host}{path}?{query}")),
        ("port-default", format!("https://{host}:443{path}?{query}")),
        ("address-missing", query.clone()),
        ("host-missing", format!("{path}?{query}")),
        ("scheme-missing", format!("{host}{path}?{query}")),
        ("question-mark-missing", format!("https://{host}{path}{query}")),
        ("query-missing", format!("https://{host}{path}")),
        ("path-slash", format!("https://{host}{path}/?{query}")),
        ("path-missing", format!("https://{host}?{query}")),
        ("path-prefix", format!("https://{host}{}?{query}", &path[4..])),
        ("text-newline", format!("https://{host}{path}?{query}\n")),
        ("text-ampersand", format!("https://{host}{path}?{query}&")),
        ("joined-html", format!("https://{host}{path}?{}", query.replace('&', "&amp;"))),
        ("joined-not", format!("https://{host}{path}?{}", query.replace('&', ""))),
    ] {
        all.push(parts.signed(cause, &text));
    }
    parts.path = format!("/a/./b//{}/../c", dice.text("xyz", 3));
    all.push(parts.signed("path-normalised", &format!("https://{host}/a/b/c?{query}")));
    parts.path = "/%C3%BCber/uns".to_owned();
    all.push(parts.signed("path-decoded", &format!("https://{host}/über/uns?{query}")));
    parts.path = "/App/Start".to_owned();
    all.push(parts.signed("path-case", &format!("https://{host}/app/start?{query}")));
    parts.path = String::new();
    all.push(parts.signed("path-root", &format!("https://{host}/?{query}")));
    all
}

fn encodings(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let (base, sorted) = (parts.base(), parts.sorted());
    let encoded = |kept: &str, plus: bool| format!("{base}?{}", Parts::query(&sorted, kept, plus));
    let raw: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let twice: Vec<_> = sorted
        .iter()
        .map(|(name, value)| {
            let once = percent(value, RFC1738, true);
            format!("{name}={}", percent(&once, RFC1738, true))
        })
        .collect();
    let small = lower_hex(&encoded(RFC1738, true));
    let plus: Vec<_> = sorted
        .iter()
        .map(|(name, value)| {
            let arrived = percent(value, RFC1738, true);
            let kept = decode_but_plus(&arrived);
            format!("{name}={}", percent(&kept, RFC1738, true))
        })
        .collect();
    [
        ("encode-component", encoded("-_.!~*'()", false)),
        ("encode-form", encoded("-_.*", true)),
        ("encode-rfc3986", encoded("-_.~", false)),
        ("encode-tilde", encoded("-_.~", true)),
        ("encode-slash", encoded("-_.~/", false)),
        ("encode-uri", encoded("-_.!~*'();/?:@&=+$,#", false)),
        ("encode-missing", format!("{base}?{}", raw.join("&"))),
        ("encode-twice", format!("{base}?{}", twice.join("&"))),
        ("encode-small-hex", small),
        ("plus-kept", format!("{base}?{}", plus.join("&"))),
    ]
    .iter()
    .map(|(cause, text)| parts.signed(cause, text))
    .collect()
}

pub(super) fn lower_hex(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        out += &format!("%{}{}", piece[..2].to_lowercase(), &piece[2..]);
    }
    out
}

fn decode_but_plus(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        out.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        out.extend(piece[2..].bytes());
    }
    String::from_utf8(out).unwrap()
}

fn selections(dice: &mut Dice) -> Vec<Case> {
    let parts = Parts::rolled(dice);
    let base = parts.base();
    let text =
        |pairs: &[(String, String)]| format!("{base}?{}", Parts::query(pairs, RFC1738, true));
    let mut caseless = parts.sorted();
    caseless.sort_by_key(|(name, _)| name.to_lowercase());
    let mut backwards = parts.sorted();
    backwards.reverse();
    let mut by_value = parts.sorted();
    by_value.sort_by(|a, b| a.1.cmp(&b.1));
    let mut blank = parts.sorted();
    blank.push(("signature".to_owned(), String::new()));
    blank.sort();
    let mut untimed = parts.sorted();
    untimed.retain(|(name, _)| name != "timestamp");
    let mut fewer = parts.sorted();
    fewer.retain(|(name, _)| name != "theme");
    let mut all = vec![
        parts.signed("not-sorted", &text(&parts.parameters)),
        parts.signed("sorted-caseless", &text(&caseless)),
        parts.signed("sorted-backwards", &text(&backwards)),
        parts.signed("sorted-values", &text(&by_value)),
        parts.signed("signature-blank", &text(&blank)),
        parts.signed("timestamp-left-out", &text(&untimed)),
        parts.signed("added-later", &text(&fewer)),
    ];
    // `a` begins `a!`; with their `=` the longer comes first.
    let mut prefixed = parts.clone();
    prefixed.parameters.push(("user".to_owned(), "1".to_owned()));
    prefixed.parameters.push(("user!".to_owned(), "2".to_owned()));
    let mut pieces: Vec<_> = prefixed.parameters.iter().collect();
    pieces.sort_by_key(|(name, value)| format!("{name}={value}"));
    let pieces: Vec<_> = pieces.into_iter().cloned().collect();
    all.push(prefixed.signed("sorted-pairs", &text(&pieces)));
    let mut empty = parts.clone();
    empty.parameters.push(("groupId".to_owned(), String::new()));
    all.push(empty.signed("empty-left-out", &text(&parts.sorted())));
    let mut double = parts.clone();
    double.parameters.push(("userId".to_owned(), "77777".to_owned()));
    // The last of the two counts, which `right_text` does not know.
    let twice = double.signed("first-wins", &text(&parts.sorted()));
    all.push(Case { right_text: String::new(), ..twice });
    let raw = parts.url("x");
    let raw = raw.split_once('?').unwrap().1.replace("&signature=x", "");
    // Sent with %20, and sorted as it came.
    let mut sent = parts.case("not-decoded", "");
    let raw = raw.replace('+', "%20");
    let mut pieces: Vec<_> = raw.split('&').collect();
    pieces.sort_unstable();
    let signature = parts.sign(&format!("{base}?{}", pieces.join("&")));
    sent.input = Input::Url(format!("{base}?{raw}&signature={signature}"));
    all.push(sent);
    all
}

pub(super) fn pairs(dice: &mut Dice) -> Vec<(Case, &'static str)> {
    let parts = Parts::rolled(dice);
    let (host, path, sorted) = (&parts.host, &parts.path, parts.sorted());
    let component = Parts::query(&sorted, "-_.!~*'()", false);
    let right = Parts::query(&sorted, RFC1738, true);
    let newline = format!("{}\n", parts.secret);
    let http = format!("http://{host}{path}?{right}");
    let with_newline = hex(&hmac_256(newline.as_bytes(), http.as_bytes()));
    let unsorted = Parts::query(&parts.parameters, "-_.*", true);
    let upper = parts.sign(&format!("{path}?{right}")).to_uppercase();
    vec![
        (parts.signed("scheme", &format!("http://{host}{path}?{component}")), "encode-component"),
        (parts.case("scheme", &with_newline), "key-newline"),
        (parts.signed("not-sorted", &format!("{}?{unsorted}", parts.base())), "encode-form"),
        (parts.case("host-missing", &upper), "written-upper"),
    ]
}

/// With the two credentials of the URL hidden, as a report shows it.
fn hidden(text: &str) -> String {
    let hide = |piece: &str| match piece.split_once('=') {
        Some((name, value)) if name.ends_with("apiClaim") || name.ends_with("apiToken") => {
            format!("{name}=…({})", value.len())
        }
        _ => piece.to_owned(),
    };
    text.split('&').map(hide).collect::<Vec<_>>().join("&")
}
