//! What stands after the `?`: reading, choosing, changing, sorting and writing the parameters.

use freischalt_protocol::php::{self, Value, query, sort, url};

use super::address::{self, Head};
use crate::{
    Cause, causes,
    charset::Change,
    encode::{Encoder, decode},
    json::{self, Style},
    search::{Menu, Written},
    unset,
};

pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// The parameters of the protocol; all others are somebody's own.
const DOCUMENTED: [&str; 13] = [
    "apiClaim",
    "apiToken",
    "customerName",
    "customerWebId",
    "parameterCacheId",
    "timestamp",
    "userId",
    "groupId",
    "language",
    "UserLanguage",
    "imageIds",
    "estateId",
    "signature",
];
/// Names that trackers in mails and ads add.
const TRACKERS: [&str; 14] = [
    "utm_", "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "_ga", "_gl", "yclid", "dclid",
    "igshid", "mtm_", "pk_", "hsa_",
];

/// The parameters of a URL as they came.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    sorted: Vec<Pair>,
    arrived: Vec<Pair>,
    raw: Vec<Pair>,
}

impl Source {
    pub(crate) fn of(text: &str) -> Option<Self> {
        let parts = url::parse_url(text.as_bytes())?;
        (parts.scheme.is_some() && parts.host.is_some()).then_some(())?;
        let query = parts.query.unwrap_or_default();
        let mut parameters = query::parse_str(&query);
        let arrived = flat(&parameters);
        sort::ksort(&mut parameters);
        let sorted = flat(&parameters);
        let pieces = query.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
        let pair = |piece: &[u8]| match piece.iter().position(|byte| *byte == b'=') {
            Some(at) => (piece[..at].to_vec(), piece[at + 1..].to_vec()),
            None => (piece.to_vec(), Vec::new()),
        };
        let raw = pieces.map(pair).collect();
        Some(Self { sorted, arrived, raw })
    }

    /// The signature as it was given.
    pub(crate) fn given(&self) -> Option<String> {
        self.value("signature")
    }

    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let mut pairs = self.arrived.iter();
        let (_, value) = pairs.find(|pair| pair.0 == name.as_bytes())?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Values that may have been taken for the key, with their names.
    pub(super) fn credentials(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let own =
            self.arrived.iter().filter(|(name, value)| name != b"signature" && !value.is_empty());
        own.take(40).map(|(name, value)| (text(name), text(value))).collect()
    }

    fn names(&self) -> Vec<Vec<u8>> {
        let names = self.arrived.iter().map(|pair| pair.0.clone());
        names.filter(|name| name != b"signature").collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Php,
    PlusKept,
    Raw,
    Twice,
    FirstWins,
    AllKept,
    /// Every value of a name, joined by commas.
    Joined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Php,
    Bytes,
    AsSent,
    Backwards,
    Caseless,
    Locale,
    Natural,
    ByPair,
    ByValue,
    ByEncodedName,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    AllButSignature,
    SignatureToo,
    SignatureBlank,
    Without(Vec<Vec<u8>>),
    NotEmpty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pairs,
    Json { style: Style, php: bool },
    Values,
    PythonDict,
}

/// How the parameters are written.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    reading: Reading,
    kept: Kept,
    /// To which names, all if it is none, and what.
    changes: Vec<(Option<Vec<u8>>, Change)>,
    /// What empty values became.
    empty: Option<&'static str>,
    added: Vec<Pair>,
    order: Order,
    encoder: Encoder,
    names_raw: bool,
    form: Form,
    between: &'static str,
    equals: &'static str,
    /// Whether no address stands before it.
    whole: bool,
    no_equals: bool,
}

impl Query {
    pub(super) fn right() -> Self {
        Self {
            reading: Reading::Php,
            kept: Kept::AllButSignature,
            changes: Vec::new(),
            empty: None,
            added: Vec::new(),
            order: Order::Php,
            encoder: Encoder::Rfc1738,
            names_raw: false,
            form: Form::Pairs,
            between: "&",
            equals: "=",
            whole: false,
            no_equals: false,
        }
    }

