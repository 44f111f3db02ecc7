//! Signed orders and window messages.

use freischalt_protocol::{
    Secret,
    php::{self, Value, sort},
    signed_order::{self, SignedOrderError},
};

use crate::{
    Cause, Explanation, Verdict, causes,
    encode::Encoder,
    json::{self, Style},
    mask,
    search::{Deviation, Recipe, Search},
    signing::Signing,
    url::{locale_key, time_problem},
};

/// Why the signature of this order or window message is wrong. `others` are secrets that may have
/// been taken by mistake.
pub fn explain_order(text: &[u8], secret: &Secret, others: &[Secret]) -> Explanation {
    let decoded = php::json::decode(text).ok();
    let array = decoded.and_then(|value| value.as_array().cloned());
    let time = array.as_ref().and_then(|order| order.get("timestamp")).and_then(text_of);
    let mut explanation = match signed_order::verify(text, secret) {
        Ok(_) => Explanation::new(Verdict::Genuine),
        Err(SignedOrderError::WrongSignature) => wrong(text, array, secret, others),
        Err(SignedOrderError::MissingSignature) => {
            let mut explanation = Explanation::new(Verdict::Missing);
            explanation.besides.push(&causes::SIGNATURE_MISSING);
            explanation
        }
        Err(error) => return Explanation::unreadable(error),
    };
    if explanation.verdict != Verdict::Genuine {
        let right = signed_order::canonical(text).ok();
        explanation.right_text = right.map(|right| mask::masked(&right));
    }
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
    others: &[Secret],
) -> Explanation {
    let Some(order) = order else { return Explanation::unreadable("not a JSON object") };
    let given = order.get_str("signature").unwrap_or_default().to_owned();
    let right = signed_order::canonical(text).unwrap_or_default();
    let mut explanation = Explanation::new(Verdict::Unexplained);
    for other in others {
        let made = Signing::hex().with_key(other.expose()).sign(&right, secret);
        if made.as_ref() == Some(&given) {
            let causes = vec![&causes::KEY_OTHER];
            let found = crate::Found { causes, signed_text: None, same_here: Vec::new() };
            explanation.found.push(found);
        }
    }
    if explanation.found.is_empty() {
        let recipe = OrderRecipe::right(order, text.to_vec(), right);
        let deviations = deviations(&recipe);
        let search = Search { recipe, signing: Signing::hex(), deviations, secret, given: &given };
        explanation.found = search.run();
    }
    if !explanation.found.is_empty() {
        explanation.verdict = Verdict::Explained;
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
    Empty,
    Word,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Php,
    TwoPlaces,
    FromTexts,
}

#[derive(Clone, PartialEq, Eq)]
enum Kept {
    AllButSignature,
    SignatureToo,
    SignatureBlank,
    Without(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Query,
    JsonAsSent,
    Json(Style),
    WithAddress,
    QuestionMark,
}

#[derive(Clone)]
struct OrderRecipe {
    order: php::Array,
    sent: Vec<u8>,
    right: Vec<u8>,
    sorting: Order,
    nesting: Nesting,
    nulls: Nulls,
    empties: bool,
    words: bool,
    numbers: Numbers,
    kept: Kept,
    slashes: bool,
    unicode: bool,
    millis: bool,
    whole: Whole,
    encoder: Encoder,
    between: &'static str,
    tail: &'static str,
}

impl OrderRecipe {
    fn right(order: php::Array, sent: Vec<u8>, right: Vec<u8>) -> Self {
        Self {
            order,
            sent,
            right,
            sorting: Order::AllLevels,
            nesting: Nesting::Brackets,
            nulls: Nulls::LeftOut,
            empties: false,
            words: false,
            numbers: Numbers::Php,
            kept: Kept::AllButSignature,
            slashes: false,
            unicode: false,
            millis: false,
            whole: Whole::Query,
            encoder: Encoder::Rfc3986,
            between: "&",
            tail: "",
        }
    }

    fn selected(&self) -> php::Array {
        let mut order = self.order.clone();
        match &self.kept {
            Kept::SignatureToo => {}
            Kept::SignatureBlank => {
                order.insert("signature", "");
            }
            Kept::AllButSignature => {
                order.remove("signature");
            }
            Kept::Without(name) => {
                order.remove("signature");
                order.remove(name);
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
                Nulls::Empty => Vec::new(),
                Nulls::Word => b"null".to_vec(),
            },
            Value::Array(inner) => return self.nested(name, inner, out),
            Value::Bool(flag) => match (self.words, flag) {
                (true, true) => b"true".to_vec(),
                (true, false) => b"false".to_vec(),
                (false, true) => b"1".to_vec(),
                (false, false) => b"0".to_vec(),
            },
            Value::Int(number) => number.to_string().into_bytes(),
            Value::Float(number) => match self.numbers {
                Numbers::TwoPlaces => format!("{number:.2}").into_bytes(),
                _ => json_number(value),
            },
            Value::Str(text) => self.string(text),
        };
        out.push((name.to_vec(), text));
    }

    fn string(&self, text: &[u8]) -> Vec<u8> {
        let words = String::from_utf8_lossy(text);
        if self.numbers == Numbers::FromTexts
            && words.contains('.')
            && let Ok(number) = words.parse::<f64>()
        {
            return json_number(&Value::Float(number));
        }
        let mut text = text.to_vec();
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

    fn query(&self) -> Vec<u8> {
        let order = self.selected();
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
                _ => self.encoder.encode(name),
            };
            [&name[..], b"=", &self.encoder.encode(value)].concat()
        });
        encoded.collect::<Vec<_>>().join(self.between.as_bytes())
    }
}

