//! One input, and what came of it.

use freischalt_protocol::{
    Secret,
    php::{json, url},
    signed_order::{self, SignedOrderError},
    signed_url::{self, SignedUrlError},
};

/// The provider secret of all vectors; `reference.php` has the same.
pub(super) const SECRET: &str = "provider-secret-0123456789";

/// What is done with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A URL becomes the text that is signed.
    Url,
    /// An order becomes the text that is signed.
    Order,
    /// A URL is taken apart.
    Parts,
    /// A JSON text is decoded and encoded again.
    Json,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Url, Self::Order, Self::Parts, Self::Json];

    pub(super) fn letter(self) -> char {
        match self {
            Self::Url => 'u',
            Self::Order => 'o',
            Self::Parts => 'p',
            Self::Json => 'j',
        }
    }

    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Url => "urls.jsonl",
            Self::Order => "orders.jsonl",
            Self::Parts => "url_parts.jsonl",
            Self::Json => "json.jsonl",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) kind: Kind,
    pub(super) input: Vec<u8>,
}

/// The class of a result, in the words of `reference.php`, and the text that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) class: String,
    pub(super) text: Vec<u8>,
}

impl Outcome {
    fn new(class: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { class: class.into(), text: text.into() }
    }
}

/// What our implementation makes of a case.
pub(super) fn ours(case: &Case) -> Outcome {
    match case.kind {
        Kind::Url => url(&String::from_utf8_lossy(&case.input)),
        Kind::Order => order(&case.input),
        Kind::Parts => parts(&case.input),
        Kind::Json => json(&case.input),
    }
}

fn url(input: &str) -> Outcome {
    let text = match signed_url::canonical(input) {
        Ok(text) => text,
        Err(_) => return Outcome::new("relative", ""),
    };
    let class = match signed_url::verify(input, &Secret::new(SECRET)) {
        Ok(_) => "genuine",
        Err(SignedUrlError::WrongSignature) => "forged",
        Err(_) => "unsigned",
    };
    Outcome::new(class, text)
}

fn order(input: &[u8]) -> Outcome {
    let text = match signed_order::canonical(input) {
        Ok(text) => text,
        Err(SignedOrderError::NotJson(error)) => {
            return Outcome::new(format!("error{}", error.kind.code()), "");
        }
        Err(_) => return Outcome::new("other", ""),
    };
    let class = match signed_order::verify(input, &Secret::new(SECRET)) {
        Ok(_) => "genuine",
        Err(SignedOrderError::WrongSignature) => "forged",
        Err(_) => "unsigned",
    };
    Outcome::new(class, text)
}

/// One line per part, which works because parts hold no line breaks.
fn parts(input: &[u8]) -> Outcome {
    let Some(url) = url::parse_url(input) else { return Outcome::new("refused", "") };
    let named = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("port", url.port.map(|port| port.to_string().into_bytes())),
        ("user", url.user),
        ("pass", url.pass),
        ("path", url.path),
        ("query", url.query),
        ("fragment", url.fragment),
    ];
    let lines = named.into_iter().filter_map(|(name, part)| Some((name, part?)));
    let text = lines.flat_map(|(name, part)| [name.as_bytes(), b"=", &part, b"\n"].concat());
    Outcome::new("parts", text.collect::<Vec<_>>())
}

fn json(input: &[u8]) -> Outcome {
    match json::decode(input) {
        Err(error) => Outcome::new(format!("error{}", error.kind.code()), ""),
        Ok(value) => match json::encode(&value) {
            Some(text) => Outcome::new("json", text),
            None => Outcome::new("unencodable", ""),
        },
    }
}