    fn pairs(&self, source: &Source) -> Option<Vec<Pair>> {
        let raw = || source.raw.clone();
        let mut pairs = match self.reading {
            Reading::Php if self.order == Order::Php => source.sorted.clone(),
            Reading::Php => source.arrived.clone(),
            Reading::Raw => raw(),
            Reading::PlusKept => each(raw(), |text| decode(text, false)),
            Reading::Twice => each(raw(), |text| decode(&decode(text, true), true)),
            Reading::AllKept => each(raw(), |text| decode(text, true)),
            Reading::FirstWins | Reading::Joined => {
                let mut first: Vec<Pair> = Vec::new();
                for pair in each(raw(), |text| decode(text, true)) {
                    match first.iter_mut().find(|known| known.0 == pair.0) {
                        None => first.push(pair),
                        Some(known) if self.reading == Reading::Joined => {
                            known.1 = [&known.1[..], b",", &pair.1].concat();
                        }
                        Some(_) => {}
                    }
                }
                first
            }
        };
        match &self.kept {
            Kept::SignatureToo => {}
            Kept::SignatureBlank => {
                for pair in pairs.iter_mut().filter(|pair| pair.0 == b"signature") {
                    pair.1.clear();
                }
            }
            kept => pairs.retain(|(name, value)| match kept {
                Kept::Without(left_out) => name != b"signature" && !left_out.contains(name),
                Kept::NotEmpty => name != b"signature" && !value.is_empty(),
                _ => name != b"signature",
            }),
        }
        for (name, change) in &self.changes {
            let mut changed = false;
            let meant = |pair: &&mut Pair| name.as_ref().is_none_or(|name| *name == pair.0);
            for pair in pairs.iter_mut().filter(meant) {
                if let Some(value) = change.of(&pair.1) {
                    pair.1 = value;
                    changed = true;
                }
            }
            changed.then_some(())?;
        }
        if let Some(word) = self.empty {
            for pair in pairs.iter_mut().filter(|pair| pair.1.is_empty()) {
                pair.1 = word.as_bytes().to_vec();
            }
        }
        pairs.extend(self.added.iter().cloned());
        let sorted =
            self.reading == Reading::Php && self.order == Order::Php && self.added.is_empty();
        if !sorted {
            self.sort(&mut pairs);
        }
        Some(pairs)
    }

    fn sort(&self, pairs: &mut [Pair]) {
        match self.order {
            Order::Php | Order::Bytes => pairs.sort_by(|a, b| a.0.cmp(&b.0)),
            Order::AsSent => {}
            Order::Backwards => pairs.sort_by(|a, b| b.0.cmp(&a.0)),
            Order::Caseless => pairs.sort_by_key(|pair| pair.0.to_ascii_lowercase()),
            Order::Locale => pairs.sort_by_key(|pair| locale_key(&pair.0)),
            Order::Natural => pairs.sort_by_key(|pair| natural_key(&pair.0)),
            Order::ByPair => pairs.sort_by_key(|(name, value)| [&name[..], b"=", value].concat()),
            Order::ByValue => pairs.sort_by(|a, b| a.1.cmp(&b.1)),
            Order::ByEncodedName => {
                pairs.sort_by_key(|(name, value)| {
                    [&self.encoder.encode(name)[..], b"=", &self.encoder.encode(value)].concat()
                });
            }
        }
    }

    pub(super) fn write(&self, source: &Source) -> Option<Written> {
        let pairs = self.pairs(source)?;
        let encode = |text: &[u8]| self.encoder.encode(text);
        let bytes = match self.form {
            Form::Pairs => {
                let one = |(name, value): &Pair| {
                    let name = if self.names_raw { name.clone() } else { encode(name) };
                    let equals = if self.no_equals && value.is_empty() { "" } else { self.equals };
                    [&name[..], equals.as_bytes(), &encode(value)].concat()
                };
                pairs.iter().map(one).collect::<Vec<_>>().join(self.between.as_bytes())
            }
            Form::Values => {
                let values = pairs.iter().map(|(_, value)| encode(value));
                values.collect::<Vec<_>>().join(self.between.as_bytes())
            }
            Form::Json { style, php } => {
                let mut object = php::Array::default();
                for (name, value) in &pairs {
                    object.insert(&name[..], value.clone());
                }
                let value = Value::Array(object);
                if php {
                    php::json::encode(&value)?.into_bytes()
                } else {
                    json::write(&value, style)
                }
            }
            Form::PythonDict => {
                let one = |(name, value): &Pair| {
                    let [name, value] =
                        [name, value].map(|text| String::from_utf8_lossy(text).into_owned());
                    format!("'{name}': '{value}'")
                };
                format!("{{{}}}", pairs.iter().map(one).collect::<Vec<_>>().join(", ")).into_bytes()
            }
        };
        Some(Written { bytes, whole: self.whole })
    }
}

