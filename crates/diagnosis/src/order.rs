//! Signed orders and window messages.

use freischalt_protocol::{
    Secret,
    php::{self, Value, sort},
    signed_order::{self, SignedOrderError},
};

use crate::{
    Cause, Explanation, Found, Hints, Verdict, Work, body, causes,
    charset::Change,
    encode::Encoder,
    json::{self, Style},
    mask::Hidden,
    search::{self, Menu, Recipe, Search, Written},
    signing,
    target::{self, Writing},
    unset,
    url::{CHANGES, locale_key, slot, time_problem},
};

/// Why the signature of this order or window message is wrong.
pub fn explain_order(text: &[u8], secret: &Secret, hints: &Hints<'_>) -> Explanation {
    let problem = body::body_problem(text);
    let text = body::without_mark(text);
    let decoded = php::json::decode(text).ok();
    let array = decoded.and_then(|value| value.as_array().cloned());
    let time = array.as_ref().and_then(|order| order.get("timestamp")).and_then(text_of);
    let mut explanation = match signed_order::verify(text, secret) {
        Ok(_) => Explanation::new(Verdict::Genuine),
        Err(SignedOrderError::WrongSignature) => wrong(text, array, secret, hints),
        Err(SignedOrderError::MissingSignature) => {
            let mut explanation = Explanation::new(Verdict::Missing);
            explanation.besides.push(&causes::SIGNATURE_MISSING);
            explanation
        }
        Err(error) => {
            let mut explanation = Explanation::unreadable(error);
            explanation.besides.extend(problem);
            return explanation;
        }
    };
    if explanation.verdict != Verdict::Genuine {
        let right = signed_order::canonical(text).ok();
        let hidden = Hidden::default().and(secret, hints.others);
        explanation.right_text = right.map(|right| hidden.masked(&right));
    }
    explanation.besides.extend(problem);
    explanation.besides.extend(time_problem(time.as_deref()));
    explanation
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Int(number) => Some(number.to_string()),
        value => value.as_str().map(str::to_owned),
    }
}

fn wrong(
    text: &[u8],
    order: Option<php::Array>,
    secret: &Secret,
    hints: &Hints<'_>,
) -> Explanation {
    let Some(order) = order else { return Explanation::unreadable("not a JSON object") };
    let given = order.get_str("signature").unwrap_or_default().to_owned();
    let right = signed_order::canonical(text).unwrap_or_default();
    let others: Vec<_> = hints.others.iter().map(Secret::expose).collect();
    let values = order.iter().filter_map(|(key, value)| {
        let name = String::from_utf8_lossy(&key.to_bytes()).into_owned();
        Some((name, value.as_str()?.to_owned()))
    });
    let values: Vec<_> =
        values.filter(|(name, value)| name != "signature" && !value.is_empty()).collect();
    let mut work = hints.work;
    let mut search = Search {
        heads: vec![Before::Nothing],
        head_menu: heads(),
        last_heads: Box::new(std::iter::empty()),
        body: OrderBody::right(),
        body_menu: menu(&order),
        recipe: OrderRecipe { order, sent: text.to_vec() },
        signings: signing::deviations(secret.expose(), &others, &values),
        key: secret.expose().as_bytes().to_vec(),
        targets: target::targets(&given, Writing::Hex),
    };
    let fits = search.run(&mut work);
    let hidden = Hidden::default().and(secret, hints.others);
    let mut explanation = Explanation::new(Verdict::Unexplained);
    explanation.found = search::told(fits, &[right], &hidden);
    if explanation.found.is_empty() && target::is_no_digest(&given) {
        explanation.found.push(Found::of(vec![&causes::SIGNATURE_NONE]));
    }
    if !explanation.found.is_empty() {
        explanation.verdict = Verdict::Explained;
    } else if work == Work(0) {
        explanation.remark = Some(search::ENDED.to_owned());
    }
    explanation
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    AllLevels,
    None,
    TopOnly,
    Backwards,
    Caseless,
    Locale,
    ListsAsTexts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Brackets,
    BracketsRaw,
    NoIndex,
    FromOne,
    Dots,
    Json(Style),
    JavaScript,
    LeftOut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    LeftOut,
    Text(&'static str),
}

/// Yes and no as a language writes them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Flags(&'static str, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Php,
    TwoPlaces,
    OnePlace,
    FromTexts,
    Comma,
    CommaInTexts,
    Grouped,
    ZeroEmpty,
    ZeroLeftOut,
}

