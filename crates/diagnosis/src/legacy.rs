//! HMAC version 1: nested MD5 over the JSON of the parameters and the other fields of an action.

use freischalt_protocol::{
    Secret,
    hmac::LegacyAction,
    php::{self, Value, json as php_json, sort},
};

use crate::{
    Cause, Found, Hints, Work, causes, json,
    order::styles,
    search::{self, Fit, Mistake},
    signing::{hex, md5_hex},
    target::{self, Target, Writing},
    unset,
};

/// One way of doing a part, and the mistake in it; `None` if it is right.
type Way<T> = (Option<Mistake>, T);

/// Everything with the fewest mistakes that makes this signature.
pub(crate) fn explain(
    action: &LegacyAction<'_>,
    given: &str,
    key: &Secret,
    hints: &Hints<'_>,
    work: &mut Work,
) -> Vec<Found> {
    let ways = Ways {
        parameters: parameters(action),
        fields: fields(action),
        keys: keys(action, key, hints),
        shapes: shapes(),
    };
    let targets = target::targets(given, Writing::Hex);
    for count in 0..=2 {
        let fits = ways.with(count, &targets, work);
        if !fits.is_empty() {
            return search::told(fits, &[Vec::new()], &crate::mask::Hidden::default());
        }
    }
    Vec::new()
}

struct Ways {
    parameters: Vec<Way<Vec<u8>>>,
    fields: Vec<Way<Fields>>,
    keys: Vec<Way<String>>,
    shapes: Vec<Way<Shape>>,
}

impl Ways {
    fn with(&self, count: usize, targets: &[Target], work: &mut Work) -> Vec<Fit> {
        let mut fits = Vec::new();
        let mistakes = |ways: [bool; 4]| ways.iter().filter(|wrong| **wrong).count();
        for (parameter_mistake, parameters) in &self.parameters {
            for (fields_mistake, fields) in &self.fields {
                for (key_mistake, key) in &self.keys {
                    for (shape_mistake, shape) in &self.shapes {
                        let made = [parameter_mistake, fields_mistake, key_mistake, shape_mistake];
                        if mistakes(made.map(Option::is_some)) != count {
                            continue;
                        }
                        if !work.take(parameters.len() + 256) {
                            return fits;
                        }
                        let digest = shape.of(parameters, fields, key);
                        for target in targets.iter().filter(|target| target.is(&digest)) {
                            let own = made.into_iter().flatten().cloned();
                            let written = target.causes.iter().map(|cause| Mistake::of(cause));
                            let mistakes = own.chain(written).collect();
                            fits.push(Fit { mistakes, text: Vec::new() });
                        }
                    }
                }
            }
        }
        fits
    }
}

/// The fields in the order in which they are joined; `None` is the secret.
#[derive(Clone)]
struct Fields {
    fields: Vec<Option<String>>,
    between: &'static str,
    /// Whether the parameters come first.
    first: bool,
}

#[derive(Clone, Copy)]
enum Shape {
    Right,
    OneHash,
    NoSecretInside,
    SecretLast,
    Hmac,
    Sha256,
    HmacSha256,
}

impl Shape {
    fn of(self, parameters: &[u8], fields: &Fields, secret: &str) -> Vec<u8> {
        let inside = if matches!(self, Self::NoSecretInside) { "" } else { secret };
        let texts = fields.fields.iter().map(|field| field.as_deref().unwrap_or(inside));
        let joined = texts.collect::<Vec<_>>().join(fields.between);
        let (one, two) = match fields.first {
            true => (parameters, joined.as_bytes()),
            false => (joined.as_bytes(), parameters),
        };
        let text = [one, fields.between.as_bytes(), two].concat();
        let digest = match self {
            Self::OneHash => md5_hex(&text),
            Self::SecretLast => md5_hex(format!("{}{secret}", md5_hex(&text)).as_bytes()),
            Self::Hmac => return crate::signing::hmac_md5(secret.as_bytes(), &text),
            Self::Sha256 => {
                let inner = hex(&crate::signing::sha256(&text));
                return crate::signing::sha256(format!("{secret}{inner}").as_bytes());
            }
            Self::HmacSha256 => return crate::signing::hmac_sha256(secret.as_bytes(), &text),
            Self::Right | Self::NoSecretInside => {
                md5_hex(format!("{secret}{}", md5_hex(&text)).as_bytes())
            }
        };
        target::unhex(&digest).unwrap_or_default()
    }
}