/// The shortest digits, which is what PHP, JavaScript and Python print for numbers like prices.
fn json_number(value: &Value) -> Vec<u8> {
    php::json::encode(value).unwrap_or_default().into_bytes()
}

impl Recipe for OrderRecipe {
    fn text(&self) -> Option<Vec<u8>> {
        let mut text = match self.whole {
            Whole::Query => self.query(),
            Whole::QuestionMark => [b"?", &self.query()[..]].concat(),
            Whole::JsonAsSent => without_signature(&self.sent)?,
            Whole::Json(style) => json::write(&Value::Array(self.selected()), style),
            Whole::WithAddress => {
                let address = self.order.get_str("callbackurl")?;
                [address.as_bytes(), b"?", &self.query()].concat()
            }
        };
        text.extend(self.tail.as_bytes());
        Some(text)
    }

    fn right_text(&self) -> Vec<u8> {
        self.right.clone()
    }
}

/// The JSON as it was sent, cut at the comma before the signature, where signers append it.
fn without_signature(sent: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(sent).ok()?;
    let at = text.rfind("\"signature\"")?;
    let before = text[..at].trim_end().strip_suffix(',')?;
    Some([before.as_bytes(), b"}"].concat())
}

fn deviations(recipe: &OrderRecipe) -> Vec<Deviation<OrderRecipe>> {
    let mut all = Vec::new();
    let mut add = |cause: &'static Cause, change: fn(&mut OrderRecipe)| {
        all.push(Deviation::of_text(cause, change));
    };
    add(&causes::ORDER_1738, |recipe| recipe.encoder = Encoder::Rfc1738);
    add(&causes::ENCODED_COMPONENT, |recipe| recipe.encoder = Encoder::Component);
    add(&causes::ENCODED_FORM, |recipe| recipe.encoder = Encoder::Form);
    add(&causes::ENCODED_GO, |recipe| recipe.encoder = Encoder::QueryEscape);
    add(&causes::ENCODED_NOT, |recipe| recipe.encoder = Encoder::Raw);
    add(&causes::ENCODED_SMALL, |recipe| recipe.encoder = Encoder::Lower3986);
    add(&causes::ENCODED_TWICE, |recipe| recipe.encoder = Encoder::Twice3986);
    add(&causes::ENCODED_SLASH, |recipe| recipe.encoder = Encoder::PythonQuote);
    add(&causes::ENCODED_URI, |recipe| recipe.encoder = Encoder::WholeUri);
    add(&causes::SORTED_NOT, |recipe| recipe.sorting = Order::None);
    add(&causes::SORTED_TOP_ONLY, |recipe| recipe.sorting = Order::TopOnly);
    add(&causes::SORTED_CASELESS, |recipe| recipe.sorting = Order::Caseless);
    add(&causes::SORTED_LOCALE, |recipe| recipe.sorting = Order::Locale);
    add(&causes::SORTED_BACKWARDS, |recipe| recipe.sorting = Order::Backwards);
    add(&causes::SORTED_LISTS, |recipe| recipe.sorting = Order::ListsAsTexts);
    add(&causes::NULLS_KEPT, |recipe| recipe.nulls = Nulls::Empty);
    add(&causes::NULLS_KEPT, |recipe| recipe.nulls = Nulls::Word);
    add(&causes::EMPTIES_KEPT, |recipe| recipe.empties = true);
    add(&causes::BOOLEANS_WORDS, |recipe| recipe.words = true);
    add(&causes::NUMBERS_PLACES, |recipe| recipe.numbers = Numbers::TwoPlaces);
    add(&causes::NUMBERS_SHORT, |recipe| recipe.numbers = Numbers::FromTexts);
    add(&causes::SLASHES, |recipe| recipe.slashes = true);
    add(&causes::UNICODE, |recipe| recipe.unicode = true);
    add(&causes::TIME_MILLIS, |recipe| recipe.millis = true);
    add(&causes::NESTED_PLAIN, |recipe| recipe.nesting = Nesting::BracketsRaw);
    add(&causes::NESTED_NO_INDEX, |recipe| recipe.nesting = Nesting::NoIndex);
    add(&causes::NESTED_FROM_ONE, |recipe| recipe.nesting = Nesting::FromOne);
    add(&causes::NESTED_DOTS, |recipe| recipe.nesting = Nesting::Dots);
    add(&causes::NESTED_OBJECT, |recipe| recipe.nesting = Nesting::JavaScript);
    add(&causes::NESTED_LEFT_OUT, |recipe| recipe.nesting = Nesting::LeftOut);
    add(&causes::SIGNATURE_SIGNED, |recipe| recipe.kept = Kept::SignatureToo);
    add(&causes::SIGNATURE_BLANK, |recipe| recipe.kept = Kept::SignatureBlank);
    add(&causes::TIME_LEFT_OUT, |recipe| recipe.kept = Kept::Without("timestamp".to_owned()));
    add(&causes::JSON_SIGNED, |recipe| recipe.whole = Whole::JsonAsSent);
    add(&causes::ADDRESS_BEFORE, |recipe| recipe.whole = Whole::WithAddress);
    add(&causes::QUESTION_MARK, |recipe| recipe.whole = Whole::QuestionMark);
    add(&causes::JOINED_HTML, |recipe| recipe.between = "&amp;");
    add(&causes::JOINED_OTHERWISE, |recipe| recipe.between = ",");
    add(&causes::JOINED_OTHERWISE, |recipe| recipe.between = "\n");
    add(&causes::JOINED_NOT, |recipe| recipe.between = "");
    add(&causes::TEXT_NEWLINE, |recipe| recipe.tail = "\n");
    for style in styles() {
        let change = move |recipe: &mut OrderRecipe| recipe.whole = Whole::Json(style);
        all.push(Deviation::of_text(&causes::JSON_SIGNED, change));
        let unsorted = move |recipe: &mut OrderRecipe| {
            (recipe.whole, recipe.sorting) = (Whole::Json(style), Order::None);
        };
        all.push(Deviation::of_text(&causes::JSON_SIGNED, unsorted));
        let change = move |recipe: &mut OrderRecipe| recipe.nesting = Nesting::Json(style);
        all.push(Deviation::of_text(&causes::NESTED_JSON, change));
    }
    for (key, _) in recipe.order.iter() {
        let name = String::from_utf8_lossy(&key.to_bytes()).into_owned();
        if name != "signature" && name != "timestamp" {
            let change = move |recipe: &mut OrderRecipe| recipe.kept = Kept::Without(name.clone());
            all.push(Deviation::of_text(&causes::ADDED_LATER, change));
        }
    }
    all
}

pub(crate) fn styles() -> impl Iterator<Item = Style> {
    (0..8).map(|bits| Style {
        slashes_escaped: bits & 1 > 0,
        unicode_escaped: bits & 2 > 0,
        spaces: bits & 4 > 0,
    })
}