#[derive(Clone, PartialEq, Eq)]
enum Kept {
    AllButSignature,
    SignatureToo,
    SignatureBlank,
    Without(Vec<String>),
    NotEmpty,
    NotFalsy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Query,
    JsonAsSent,
    Json(Style),
    Values,
}

/// What stands before the query string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    QuestionMark,
    Address,
    Time(&'static str),
    Method,
}

struct OrderRecipe {
    order: php::Array,
    sent: Vec<u8>,
}

/// How the query string of an order is made.
#[derive(Clone)]
struct OrderBody {
    sorting: Order,
    nesting: Nesting,
    nulls: Nulls,
    empties: bool,
    flags: Flags,
    numbers: Numbers,
    kept: Kept,
    slashes: bool,
    unicode: bool,
    millis: bool,
    changes: Vec<Change>,
    whole: Whole,
    encoder: Encoder,
    names: Option<Encoder>,
    between: &'static str,
    equals: &'static str,
}

impl OrderBody {
    fn right() -> Self {
        Self {
            sorting: Order::AllLevels,
            nesting: Nesting::Brackets,
            nulls: Nulls::LeftOut,
            empties: false,
            flags: Flags("1", "0"),
            numbers: Numbers::Php,
            kept: Kept::AllButSignature,
            slashes: false,
            unicode: false,
            millis: false,
            changes: Vec::new(),
            whole: Whole::Query,
            encoder: Encoder::Rfc3986,
            names: None,
            between: "&",
            equals: "=",
        }
    }

    fn selected(&self, order: &php::Array) -> php::Array {
        let mut order = order.clone();
        match &self.kept {
            Kept::SignatureToo => {}
            Kept::SignatureBlank => {
                order.insert("signature", "");
            }
            Kept::AllButSignature => {
                order.remove("signature");
            }
            Kept::Without(names) => {
                order.remove("signature");
                for name in names {
                    order.remove(name);
                }
            }
            Kept::NotEmpty | Kept::NotFalsy => {
                order.remove("signature");
            }
        }
        if self.millis
            && let Some(Value::Int(seconds)) = order.get("timestamp")
        {
            let millis = seconds.saturating_mul(1000);
            order.insert("timestamp", millis);
        }
        match self.sorting {
            Order::AllLevels => sort::ksort_recursive(&mut order),
            Order::TopOnly => sort::ksort(&mut order),
            _ => {}
        }
        order
    }