fn wrong(cause: &'static Cause) -> Option<Mistake> {
    Some(Mistake::of(cause))
}

fn about(cause: &'static Cause, detail: impl Into<String>) -> Option<Mistake> {
    Some(Mistake { cause, detail: Some(detail.into()) })
}

fn parameters(action: &LegacyAction<'_>) -> Vec<Way<Vec<u8>>> {
    let sent = action.parameters;
    let (mut sorted, mut deep) = (sent.clone(), sent.clone());
    sort::ksort(&mut sorted);
    sort::ksort_recursive(&mut deep);
    let php = |array: &php::Array| {
        php_json::encode(&Value::Array(array.clone())).unwrap_or_default().into_bytes()
    };
    let right = php(&sorted);
    let mut all: Vec<Way<Vec<u8>>> = vec![
        (None, right.clone()),
        (wrong(&causes::V1_NOT_SORTED), php(sent)),
        (wrong(&causes::V1_SORTED_DEEP), php(&deep)),
    ];
    for (array, sorting) in [
        (&sorted, None),
        (sent, Some(&causes::V1_NOT_SORTED)),
        (&deep, Some(&causes::V1_SORTED_DEEP)),
    ] {
        for style in styles() {
            let cause = match (style.spaces, style.slashes_escaped, sorting) {
                (_, _, Some(cause)) => cause,
                (true, ..) => &causes::V1_JSON_SPACES,
                (_, false, _) => &causes::V1_JSON_SLASHES,
                _ => &causes::V1_JSON_UNICODE,
            };
            all.push((wrong(cause), json::write(&Value::Array(array.clone()), style)));
        }
    }
    if sorted.is_empty() {
        all.push((wrong(&causes::V1_EMPTY_OBJECT), b"{}".to_vec()));
    }
    all.push((wrong(&causes::V1_NO_PARAMETERS), Vec::new()));
    let mut distinct: Vec<Way<Vec<u8>>> = Vec::new();
    for (mistake, text) in all {
        let known = distinct
            .iter()
            .any(|(known, same)| *same == text && (known.is_none() || *known == mistake));
        if !known {
            distinct.push((mistake, text));
        }
    }
    distinct
}