fn each(pairs: Vec<Pair>, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Pair> {
    pairs.iter().map(|(name, value)| (change(name), change(value))).collect()
}

/// Nested arrays become names with brackets, as `http_build_query` writes them.
fn flat(array: &php::Array) -> Vec<Pair> {
    fn walk(prefix: &[u8], value: &Value, out: &mut Vec<Pair>) {
        match value {
            Value::Array(inner) => {
                for (key, value) in inner {
                    let name = [prefix, b"[", &key.to_bytes(), b"]"].concat();
                    walk(&name, value, out);
                }
            }
            Value::Str(text) => out.push((prefix.to_vec(), text.clone())),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (key, value) in array {
        walk(&key.to_bytes(), value, &mut out);
    }
    out
}

/// Letters regardless of case, small before capital, punctuation ignored: what collation does.
pub(crate) fn locale_key(name: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let first = letters.map(u8::to_ascii_lowercase).collect();
    let swap = |byte: &u8| if byte.is_ascii_lowercase() { byte - 32 } else { byte | 32 };
    (first, name.iter().map(swap).collect())
}

/// Runs of digits by their value: `a9` before `a10`.
fn natural_key(name: &[u8]) -> Vec<(Vec<u8>, u64)> {
    let mut key: Vec<(Vec<u8>, u64)> = vec![(Vec::new(), 0)];
    let mut digits = false;
    for byte in name {
        if byte.is_ascii_digit() {
            if let Some(last) = key.last_mut() {
                last.1 = last.1.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
            }
            digits = true;
        } else {
            if digits {
                key.push((Vec::new(), 0));
            }
            if let Some(last) = key.last_mut() {
                last.0.push(*byte);
            }
            digits = false;
        }
    }
    key
}

/// The mistakes, the more usual first.
pub(super) fn menu(source: &Source, right: &Head) -> Menu<Query> {
    let mut menu = Menu::default();
    encoders(&mut menu);
    readings(&mut menu);
    selection(&mut menu, source);
    changes(&mut menu, source);
    joining(&mut menu);
    absent(&mut menu, source);
    for (at, (name, pairs)) in address::routed(&right.path).into_iter().enumerate() {
        let change = move |query: &mut Query| query.added = pairs.clone();
        let one = menu.add(&causes::ROUTER_PARAMETER, "added", change).about(name);
        if at >= 8 {
            one.alone();
        }
    }
    menu
}

fn encoders(menu: &mut Menu<Query>) {
    for (cause, encoder) in [
        (&causes::ENCODED_COMPONENT, Encoder::Component),
        (&causes::ENCODED_FORM, Encoder::Form),
        (&causes::ENCODED_3986, Encoder::Rfc3986),
        (&causes::ENCODED_GO, Encoder::QueryEscape),
        (&causes::ENCODED_BUILDER, Encoder::Ufo),
        (&causes::ENCODED_BUILDER, Encoder::Werkzeug),
        (&causes::ENCODED_BUILDER, Encoder::Yarl),
        (&causes::ENCODED_BUILDER, Encoder::Qs),
        (&causes::ENCODED_BUILDER, Encoder::Spring),
        (&causes::ENCODED_NOT, Encoder::Raw),
        (&causes::ENCODED_SMALL, Encoder::Lower1738),
        (&causes::ENCODED_DOTNET, Encoder::DotNet),
        (&causes::ENCODED_DOTNET, Encoder::DotNetCapital),
        (&causes::ENCODED_TWICE, Encoder::Twice1738),
        (&causes::ENCODED_SLASH, Encoder::PythonQuote),
        (&causes::ENCODED_URI, Encoder::WholeUri),
        (&causes::ENCODED_SPACE, Encoder::Space),
        (&causes::ENCODED_ESCAPE, Encoder::Escape),
        (&causes::ENCODED_SMALL, Encoder::Lower3986),
        (&causes::ENCODED_TWICE, Encoder::Twice3986),
    ] {
        menu.add(cause, "encoder", move |query: &mut Query| query.encoder = encoder).usual();
    }
    for (cause, encoder, no_equals) in [
        (&causes::NAMES_RAW, Encoder::Rfc1738, false),
        (&causes::EQUALS_LEFT_OUT, Encoder::Rfc1738, true),
        (&causes::EQUALS_LEFT_OUT, Encoder::Ufo, true),
    ] {
        menu.add(cause, "names", move |query: &mut Query| {
            (query.names_raw, query.no_equals) = (!no_equals, no_equals);
            if encoder != Encoder::Rfc1738 {
                query.encoder = encoder;
            }
        });
    }
}

fn readings(menu: &mut Menu<Query>) {
    menu.add(&causes::READ_RAW, "reading", |query: &mut Query| {
        (query.reading, query.encoder) = (Reading::Raw, Encoder::Raw);
    })
    .usual();
    // A framework that keeps the raw query, without sorting it.
    for (cause, reading) in [
        (&causes::READ_PLUS, Reading::PlusKept),
        (&causes::READ_NOT, Reading::Raw),
        (&causes::READ_TWICE, Reading::Twice),
        (&causes::READ_FIRST, Reading::FirstWins),
        (&causes::READ_NAMES, Reading::AllKept),
        (&causes::READ_JOINED, Reading::Joined),
    ] {
        menu.add(cause, "reading", move |query: &mut Query| query.reading = reading).usual();
    }
    for (cause, order) in [
        (&causes::SORTED_NOT, Order::AsSent),
        (&causes::SORTED_CASELESS, Order::Caseless),
        (&causes::SORTED_LOCALE, Order::Locale),
        (&causes::SORTED_BACKWARDS, Order::Backwards),
        (&causes::SORTED_PAIRS, Order::ByPair),
        (&causes::SORTED_VALUES, Order::ByValue),
        (&causes::SORTED_NATURAL, Order::Natural),
        (&causes::SORTED_DIGITS, Order::Bytes),
        (&causes::SORTED_PAIRS, Order::ByEncodedName),
    ] {
        menu.add(cause, "order", move |query: &mut Query| query.order = order).usual();
    }
}

fn selection(menu: &mut Menu<Query>, source: &Source) {
    for (cause, kept) in [
        (&causes::SIGNATURE_SIGNED, Kept::SignatureToo),
        (&causes::SIGNATURE_BLANK, Kept::SignatureBlank),
        (&causes::EMPTY_LEFT_OUT, Kept::NotEmpty),
        (&causes::TIME_LEFT_OUT, Kept::Without(vec![b"timestamp".to_vec()])),
    ] {
        menu.add(cause, "kept", move |query: &mut Query| query.kept = kept.clone()).usual();
    }
    for (at, without) in left_out(source).into_iter().enumerate() {
        let about: Vec<_> = without.iter().map(|name| String::from_utf8_lossy(name)).collect();
        let about = about.join(", ");
        let change = move |query: &mut Query| query.kept = Kept::Without(without.clone());
        let one = menu.add(&causes::ADDED_LATER, "kept", change).about(about);
        if at >= 16 {
            one.alone();
        }
    }
}

/// Which parameters may have been added after signing, or not have been read: groups of names.
fn left_out(source: &Source) -> Vec<Vec<Vec<u8>>> {
    const SINGLE: usize = 64;
    let names = source.names();
    let own: Vec<_> = names
        .iter()
        .filter(|name| !DOCUMENTED.iter().any(|known| known.as_bytes() == *name))
        .cloned()
        .collect();
    let mut groups: Vec<Vec<Vec<u8>>> = vec![own.clone()];
    let tracks = |name: &&Vec<u8>| TRACKERS.iter().any(|start| name.starts_with(start.as_bytes()));
    groups.push(own.iter().filter(tracks).cloned().collect());
    // What was appended stands after the signature.
    let after = source.arrived.iter().skip_while(|pair| pair.0 != b"signature").skip(1);
    groups.push(after.map(|pair| pair.0.clone()).collect());
    groups.extend(
        names
            .iter()
            .filter(|name| *name != b"timestamp")
            .take(SINGLE)
            .map(|name| vec![name.clone()]),
    );
    if own.len() <= 6 {
        let subsets = (1_usize..1 << own.len()).map(|bits| {
            let chosen = own.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            chosen.map(|(_, name)| name.clone()).collect()
        });
        groups.extend(subsets);
    }
    for (at, one) in names.iter().enumerate().take(24) {
        groups.extend(names[at + 1..].iter().take(24).map(|two| vec![one.clone(), two.clone()]));
    }
    let mut distinct: Vec<Vec<Vec<u8>>> = Vec::new();
    for group in groups.into_iter().filter(|group| !group.is_empty()) {
        if !distinct.contains(&group) {
            distinct.push(group);
        }
    }
    distinct
}

fn changes(menu: &mut Menu<Query>, source: &Source) {
    for (cause, change) in CHANGES {
        let apply = move |query: &mut Query| query.changes.push((None, change));
        let one = menu.add(cause, slot(cause), apply);
        if USUAL.contains(&change) {
            one.usual();
        }
    }
    // A declared type changes one value, not all of them.
    for name in source.names().into_iter().take(24) {
        for (cause, change) in [
            (&causes::NUMBERS_CONVERTED, Change::Number),
            (&causes::NUMBERS_CONVERTED, Change::Float),
            (&causes::NUMBERS_CONVERTED, Change::Digits),
            (&causes::VALUES_TRIMMED, Change::Trimmed),
            (&causes::VALUES_SMALL, Change::Small),
        ] {
            let about = String::from_utf8_lossy(&name).into_owned();
            let name = name.clone();
            let apply = move |query: &mut Query| query.changes.push((Some(name.clone()), change));
            menu.add(cause, slot(cause), apply).about(about);
        }
    }
    for word in unset::WORDS {
        let apply = move |query: &mut Query| query.empty = Some(word);
        menu.add(&causes::ABSENT_SIGNED, "empty", apply).about(word);
    }
}

/// Steps that frameworks take by themselves.
const USUAL: [Change; 5] = [
    Change::Trimmed,
    Change::Backslashes,
    Change::ReadAsLatin1,
    Change::HtmlPhp,
    Change::PythonList,
];

/// The steps of a value, and what each is called.
pub(crate) const CHANGES: [(&Cause, Change); 29] = [
    (&causes::CHARSET_MISREAD, Change::ReadAsLatin1),
    (&causes::CHARSET_MISREAD, Change::ReadAsWindows),
    (&causes::CHARSET_LATIN1, Change::Latin1),
    (&causes::CHARSET_LATIN1, Change::Windows),
    (&causes::CHARSET_MISREAD, Change::ReadAsLatin1Twice),
    (&causes::CHARSET_MISREAD, Change::Undone),
    (&causes::CHARSET_LOST, Change::QuestionMarks),
    (&causes::CHARSET_LOST, Change::QuestionBytes),
    (&causes::CHARSET_LOST, Change::Replacement),
    (&causes::CHARSET_LOST, Change::ReplacementBytes),
    (&causes::CHARSET_LOST, Change::Dropped),
    (&causes::CHARSET_LOST, Change::Folded),
    (&causes::CHARSET_LOST, Change::Spelt),
    (&causes::UNICODE_FORM, Change::Decomposed),
    (&causes::UNICODE_FORM, Change::Composed),
    (&causes::VALUES_TRIMMED, Change::Trimmed),
    (&causes::VALUES_SANITISED, Change::Sanitised),
    (&causes::VALUES_SANITISED, Change::NoTags),
    (&causes::VALUES_BACKSLASHES, Change::Backslashes),
    (&causes::VALUES_BACKSLASHES, Change::NoBackslashes),
    (&causes::VALUES_LISTS, Change::PythonList),
    (&causes::VALUES_LISTS, Change::JsonList),
    (&causes::VALUES_JSON, Change::JsonText),
    (&causes::HTML_ESCAPED, Change::HtmlPhp),
    (&causes::HTML_ESCAPED, Change::HtmlHex),
    (&causes::HTML_ESCAPED, Change::HtmlGo),
    (&causes::HTML_ESCAPED, Change::HtmlMixed),
    (&causes::HTML_ESCAPED, Change::HtmlOld),
    (&causes::NUMBERS_CONVERTED, Change::Number),
];

/// Changes of one kind exclude each other.
pub(crate) fn slot(cause: &'static Cause) -> &'static str {
    cause.id
}

fn joining(menu: &mut Menu<Query>) {
    for (cause, between, equals) in [
        (&causes::JOINED_HTML, "&amp;", "="),
        (&causes::JOINED_OTHERWISE, ";", "="),
        (&causes::JOINED_OTHERWISE, ",", "="),
        (&causes::JOINED_OTHERWISE, "\n", "="),
        (&causes::JOINED_OTHERWISE, "|", "="),
        (&causes::JOINED_OTHERWISE, "&", ":"),
        (&causes::JOINED_OTHERWISE, ", ", "="),
        (&causes::JOINED_OTHERWISE, "\n", ":"),
        (&causes::JOINED_OTHERWISE, "%26", "%3D"),
        (&causes::JOINED_NOT, "", "="),
        (&causes::JOINED_NOT, "", ""),
        (&causes::JOINED_NOT, "&", ""),
    ] {
        menu.add(cause, "joining", move |query: &mut Query| {
            (query.between, query.equals) = (between, equals);
        });
    }
    // Other platforms sign names and values glued together, decoded, often without an address.
    for encoder in [Encoder::Raw, Encoder::Rfc1738, Encoder::Rfc3986] {
        for (between, equals) in
            [("", ""), ("", "="), ("\n", "="), ("|", "="), (",", "="), ("\n", ":")]
        {
            for whole in [true, false] {
                menu.add(&causes::SCHEME_FOREIGN, "joining", move |query: &mut Query| {
                    (query.between, query.equals) = (between, equals);
                    (query.encoder, query.whole) = (encoder, whole);
                })
                .about("names and values joined otherwise")
                .alone();
            }
        }
        for between in ["", ",", "&", "|", ":", "\n", " ", ";", "."] {
            for whole in [true, false] {
                menu.add(&causes::VALUES_ONLY, "joining", move |query: &mut Query| {
                    (query.form, query.between) = (Form::Values, between);
                    (query.encoder, query.whole) = (encoder, whole);
                })
                .alone();
            }
        }
    }
    for order in [Order::Php, Order::AsSent] {
        let forms = crate::order::styles().map(|style| Form::Json { style, php: false });
        for form in forms.chain([Form::PythonDict, php_json()]) {
            for whole in [true, false] {
                for kept in [Kept::AllButSignature, Kept::SignatureBlank] {
                    menu.add(&causes::JSON_SIGNED, "joining", move |query: &mut Query| {
                        (query.form, query.whole, query.order) = (form, whole, order);
                        query.kept = kept.clone();
                    })
                    .alone();
                }
            }
        }
    }
}

fn php_json() -> Form {
    let style = Style { slashes_escaped: true, unicode_escaped: true, spaces: false };
    Form::Json { style, php: true }
}

/// Parameters that did not come and were signed all the same.
fn absent(menu: &mut Menu<Query>, source: &Source) {
    const NAMES: [&str; 14] = [
        "groupId",
        "language",
        "UserLanguage",
        "imageIds",
        "estateId",
        "apiToken",
        "apiClaim",
        "parameterCacheId",
        "customerName",
        "customerWebId",
        "userId",
        "lang",
        "id",
        "addressId",
    ];
    let names: Vec<_> = NAMES.iter().filter(|name| source.value(name).is_none()).collect();
    let words = || std::iter::once("").chain(unset::WORDS);
    for (at, name) in names.iter().enumerate() {
        for (nth, word) in words().enumerate() {
            let pair = (name.as_bytes().to_vec(), word.as_bytes().to_vec());
            let change = move |query: &mut Query| query.added = vec![pair.clone()];
            let one =
                menu.add(&causes::ABSENT_SIGNED, "added", change).about(format!("{name}={word}"));
            if at >= 4 || nth >= 4 {
                one.alone();
            }
        }
    }
    // Several that a program declares, absent together.
    for word in ["None", "", "undefined", "null"] {
        for bits in 1_usize..1 << names.len().min(5) {
            if bits.count_ones() < 2 {
                continue;
            }
            let chosen = names.iter().take(5).enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            let chosen: Vec<_> = chosen.map(|(_, name)| **name).collect();
            let pair = |name: &&str| (name.as_bytes().to_vec(), word.as_bytes().to_vec());
            let pairs: Vec<Pair> = chosen.iter().map(pair).collect();
            let about = format!("{}: {word}", chosen.join(", "));
            let change = move |query: &mut Query| query.added = pairs.clone();
            menu.add(&causes::ABSENT_SIGNED, "added", change).about(about).alone();
        }
    }
}