    fn in_order<'a>(&self, array: &'a php::Array) -> Vec<(Vec<u8>, &'a Value)> {
        let pairs = array.iter().map(|(key, value)| (key.to_bytes().into_owned(), value));
        let mut pairs: Vec<_> = pairs.collect();
        match self.sorting {
            Order::Backwards => pairs.sort_by(|a, b| b.0.cmp(&a.0)),
            Order::Caseless if !array.is_list() => {
                pairs.sort_by_key(|pair| pair.0.to_ascii_lowercase());
            }
            Order::Locale if !array.is_list() => pairs.sort_by_key(|pair| locale_key(&pair.0)),
            Order::ListsAsTexts => pairs.sort_by(|a, b| a.0.cmp(&b.0)),
            _ => {}
        }
        pairs
    }

    fn walk(&self, name: &[u8], value: &Value, out: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        let text = match value {
            Value::Null => match self.nulls {
                Nulls::LeftOut => return,
                Nulls::Text(text) => text.as_bytes().to_vec(),
            },
            Value::Array(inner) => return self.nested(name, inner, out),
            Value::Bool(flag) => {
                let text = if *flag { self.flags.0 } else { self.flags.1 };
                text.as_bytes().to_vec()
            }
            Value::Int(0) if self.numbers == Numbers::ZeroEmpty => Vec::new(),
            Value::Int(0) if self.numbers == Numbers::ZeroLeftOut => return,
            Value::Int(number) if name != b"timestamp" => match self.numbers {
                Numbers::OnePlace => format!("{number}.0").into_bytes(),
                Numbers::TwoPlaces => format!("{number}.00").into_bytes(),
                Numbers::Grouped => grouped(&number.to_string()).into_bytes(),
                _ => number.to_string().into_bytes(),
            },
            Value::Int(number) => number.to_string().into_bytes(),
            Value::Float(number) => match self.numbers {
                Numbers::TwoPlaces => format!("{number:.2}").into_bytes(),
                Numbers::OnePlace => {
                    let text = String::from_utf8_lossy(&json_number(value)).into_owned();
                    if text.contains('.') {
                        text.into_bytes()
                    } else {
                        format!("{text}.0").into_bytes()
                    }
                }
                Numbers::Comma | Numbers::CommaInTexts => {
                    String::from_utf8_lossy(&json_number(value)).replace('.', ",").into_bytes()
                }
                Numbers::Grouped => grouped(&format!("{number:.2}")).into_bytes(),
                _ => json_number(value),
            },
            Value::Str(text) => self.string(text),
        };
        let gone = match self.kept {
            Kept::NotEmpty => text.is_empty(),
            Kept::NotFalsy => text.is_empty() || text == b"0",
            _ => false,
        };
        if !gone {
            out.push((name.to_vec(), text));
        }
    }

    fn string(&self, text: &[u8]) -> Vec<u8> {
        let words = String::from_utf8_lossy(text);
        if self.numbers == Numbers::FromTexts
            && words.contains('.')
            && let Ok(number) = words.parse::<f64>()
        {
            return json_number(&Value::Float(number));
        }
        if self.numbers == Numbers::CommaInTexts
            && words.contains('.')
            && words.parse::<f64>().is_ok()
        {
            return words.replace('.', ",").into_bytes();
        }
        let mut text = text.to_vec();
        for change in &self.changes {
            text = change.of(&text).unwrap_or(text);
        }
        if self.slashes {
            text = String::from_utf8_lossy(&text).replace('/', "\\/").into_bytes();
        }
        if self.unicode {
            let style = Style { slashes_escaped: false, unicode_escaped: true, spaces: false };
            let quoted = json::write(&Value::Str(text), style);
            text = quoted[1..quoted.len() - 1].to_vec();
        }
        text
    }

    fn nested(&self, name: &[u8], inner: &php::Array, out: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        match self.nesting {
            Nesting::Json(style) => {
                out.push((name.to_vec(), json::write(&Value::Array(inner.clone()), style)));
                return;
            }
            Nesting::JavaScript => {
                let one: &[u8] = b"[object Object]";
                let text = if inner.is_list() {
                    vec![one; inner.len()].join(&b","[..])
                } else {
                    one.to_vec()
                };
                out.push((name.to_vec(), text));
                return;
            }
            Nesting::LeftOut => return,
            _ => {}
        }
        if inner.is_empty() && self.empties {
            out.push((name.to_vec(), Vec::new()));
        }
        for (at, (key, value)) in self.in_order(inner).into_iter().enumerate() {
            let key = match self.nesting {
                Nesting::NoIndex if inner.is_list() => Vec::new(),
                Nesting::FromOne if inner.is_list() => (at + 1).to_string().into_bytes(),
                _ => key,
            };
            let name = match self.nesting {
                Nesting::Dots => [name, b".", &key].concat(),
                _ => [name, b"[", &key, b"]"].concat(),
            };
            self.walk(&name, value, out);
        }
    }

    fn query(&self, order: &php::Array) -> Vec<u8> {
        let order = self.selected(order);
        let mut pairs = Vec::new();
        for (name, value) in self.in_order(&order) {
            self.walk(&name, value, &mut pairs);
        }
        let encoded = pairs.iter().map(|(name, value)| {
            let name = match self.nesting {
                Nesting::BracketsRaw => {
                    let pieces = name.split(|byte| b"[]".contains(byte));
                    let mut plain = Vec::new();
                    let mut rest = &name[..];
                    for piece in pieces {
                        plain.extend(self.encoder.encode(piece));
                        rest = &rest[piece.len()..];
                        if let [bracket, after @ ..] = rest {
                            plain.push(*bracket);
                            rest = after;
                        }
                    }
                    plain
                }
                _ => self.names.unwrap_or(self.encoder).encode(name),
            };
            let value = self.encoder.encode(value);
            match self.whole {
                Whole::Values => value,
                _ => [&name[..], self.equals.as_bytes(), &value].concat(),
            }
        });
        encoded.collect::<Vec<_>>().join(self.between.as_bytes())
    }
}

/// The shortest digits, which is what PHP, JavaScript and Python print for numbers like prices.
fn json_number(value: &Value) -> Vec<u8> {
    php::json::encode(value).unwrap_or_default().into_bytes()
}

