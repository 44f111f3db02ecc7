//! Signed URLs.

use freischalt_protocol::{
    Secret,
    php::{self, Value, query, sort, url},
    signed_url::{self, Port, SignedUrlError},
};

use crate::{
    Cause, Explanation, Verdict, causes,
    encode::{Encoder, decode},
    mask,
    search::{Deviation, Recipe, Search},
    signing::Signing,
};

type Pair = (Vec<u8>, Vec<u8>);

/// Why the signature of this URL is wrong. `others` are secrets that may have been taken by mistake,
/// such as the API key.
pub fn explain_url(text: &str, secret: &Secret, others: &[Secret]) -> Explanation {
    match Port::Dropped.verify(text, secret).or_else(|error| match error {
        SignedUrlError::WrongSignature => Port::Kept.verify(text, secret).map_err(|_| error),
        error => Err(error),
    }) {
        Ok(verified) => {
            let mut explanation = Explanation::new(Verdict::Genuine);
            // The right text may well differ by the port, which both kinds of hosts exist for.
            if signed_url::verify(text, secret).is_err() {
                explanation.besides.push(&causes::PORT_KEPT);
            }
            explanation.besides.extend(time_problem(verified.get("timestamp")));
            explanation
        }
        Err(SignedUrlError::WrongSignature) => wrong(text, secret, others),
        Err(SignedUrlError::MissingSignature) => missing(text, secret),
        Err(error) => Explanation::unreadable(error),
    }
}

fn missing(text: &str, secret: &Secret) -> Explanation {
    let plain = text.replace("&amp;", "&");
    if signed_url::verify(&plain, secret).is_ok() {
        return transported(&plain, &causes::HTML_COPY);
    }
    let mut explanation = Explanation::new(Verdict::Missing);
    explanation.right_text = right_text(text);
    explanation.besides.push(&causes::SIGNATURE_MISSING);
    explanation
}

fn right_text(text: &str) -> Option<String> {
    signed_url::canonical(text).ok().map(|right| mask::masked(&right))
}

fn transported(text: &str, cause: &'static Cause) -> Explanation {
    let mut explanation = Explanation::new(Verdict::Explained);
    explanation.right_text = right_text(text);
    let found = crate::Found { causes: vec![cause], signed_text: None, same_here: Vec::new() };
    explanation.found.push(found);
    explanation
}

fn wrong(text: &str, secret: &Secret, others: &[Secret]) -> Explanation {
    let plain = text.replace("&amp;", "&");
    if signed_url::verify(&plain, secret).is_ok() {
        return transported(&plain, &causes::HTML_COPY);
    }
    let whole = String::from_utf8_lossy(&decode(text.as_bytes(), false)).into_owned();
    if whole != text && signed_url::verify(&whole, secret).is_ok() {
        return transported(&whole, &causes::URL_ENCODED_AGAIN);
    }
    let Some(address) = Address::of(text) else { return Explanation::unreadable("no URL") };
    let given = address.given.clone();
    let mut explanation = Explanation::new(Verdict::Unexplained);
    explanation.right_text = right_text(text);
    let time = address.value("timestamp");
    explanation.besides.extend(time_problem(time.as_deref()));
    let keys = others.iter().map(|other| (&causes::KEY_OTHER, other.expose().to_owned()));
    let mut keys: Vec<_> = keys.collect();
    keys.extend(address.value("apiToken").map(|token| (&causes::KEY_TOKEN, token)));
    let recipe = UrlRecipe::right(address);
    for (cause, key) in keys {
        let signing = Signing::hex().with_key(&key);
        if recipe.text().and_then(|text| signing.sign(&text, secret)).as_ref() == Some(&given) {
            let causes = vec![cause];
            let found = crate::Found { causes, signed_text: None, same_here: Vec::new() };
            explanation.found.push(found);
        }
    }
    if explanation.found.is_empty() {
        let deviations = deviations(&recipe);
        let search = Search { recipe, signing: Signing::hex(), deviations, secret, given: &given };
        explanation.found = search.run();
    }
    if !explanation.found.is_empty() {
        explanation.verdict = Verdict::Explained;
    }
    explanation
}

/// Whether a time is one in milliseconds, or none.
pub(crate) fn time_problem(timestamp: Option<&str>) -> Option<&'static Cause> {
    let text = timestamp?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number, text.len()) {
        (true, 12..=14) => Some(&causes::TIME_MILLIS),
        (true, _) => None,
        (false, _) => Some(&causes::TIME_TEXT),
    }
}

/// A URL taken apart.
#[derive(Clone)]
struct Address {
    scheme: Vec<u8>,
    login: Vec<u8>,
    host: Vec<u8>,
    port: Option<u16>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Option<Vec<u8>>,
    given: String,
    right: Vec<u8>,
}