fn fields(action: &LegacyAction<'_>) -> Vec<Way<Fields>> {
    const NAMES: [&str; 7] =
        ["token", "actionid", "identifier", "resourceid", "secret", "timestamp", "resourcetype"];
    let right: Vec<Option<String>> = [
        Some(action.token),
        Some(action.action_id),
        Some(action.identifier),
        Some(action.resource_id),
        None,
        Some(action.timestamp),
        Some(action.resource_type),
    ]
    .map(|field| field.map(str::to_owned))
    .to_vec();
    let fields =
        |fields: &[Option<String>]| Fields { fields: fields.to_vec(), between: ",", first: true };
    let mut all: Vec<Way<Fields>> = vec![(None, fields(&right))];
    for (at, name) in NAMES.iter().enumerate() {
        let mut without = right.clone();
        without.remove(at);
        let cause = if *name == "secret" { &causes::V1_NO_SECRET } else { &causes::PIECE_MISSING };
        all.push((about(cause, *name), fields(&without)));
        for word in unset::WORDS.iter().chain(&["[]", "0"]) {
            if *name != "secret" && right[at].as_deref() != Some(word) {
                let mut other = right.clone();
                other[at] = Some((*word).to_owned());
                all.push((about(&causes::PIECE_UNSET, format!("{name}: {word}")), fields(&other)));
            }
        }
        for to in 0..7 {
            let mut moved = right.clone();
            let field = moved.remove(at);
            moved.insert(to, field);
            if moved != right {
                all.push((wrong(&causes::PIECES_ORDER), fields(&moved)));
            }
        }
    }
    for between in ["", "\n", ";", "|", "&", ", ", ":"] {
        let other = Fields { between, ..fields(&right) };
        all.push((wrong(&causes::PIECES_SEPARATED), other));
    }
    all.push((wrong(&causes::PIECES_ORDER), Fields { first: false, ..fields(&right) }));
    if let Some(short) = action.action_id.rsplit(':').next() {
        let mut other = right.clone();
        other[1] = Some(short.to_owned());
        all.push((wrong(&causes::ACTION_SHORT), fields(&other)));
    }
    let mut other = right.clone();
    other[6] = Some(action.resource_type.to_lowercase());
    if other != right {
        all.push((wrong(&causes::TYPE_CASE), fields(&other)));
    }
    if let Ok(time) = action.timestamp.parse::<i64>() {
        let mut timed = |cause, text: String, detail: Option<String>| {
            let mut other = right.clone();
            other[5] = Some(text);
            all.push((Some(Mistake { cause, detail }), fields(&other)));
        };
        for off in (-120..=120).filter(|off| *off != 0) {
            timed(
                &causes::TIME_TWICE,
                (time.saturating_add(off)).to_string(),
                Some(format!("{off:+} s")),
            );
        }
        timed(&causes::TIME_MILLIS, time.saturating_mul(1000).to_string(), None);
        for hours in (-14..=14).filter(|hours| *hours != 0) {
            let text = time.saturating_add(hours * 3600).to_string();
            timed(&causes::TIME_ZONE, text, Some(format!("{hours:+} h")));
        }
    }
    all
}

fn keys(action: &LegacyAction<'_>, key: &Secret, hints: &Hints<'_>) -> Vec<Way<String>> {
    let right = key.expose();
    let mut all: Vec<Way<String>> = vec![(None, right.to_owned())];
    let mut add = |mistake, other: String| {
        if other != right {
            all.push((mistake, other));
        }
    };
    for other in hints.others {
        add(wrong(&causes::KEY_OTHER), other.expose().to_owned());
    }
    add(wrong(&causes::KEY_TOKEN), action.token.to_owned());
    add(wrong(&causes::KEY_EMPTY), String::new());
    for word in unset::WORDS {
        add(about(&causes::KEY_UNSET, word), word.to_owned());
    }
    for tail in ["\n", "\r\n", "\r", "\n\n"] {
        add(wrong(&causes::KEY_NEWLINE), format!("{right}{tail}"));
    }
    add(wrong(&causes::KEY_SPACE), right.trim().to_owned());
    for space in [" ", "\t", "\u{a0}"] {
        add(wrong(&causes::KEY_SPACE), format!("{space}{right}"));
        add(wrong(&causes::KEY_SPACE), format!("{right}{space}"));
    }
    for mark in ["\u{feff}", "\u{200b}"] {
        add(wrong(&causes::KEY_INVISIBLE), format!("{mark}{right}"));
        add(wrong(&causes::KEY_INVISIBLE), format!("{right}{mark}"));
    }
    for quote in ["\"", "'"] {
        add(wrong(&causes::KEY_QUOTED), format!("{quote}{right}{quote}"));
    }
    add(wrong(&causes::KEY_CASE), right.to_uppercase());
    all
}

fn shapes() -> Vec<Way<Shape>> {
    vec![
        (None, Shape::Right),
        (wrong(&causes::V1_ONE_HASH), Shape::OneHash),
        (wrong(&causes::V1_NO_SECRET), Shape::NoSecretInside),
        (wrong(&causes::V1_SECRET_LAST), Shape::SecretLast),
        (about(&causes::HASH_OTHER, "HMAC-MD5"), Shape::Hmac),
        (about(&causes::HASH_OTHER, "SHA-256"), Shape::Sha256),
        (about(&causes::HASH_OTHER, "HMAC-SHA-256"), Shape::HmacSha256),
    ]
}