/// `1234.50` as `1,234.50`.
fn grouped(number: &str) -> String {
    let (whole, places) = number.split_once('.').map_or((number, None), |(a, b)| (a, Some(b)));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && out != "-" {
            out.push(',');
        }
        out.push(digit);
    }
    places.map_or(out.clone(), |places| format!("{out}.{places}"))
}

impl Recipe for OrderRecipe {
    type Head = Before;
    type Body = OrderBody;

    fn body(&self, body: &OrderBody) -> Option<Written> {
        let bytes = match body.whole {
            Whole::Query | Whole::Values => body.query(&self.order),
            Whole::JsonAsSent => without_signature(&self.sent)?,
            Whole::Json(style) => json::write(&Value::Array(body.selected(&self.order)), style),
        };
        Some(Written { bytes, whole: false })
    }

    fn text(&self, head: &Before, body: &[u8], text: &mut Vec<u8>) -> bool {
        match head {
            Before::Nothing => {}
            Before::QuestionMark => text.push(b'?'),
            Before::Address => {
                let Some(address) = self.order.get_str("callbackurl") else { return false };
                text.extend(address.as_bytes());
                text.push(b'?');
            }
            Before::Time(between) => {
                let Some(time) = self.order.get("timestamp").and_then(text_of) else {
                    return false;
                };
                text.extend(time.as_bytes());
                text.extend(between.as_bytes());
            }
            Before::Method => text.extend(b"POST&"),
        }
        text.extend(body);
        true
    }
}

/// The JSON as it was sent, cut at the comma before the signature, where signers append it.
fn without_signature(sent: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(sent).ok()?;
    let at = text.rfind("\"signature\"")?;
    let before = text[..at].trim_end().strip_suffix(',')?;
    Some([before.as_bytes(), b"}"].concat())
}

fn heads() -> Menu<Before> {
    let mut menu = Menu::default();
    menu.add(&causes::ADDRESS_BEFORE, "before", |head| *head = Before::Address).usual();
    menu.add(&causes::QUESTION_MARK, "before", |head| *head = Before::QuestionMark).usual();
    for (between, name) in [
        (".", "timestamp.body"),
        (":", "timestamp:body"),
        ("", "timestamp, then body"),
        ("\n", "timestamp and body in lines"),
    ] {
        menu.add(&causes::SCHEME_FOREIGN, "before", move |head| *head = Before::Time(between))
            .about(name);
    }
    menu.add(&causes::SCHEME_FOREIGN, "before", |head| *head = Before::Method).about("POST&body");
    menu
}

fn menu(order: &php::Array) -> Menu<OrderBody> {
    let mut menu = Menu::default();
    encoders(&mut menu);
    let mut add = |cause: &'static Cause, slot: &'static str, change: fn(&mut OrderBody)| {
        menu.add(cause, slot, change).usual();
    };
    add(&causes::SORTED_NOT, "sorting", |body| body.sorting = Order::None);
    add(&causes::SORTED_TOP_ONLY, "sorting", |body| body.sorting = Order::TopOnly);
    add(&causes::SORTED_CASELESS, "sorting", |body| body.sorting = Order::Caseless);
    add(&causes::SORTED_LOCALE, "sorting", |body| body.sorting = Order::Locale);
    add(&causes::SORTED_BACKWARDS, "sorting", |body| body.sorting = Order::Backwards);
    add(&causes::SORTED_LISTS, "sorting", |body| body.sorting = Order::ListsAsTexts);
    add(&causes::EMPTIES_KEPT, "empties", |body| body.empties = true);
    add(&causes::SLASHES, "slashes", |body| body.slashes = true);
    add(&causes::UNICODE, "unicode", |body| body.unicode = true);
    add(&causes::TIME_MILLIS, "time", |body| body.millis = true);
    add(&causes::NESTED_PLAIN, "nesting", |body| body.nesting = Nesting::BracketsRaw);
    add(&causes::NESTED_NO_INDEX, "nesting", |body| body.nesting = Nesting::NoIndex);
    add(&causes::NESTED_FROM_ONE, "nesting", |body| body.nesting = Nesting::FromOne);
    add(&causes::NESTED_DOTS, "nesting", |body| body.nesting = Nesting::Dots);
    add(&causes::NESTED_OBJECT, "nesting", |body| body.nesting = Nesting::JavaScript);
    add(&causes::NESTED_LEFT_OUT, "nesting", |body| body.nesting = Nesting::LeftOut);
    add(&causes::SIGNATURE_SIGNED, "kept", |body| body.kept = Kept::SignatureToo);
    add(&causes::SIGNATURE_BLANK, "kept", |body| body.kept = Kept::SignatureBlank);
    add(&causes::EMPTY_LEFT_OUT, "kept", |body| body.kept = Kept::NotEmpty);
    add(&causes::FALSY_LEFT_OUT, "kept", |body| body.kept = Kept::NotFalsy);
    add(&causes::TIME_LEFT_OUT, "kept", |body| {
        body.kept = Kept::Without(vec!["timestamp".to_owned()])
    });
    add(&causes::JSON_SIGNED, "whole", |body| body.whole = Whole::JsonAsSent);
    scalars(&mut menu);
    joining(&mut menu);
    for (cause, change) in CHANGES {
        menu.add(cause, slot(cause), move |body: &mut OrderBody| body.changes.push(change));
    }
    left_out(&mut menu, order);
    menu
}