impl Address {
    fn of(text: &str) -> Option<Self> {
        let right = signed_url::canonical(text).ok()?;
        let parts = url::parse_url(text.as_bytes())?;
        let query = parts.query.unwrap_or_default();
        let parameters = query::parse_str(&query);
        let given = parameters.get("signature")?.as_bytes()?;
        let login = match (parts.user, parts.pass) {
            (Some(user), Some(pass)) => [&user[..], b":", &pass, b"@"].concat(),
            (Some(user), None) => [&user[..], b"@"].concat(),
            _ => Vec::new(),
        };
        Some(Self {
            scheme: parts.scheme?,
            login,
            host: parts.host?,
            port: parts.port,
            path: parts.path.unwrap_or_default(),
            fragment: parts.fragment,
            given: String::from_utf8_lossy(given).into_owned(),
            query,
            right,
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        query::parse_str(&self.query).get_str(name).map(str::to_owned)
    }

    /// Names and values as they stand between the `&`.
    fn raw_pairs(&self) -> Vec<Pair> {
        let pieces = self.query.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
        let pair = |piece: &[u8]| match piece.iter().position(|byte| *byte == b'=') {
            Some(at) => (piece[..at].to_vec(), piece[at + 1..].to_vec()),
            None => (piece.to_vec(), Vec::new()),
        };
        pieces.map(pair).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Php,
    PlusKept,
    Raw,
    Twice,
    FirstWins,
    AllKept,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Bytes,
    AsSent,
    Backwards,
    Caseless,
    Locale,
    ByPair,
    ByValue,
}

#[derive(Clone, PartialEq, Eq)]
enum Kept {
    AllButSignature,
    SignatureToo,
    SignatureBlank,
    Without(Vec<u8>),
    NotEmpty,
}

#[derive(Clone)]
struct UrlRecipe {
    address: Address,
    scheme: Vec<u8>,
    host: Vec<u8>,
    port: Option<u16>,
    path: Vec<u8>,
    login: bool,
    fragment: bool,
    /// What stands before the query: `://` address and `?`, or less.
    base: Base,
    reading: Reading,
    kept: Kept,
    order: Order,
    encoder: Encoder,
    between: &'static str,
    equals: &'static str,
    tail: &'static str,
    small: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Whole,
    NoScheme,
    PathOnly,
    QueryOnly,
    NoQuestionMark,
    NoQuery,
}

impl UrlRecipe {
    fn right(address: Address) -> Self {
        Self {
            scheme: address.scheme.clone(),
            host: address.host.clone(),
            port: None,
            path: address.path.clone(),
            login: false,
            fragment: false,
            base: Base::Whole,
            reading: Reading::Php,
            kept: Kept::AllButSignature,
            order: Order::Bytes,
            encoder: Encoder::Rfc1738,
            between: "&",
            equals: "=",
            tail: "",
            small: false,
            address,
        }
    }

    fn pairs(&self) -> Vec<Pair> {
        let raw = self.address.raw_pairs();
        let mut pairs = match self.reading {
            Reading::Php => {
                let mut parameters = query::parse_str(&self.address.query);
                if self.order == Order::Bytes {
                    sort::ksort(&mut parameters);
                }
                flat(&parameters)
            }
            Reading::Raw => raw,
            Reading::PlusKept => each(raw, |text| decode(text, false)),
            Reading::Twice => each(raw, |text| decode(&decode(text, true), true)),
            Reading::FirstWins => {
                let mut first: Vec<Pair> = Vec::new();
                for pair in each(raw, |text| decode(text, true)) {
                    if first.iter().all(|known| known.0 != pair.0) {
                        first.push(pair);
                    }
                }
                first
            }
            Reading::AllKept => each(raw, |text| decode(text, true)),
        };
        match &self.kept {
            Kept::SignatureToo => {}
            Kept::SignatureBlank => {
                for pair in pairs.iter_mut().filter(|pair| pair.0 == b"signature") {
                    pair.1.clear();
                }
            }
            kept => pairs.retain(|(name, value)| match kept {
                Kept::Without(left_out) => name != b"signature" && name != left_out,
                Kept::NotEmpty => name != b"signature" && !value.is_empty(),
                _ => name != b"signature",
            }),
        }
        if self.reading == Reading::Php && self.order == Order::Bytes {
            return pairs;
        }
        self.sort(&mut pairs);
        pairs
    }

    fn sort(&self, pairs: &mut [Pair]) {
        match self.order {
            Order::Bytes => pairs.sort_by(|a, b| a.0.cmp(&b.0)),
            Order::AsSent => {}
            Order::Backwards => pairs.sort_by(|a, b| b.0.cmp(&a.0)),
            Order::Caseless => pairs.sort_by_key(|pair| pair.0.to_ascii_lowercase()),
            Order::Locale => pairs.sort_by_key(|pair| locale_key(&pair.0)),
            Order::ByPair => pairs.sort_by_key(|(name, value)| [&name[..], b"=", value].concat()),
            Order::ByValue => pairs.sort_by(|a, b| a.1.cmp(&b.1)),
        }
    }
}

impl Recipe for UrlRecipe {
    fn text(&self) -> Option<Vec<u8>> {
        let encoded = self.pairs().into_iter().map(|(name, value)| {
            let [name, value] = [name, value].map(|text| self.encoder.encode(&text));
            [&name[..], self.equals.as_bytes(), &value].concat()
        });
        let query = encoded.collect::<Vec<_>>().join(self.between.as_bytes());
        let login: &[u8] = if self.login { &self.address.login } else { b"" };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let host = [login, &self.host, port.as_bytes()].concat();
        let mut text = match self.base {
            Base::Whole => [&self.scheme[..], b"://", &host, &self.path, b"?", &query].concat(),
            Base::NoScheme => [&host[..], &self.path, b"?", &query].concat(),
            Base::PathOnly => [&self.path[..], b"?", &query].concat(),
            Base::QueryOnly => query,
            Base::NoQuestionMark => [&self.scheme[..], b"://", &host, &self.path, &query].concat(),
            Base::NoQuery => [&self.scheme[..], b"://", &host, &self.path].concat(),
        };
        if self.fragment {
            text.extend([b"#", &self.address.fragment.clone()?[..]].concat());
        }
        text.extend(self.tail.as_bytes());
        if self.small {
            text.make_ascii_lowercase();
        }
        Some(text)
    }

    fn right_text(&self) -> Vec<u8> {
        self.address.right.clone()
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

/// The mistakes, the more usual first.
fn deviations(recipe: &UrlRecipe) -> Vec<Deviation<UrlRecipe>> {
    let mut all = Vec::new();
    address(recipe, &mut all);
    for (cause, encoder) in [
        (&causes::ENCODED_COMPONENT, Encoder::Component),
        (&causes::ENCODED_FORM, Encoder::Form),
        (&causes::ENCODED_3986, Encoder::Rfc3986),
        (&causes::ENCODED_GO, Encoder::QueryEscape),
        (&causes::ENCODED_NOT, Encoder::Raw),
        (&causes::ENCODED_SMALL, Encoder::Lower1738),
        (&causes::ENCODED_TWICE, Encoder::Twice1738),
        (&causes::ENCODED_SLASH, Encoder::PythonQuote),
        (&causes::ENCODED_URI, Encoder::WholeUri),
    ] {
        all.push(Deviation::of_text(cause, move |recipe: &mut UrlRecipe| recipe.encoder = encoder));
    }
    all.push(Deviation::of_text(&causes::READ_RAW, |recipe: &mut UrlRecipe| {
        (recipe.reading, recipe.encoder) = (Reading::Raw, Encoder::Raw);
    }));
    for (cause, reading) in [
        (&causes::READ_PLUS, Reading::PlusKept),
        (&causes::READ_NOT, Reading::Raw),
        (&causes::READ_TWICE, Reading::Twice),
        (&causes::READ_FIRST, Reading::FirstWins),
        (&causes::READ_NAMES, Reading::AllKept),
    ] {
        all.push(Deviation::of_text(cause, move |recipe: &mut UrlRecipe| recipe.reading = reading));
    }
    for (cause, order) in [
        (&causes::SORTED_NOT, Order::AsSent),
        (&causes::SORTED_CASELESS, Order::Caseless),
        (&causes::SORTED_LOCALE, Order::Locale),
        (&causes::SORTED_BACKWARDS, Order::Backwards),
        (&causes::SORTED_PAIRS, Order::ByPair),
        (&causes::SORTED_VALUES, Order::ByValue),
    ] {
        all.push(Deviation::of_text(cause, move |recipe: &mut UrlRecipe| recipe.order = order));
    }
    selection(recipe, &mut all);
    joining(&mut all);
    all
}

fn address(recipe: &UrlRecipe, all: &mut Vec<Deviation<UrlRecipe>>) {
    let given = recipe.address.port;
    let other: &[u8] = match &recipe.scheme[..] {
        b"https" => b"http",
        _ => b"https",
    };
    let default = if recipe.scheme == b"https" { 443 } else { 80 };
    type Change = Box<dyn Fn(&mut UrlRecipe)>;
    let path = recipe.path.clone();
    let change: Vec<(&'static Cause, Change)> = vec![
        (&causes::SCHEME, Box::new(move |recipe| recipe.scheme = other.to_vec())),
        (&causes::PORT_KEPT, Box::new(move |recipe| recipe.port = given)),
        (&causes::PORT_DEFAULT, Box::new(move |recipe| recipe.port = Some(default))),
        (&causes::LOGIN_KEPT, Box::new(|recipe| recipe.login = true)),
        (&causes::FRAGMENT_KEPT, Box::new(|recipe| recipe.fragment = true)),
        (&causes::HOST_CASE, Box::new(|recipe| recipe.host.make_ascii_lowercase())),
        (&causes::BASE_NONE, Box::new(|recipe| recipe.base = Base::QueryOnly)),
        (&causes::BASE_PATH, Box::new(|recipe| recipe.base = Base::PathOnly)),
        (&causes::BASE_NO_SCHEME, Box::new(|recipe| recipe.base = Base::NoScheme)),
        (&causes::BASE_NO_MARK, Box::new(|recipe| recipe.base = Base::NoQuestionMark)),
        (&causes::BASE_NO_QUERY, Box::new(|recipe| recipe.base = Base::NoQuery)),
    ];
    all.extend(change.into_iter().map(|(cause, change)| Deviation::of_text(cause, change)));
    for (cause, path) in paths(&path) {
        let change = move |recipe: &mut UrlRecipe| recipe.path = path.clone();
        all.push(Deviation::of_text(cause, change));
    }
}

/// What programs and proxies make of a path.
fn paths(path: &[u8]) -> Vec<(&'static Cause, Vec<u8>)> {
    let mut paths = vec![
        (&causes::PATH_SLASH, path.strip_suffix(b"/").unwrap_or(path).to_vec()),
        (&causes::PATH_SLASH, [path, b"/"].concat()),
        (&causes::PATH_NORMALISED, normalised(path)),
        (&causes::PATH_DECODED, decode(path, false)),
        (&causes::PATH_CASE, path.to_ascii_lowercase()),
        (&causes::PATH_MISSING, Vec::new()),
    ];
    if path.is_empty() {
        paths.push((&causes::PATH_ROOT, b"/".to_vec()));
    }
    // A proxy that serves the program below another path shows it the rest only.
    let slashes = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/');
    paths.extend(slashes.map(|(at, _)| (&causes::PATH_PREFIX, path[at..].to_vec())));
    paths
}

/// Without empty and dot segments.
fn normalised(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.split(|byte| *byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let mut out: Vec<u8> = kept.iter().flat_map(|segment| [b"/", *segment].concat()).collect();
    if path.ends_with(b"/") {
        out.push(b'/');
    }
    out
}

fn selection(recipe: &UrlRecipe, all: &mut Vec<Deviation<UrlRecipe>>) {
    for (cause, kept) in [
        (&causes::SIGNATURE_SIGNED, Kept::SignatureToo),
        (&causes::SIGNATURE_BLANK, Kept::SignatureBlank),
        (&causes::EMPTY_LEFT_OUT, Kept::NotEmpty),
        (&causes::TIME_LEFT_OUT, Kept::Without(b"timestamp".to_vec())),
    ] {
        let change = move |recipe: &mut UrlRecipe| recipe.kept = kept.clone();
        all.push(Deviation::of_text(cause, change));
    }
    for (name, _) in flat(&query::parse_str(&recipe.address.query)) {
        if name != b"signature" && name != b"timestamp" {
            let change = move |recipe: &mut UrlRecipe| recipe.kept = Kept::Without(name.clone());
            all.push(Deviation::of_text(&causes::ADDED_LATER, change));
        }
    }
}

fn joining(all: &mut Vec<Deviation<UrlRecipe>>) {
    let betweens = [
        (&causes::JOINED_HTML, "&amp;"),
        (&causes::JOINED_OTHERWISE, ";"),
        (&causes::JOINED_OTHERWISE, ","),
        (&causes::JOINED_OTHERWISE, "\n"),
        (&causes::JOINED_NOT, ""),
    ];
    for (cause, between) in betweens {
        all.push(Deviation::of_text(cause, move |recipe: &mut UrlRecipe| recipe.between = between));
    }
    all.push(Deviation::of_text(&causes::JOINED_NOT, |recipe: &mut UrlRecipe| {
        (recipe.between, recipe.equals) = ("", "");
    }));
    all.push(Deviation::of_text(&causes::JOINED_OTHERWISE, |recipe: &mut UrlRecipe| {
        recipe.equals = ":";
    }));
    all.push(Deviation::of_text(&causes::TEXT_NEWLINE, |recipe: &mut UrlRecipe| {
        recipe.tail = "\n";
    }));
    all.push(Deviation::of_text(&causes::TEXT_AMP, |recipe: &mut UrlRecipe| recipe.tail = "&"));
    all.push(Deviation::of_text(&causes::TEXT_SMALL, |recipe: &mut UrlRecipe| recipe.small = true));
}