fn encoders(menu: &mut Menu<OrderBody>) {
    for (cause, encoder) in [
        (&causes::ORDER_1738, Encoder::Rfc1738),
        (&causes::ENCODED_COMPONENT, Encoder::Component),
        (&causes::ENCODED_FORM, Encoder::Form),
        (&causes::ENCODED_GO, Encoder::QueryEscape),
        (&causes::ENCODED_BUILDER, Encoder::Ufo),
        (&causes::ENCODED_BUILDER, Encoder::Werkzeug),
        (&causes::ENCODED_BUILDER, Encoder::Yarl),
        (&causes::ENCODED_BUILDER, Encoder::Qs),
        (&causes::ENCODED_BUILDER, Encoder::Spring),
        (&causes::ENCODED_NOT, Encoder::Raw),
        (&causes::ENCODED_SMALL, Encoder::Lower3986),
        (&causes::ENCODED_DOTNET, Encoder::DotNet),
        (&causes::ENCODED_DOTNET, Encoder::DotNetCapital),
        (&causes::ENCODED_TWICE, Encoder::Twice3986),
        (&causes::ENCODED_SLASH, Encoder::PythonQuote),
        (&causes::ENCODED_URI, Encoder::WholeUri),
        (&causes::ENCODED_SPACE, Encoder::Space),
        (&causes::ENCODED_ESCAPE, Encoder::Escape),
        (&causes::ENCODED_SMALL, Encoder::Lower1738),
        (&causes::ENCODED_TWICE, Encoder::Twice1738),
    ] {
        menu.add(cause, "encoder", move |body: &mut OrderBody| body.encoder = encoder).usual();
    }
    menu.add(&causes::NESTED_PLAIN, "nesting", |body: &mut OrderBody| {
        body.names = Some(Encoder::Raw)
    });
}

/// Values of other types than text.
fn scalars(menu: &mut Menu<OrderBody>) {
    for text in std::iter::once("").chain(unset::WORDS) {
        menu.add(&causes::NULLS_KEPT, "nulls", move |body: &mut OrderBody| {
            body.nulls = Nulls::Text(text);
        })
        .about(format!("null as \"{text}\""));
    }
    for (yes, no) in [
        ("true", "false"),
        ("True", "False"),
        ("TRUE", "FALSE"),
        ("1", ""),
        ("true", ""),
        ("Y", "N"),
        ("yes", "no"),
        ("t", "f"),
        ("1", "false"),
        ("on", "off"),
        ("on", ""),
    ] {
        menu.add(&causes::BOOLEANS_WORDS, "flags", move |body: &mut OrderBody| {
            body.flags = Flags(yes, no);
        })
        .about(format!("true as \"{yes}\", false as \"{no}\""));
    }
    for (cause, numbers) in [
        (&causes::NUMBERS_PLACES, Numbers::TwoPlaces),
        (&causes::NUMBERS_SHORT, Numbers::FromTexts),
        (&causes::NUMBERS_FLOAT, Numbers::OnePlace),
        (&causes::NUMBERS_COMMA, Numbers::Comma),
        (&causes::NUMBERS_COMMA, Numbers::CommaInTexts),
        (&causes::NUMBERS_COMMA, Numbers::Grouped),
        (&causes::ZERO_EMPTY, Numbers::ZeroEmpty),
        (&causes::ZERO_EMPTY, Numbers::ZeroLeftOut),
    ] {
        menu.add(cause, "numbers", move |body: &mut OrderBody| body.numbers = numbers).usual();
    }
    // `value || ''` makes an empty text of every nothing at once.
    menu.add(&causes::ZERO_EMPTY, "numbers", |body: &mut OrderBody| {
        (body.numbers, body.flags) = (Numbers::ZeroEmpty, Flags("1", ""));
        body.nulls = Nulls::Text("");
    });
    menu.add(&causes::ZERO_EMPTY, "numbers", |body: &mut OrderBody| {
        (body.numbers, body.flags) = (Numbers::ZeroEmpty, Flags("true", ""));
        body.nulls = Nulls::Text("");
    });
}

fn joining(menu: &mut Menu<OrderBody>) {
    for (cause, between, equals) in [
        (&causes::JOINED_HTML, "&amp;", "="),
        (&causes::JOINED_OTHERWISE, ",", "="),
        (&causes::JOINED_OTHERWISE, "\n", "="),
        (&causes::JOINED_OTHERWISE, ";", "="),
        (&causes::JOINED_OTHERWISE, "|", "="),
        (&causes::JOINED_OTHERWISE, "&", ":"),
        (&causes::JOINED_OTHERWISE, ", ", "="),
        (&causes::JOINED_NOT, "", "="),
        (&causes::JOINED_NOT, "", ""),
    ] {
        menu.add(cause, "joining", move |body: &mut OrderBody| {
            (body.between, body.equals) = (between, equals);
        });
    }
    for encoder in [Encoder::Raw, Encoder::Rfc3986] {
        for (between, equals) in [("", ""), ("", "="), ("|", "="), ("\n", "="), (",", "=")] {
            menu.add(&causes::SCHEME_FOREIGN, "joining", move |body: &mut OrderBody| {
                (body.between, body.equals, body.encoder) = (between, equals, encoder);
            })
            .about("names and values joined otherwise")
            .alone();
        }
        for between in ["", ",", "&", "|", ":", "\n", " ", ";", "."] {
            menu.add(&causes::VALUES_ONLY, "joining", move |body: &mut OrderBody| {
                (body.whole, body.between, body.encoder) = (Whole::Values, between, encoder);
            })
            .alone();
        }
    }
    for style in styles() {
        menu.add(&causes::JSON_SIGNED, "whole", move |body: &mut OrderBody| {
            body.whole = Whole::Json(style);
        });
        for sorting in [Order::None, Order::TopOnly] {
            menu.add(&causes::JSON_SIGNED, "whole", move |body: &mut OrderBody| {
                (body.whole, body.sorting) = (Whole::Json(style), sorting);
            });
        }
        menu.add(&causes::NESTED_JSON, "nesting", move |body: &mut OrderBody| {
            body.nesting = Nesting::Json(style);
        });
        menu.add(&causes::NESTED_JSON, "nesting", move |body: &mut OrderBody| {
            (body.nesting, body.sorting) = (Nesting::Json(style), Order::TopOnly);
        });
    }
}

fn left_out(menu: &mut Menu<OrderBody>, order: &php::Array) {
    let names = order.iter().map(|(key, _)| String::from_utf8_lossy(&key.to_bytes()).into_owned());
    let names: Vec<_> = names.filter(|name| name != "signature").take(64).collect();
    let singles = names.iter().filter(|name| *name != "timestamp").map(|name| vec![name.clone()]);
    let mut groups: Vec<Vec<String>> = singles.collect();
    // What was added after signing is the last before the signature, or follows it.
    groups.extend(
        (2..=4).filter_map(|count| Some(names.get(names.len().checked_sub(count)?..)?.to_vec())),
    );
    for (at, one) in names.iter().enumerate().take(16) {
        groups.extend(names[at + 1..].iter().take(16).map(|two| vec![one.clone(), two.clone()]));
    }
    for (at, group) in groups.into_iter().enumerate() {
        let about = group.join(", ");
        let one = menu.add(&causes::ADDED_LATER, "kept", move |body: &mut OrderBody| {
            body.kept = Kept::Without(group.clone());
        });
        one.about(about);
        if at >= 16 {
            one.alone();
        }
    }
}

pub(crate) fn styles() -> impl Iterator<Item = Style> {
    (0..8).map(|bits| Style {
        slashes_escaped: bits & 1 > 0,
        unicode_escaped: bits & 2 > 0,
        spaces: bits & 4 > 0,
    })
}
