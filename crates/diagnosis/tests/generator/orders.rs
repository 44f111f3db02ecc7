//! Signed orders.

use super::{Case, Dice, Input, hex, hmac_256, key_mistakes, percent, percent_bytes};

/// The members of an order, in the order in which it is sent.
#[derive(Clone)]
struct Order {
    callback: String,
    cache: String,
    product: String,
    price: String,
    quantity: String,
    time: usize,
    secret: String,
}

/// Names and values as they are written into the query string, not yet encoded.
type Pairs = Vec<(String, String)>;

const RFC3986: &str = "-_.~";

impl Order {
    fn rolled(dice: &mut Dice) -> Self {
        let names = ["360°-Rundgang (groß)", "Grundriss *neu*", "it's a plan!", "Ä ~ Ö + Ü"];
        Self {
            callback: format!("https://provider.example/result?order={}", dice.roll(9999)),
            cache: dice.text("0123456789abcdef", 32),
            product: format!("{} ~ (a) {}", dice.pick(&names), dice.roll(100)),
            price: format!("{}.{}0", 1 + dice.roll(99), 1 + dice.roll(9)),
            quantity: (1 + dice.roll(9)).to_string(),
            time: 1_700_000_000 + dice.roll(99_999_999),
            secret: dice.text("0123456789abcdef", 40),
        }
    }

    /// As sent: neither level is sorted, `callbackurl` is not the first.
    fn json(&self, extra: &str, signature: &str) -> String {
        let product = self.product.replace('"', "\\\"");
        format!(
            "{{\"parametercacheid\":\"{}\",\"callbackurl\":\"{}\",\"products\":[{{\"quantity\":\"{}\",\
             \"name\":\"{product}\",\"price\":\"{}\",\"circleofusers\":\"customer\"}}],\
             \"totalprice\":\"{}\"{extra},\"timestamp\":{},\"signature\":{}}}",
            self.cache,
            self.callback,
            self.quantity,
            self.price,
            self.price,
            self.time,
            serde_json::to_string(signature).unwrap(),
        )
    }

    fn pairs(&self) -> Pairs {
        [
            ("callbackurl", self.callback.clone()),
            ("parametercacheid", self.cache.clone()),
            ("products[0][circleofusers]", "customer".to_owned()),
            ("products[0][name]", self.product.clone()),
            ("products[0][price]", self.price.clone()),
            ("products[0][quantity]", self.quantity.clone()),
            ("timestamp", self.time.to_string()),
            ("totalprice", self.price.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn sign(&self, text: &str) -> String {
        hex(&hmac_256(self.secret.as_bytes(), text.as_bytes()))
    }

    fn case(&self, cause: &'static str, extra: &str, signature: &str) -> Case {
        Case {
            input: Input::Order(self.json(extra, signature)),
            cause,
            secret: self.secret.clone(),
            others: Vec::new(),
            right: self.sign(&text(&self.pairs(), RFC3986, false)),
            right_text: String::new(),
        }
    }

    fn signed(&self, cause: &'static str, signed: &str) -> Case {
        self.case(cause, "", &self.sign(signed))
    }
}

fn text(pairs: &Pairs, kept: &str, plus: bool) -> String {
    let encoded = pairs.iter().map(|(name, value)| {
        format!("{}={}", percent(name, kept, plus), percent(value, kept, plus))
    });
    encoded.collect::<Vec<_>>().join("&")
}

pub(super) fn genuine(dice: &mut Dice) -> Case {
    let order = Order::rolled(dice);
    order.signed("none", &text(&order.pairs(), RFC3986, false))
}

pub(super) fn cases(dice: &mut Dice) -> Vec<Case> {
    let order = Order::rolled(dice);
    let right = order.pairs();
    let mut all: Vec<_> = [
        ("order-rfc1738", text(&right, "-_.", true)),
        ("encode-component", text(&right, "-_.!~*'()", false)),
        ("encode-form", text(&right, "-_.*", true)),
        ("encode-tilde", text(&right, "-_.~", true)),
        ("encode-slash", text(&right, "-_.~/", false)),
        ("address-before", format!("{}?{}", order.callback, text(&right, RFC3986, false))),
        ("question-mark-before", format!("?{}", text(&right, RFC3986, false))),
        ("text-newline", format!("{}\n", text(&right, RFC3986, false))),
        ("joined-html", text(&right, RFC3986, false).replace('&', "&amp;")),
    ]
    .iter()
    .map(|(cause, signed)| order.signed(cause, signed))
    .collect();
    all.extend(members(dice));
    all.extend(names(dice));
    all.extend(whole(dice));
    all.extend(scalars(dice));
    all.extend(letters(dice));
    let order = Order::rolled(dice);
    let signed = text(&order.pairs(), RFC3986, false);
    for (cause, signature) in key_mistakes(&order.secret, &signed) {
        all.push(order.case(cause, "", &signature));
    }
    all
}

fn members(dice: &mut Dice) -> Vec<Case> {
    let order = Order::rolled(dice);
    let right = order.pairs();
    let signed = |cause, pairs: &Pairs| order.signed(cause, &text(pairs, RFC3986, false));
    // The nested object stays as it was sent, the outer is sorted.
    let mut top = right.clone();
    top[2..6].rotate_right(1);
    top[4..6].swap(0, 1);
    let sent = ["quantity", "name", "price", "circleofusers"];
    top[2..6].sort_by_key(|(name, _)| sent.iter().position(|n| name.contains(&format!("[{n}]"))));
    let unsorted: Vec<_> = [1, 0].into_iter().map(|at| right[at].clone()).collect();
    let unsorted =
        [unsorted, top[2..6].to_vec(), vec![right[7].clone(), right[6].clone()]].concat();
    let mut untimed = right.clone();
    untimed.remove(6);
    let mut millis = right.clone();
    millis[6].1 += "000";
    let mut fewer = right.clone();
    fewer.remove(7);
    let mut short = right.clone();
    for at in [4, 7] {
        short[at].1 = short[at].1.trim_end_matches('0').to_owned();
    }
    let mut slashes = right.clone();
    slashes[0].1 = slashes[0].1.replace('/', "\\/");
    let mut all = vec![
        signed("sorted-top-only", &top),
        signed("not-sorted", &unsorted),
        signed("timestamp-left-out", &untimed),
        signed("time-millis", &millis),
        signed("added-later", &fewer),
        signed("numbers-short", &short),
        signed("slashes-escaped", &slashes),
    ];
    for (cause, extra, position, pair) in [
        ("nulls-kept", ",\"groupid\":null", 1, ("groupid", "")),
        ("nulls-kept", ",\"groupid\":null", 1, ("groupid", "null")),
        ("booleans-words", ",\"gift\":true", 1, ("gift", "true")),
        ("empties-kept", ",\"extras\":[]", 1, ("extras", "")),
        ("numbers-places", ",\"net\":38.5", 1, ("net", "38.50")),
    ] {
        let mut pairs = right.clone();
        pairs.insert(position, (pair.0.to_owned(), pair.1.to_owned()));
        let signature = order.sign(&text(&pairs, RFC3986, false));
        all.push(order.case(cause, extra, &signature));
    }
    all
}

fn names(dice: &mut Dice) -> Vec<Case> {
    let order = Order::rolled(dice);
    let right = order.pairs();
    let renamed = |change: &dyn Fn(&str) -> String| -> Pairs {
        right.iter().map(|(name, value)| (change(name), value.clone())).collect()
    };
    let no_index = renamed(&|name| name.replace("[0]", "[]"));
    let from_one = renamed(&|name| name.replace("[0]", "[1]"));
    let dots = renamed(&|name| name.replace('[', ".").replace(']', ""));
    let plain = text(&right, RFC3986, false).replace("%5B", "[").replace("%5D", "]");
    let mut folded: Pairs = right.iter().filter(|pair| !pair.0.contains('[')).cloned().collect();
    let left_out = folded.clone();
    folded.insert(2, ("products".to_owned(), "[object Object]".to_owned()));
    let object = folded.clone();
    let quoted = serde_json::to_string(&order.product).unwrap();
    folded[2].1 = format!(
        "[{{\"circleofusers\":\"customer\",\"name\":{quoted},\"price\":\"{}\",\"quantity\":\"{}\"}}]",
        order.price, order.quantity
    );
    vec![
        order.signed("list-index-missing", &text(&no_index, RFC3986, false)),
        order.signed("list-from-one", &text(&from_one, RFC3986, false)),
        order.signed("nested-dots", &text(&dots, RFC3986, false)),
        order.signed("brackets-plain", &plain),
        order.signed("nested-left-out", &text(&left_out, RFC3986, false)),
        order.signed("nested-object", &text(&object, RFC3986, false)),
        order.signed("nested-json", &text(&folded, RFC3986, false)),
    ]
}

fn whole(dice: &mut Dice) -> Vec<Case> {
    let order = Order::rolled(dice);
    let sent = order.json("", "");
    let unsigned = sent.replace(",\"signature\":\"\"", "");
    let python = unsigned.replace("\":", "\": ").replace(",\"", ", \"").replace("},", "}, ");
    let php = unsigned.replace('/', "\\/");
    vec![
        order.signed("json-signed", &unsigned),
        order.signed("json-signed", &python),
        order.signed("json-signed", &php),
    ]
}

/// Values of other types, as languages write them.
fn scalars(dice: &mut Dice) -> Vec<Case> {
    let order = Order::rolled(dice);
    let mut all = Vec::new();
    for (cause, sent, signed) in [
        ("booleans-words", "true", "True"),
        ("booleans-words", "false", "False"),
        ("booleans-words", "false", "false"),
        ("booleans-words", "false", ""),
        ("nulls-kept", "null", "None"),
        ("nulls-kept", "null", "undefined"),
        ("nulls-kept", "null", "nil"),
        ("numbers-float", "35", "35.0"),
        ("numbers-comma", "38.5", "38,5"),
        ("zero-empty", "0", ""),
        ("html-escaped", "\"A & B\"", "A &amp; B"),
        ("values-trimmed", "\" Muster \"", "Muster"),
    ] {
        let mut pairs = order.pairs();
        pairs.insert(1, ("gift".to_owned(), signed.to_owned()));
        let signature = order.sign(&text(&pairs, RFC3986, false));
        all.push(order.case(cause, &format!(",\"gift\":{sent}"), &signature));
    }
    // Left out altogether.
    for (cause, sent) in [("falsy-left-out", "\"0\""), ("empty-left-out", "\"\"")] {
        let signature = order.sign(&text(&order.pairs(), RFC3986, false));
        all.push(order.case(cause, &format!(",\"gift\":{sent}"), &signature));
    }
    // Two members that came after signing.
    let signature = order.sign(&text(&order.pairs(), RFC3986, false));
    all.push(order.case("added-later", ",\"note\":\"a\",\"more\":\"b\"", &signature));
    all
}

/// What becomes of umlauts.
fn letters(dice: &mut Dice) -> Vec<Case> {
    let mut order = Order::rolled(dice);
    order.product = format!("Größe & Öl {}", dice.roll(100));
    let latin: Vec<u8> =
        order.product.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let misread: String = order.product.bytes().map(char::from).collect();
    let marks: String = order.product.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let right = text(&order.pairs(), RFC3986, false);
    let name = percent(&order.product, RFC3986, false);
    let with = |other: &str| right.replace(&name, other);
    vec![
        order.signed("charset-latin1", &with(&percent_bytes(&latin, RFC3986, false))),
        order.signed("charset-misread", &with(&percent(&misread, RFC3986, false))),
        order.signed("charset-lost", &with(&percent(&marks, RFC3986, false))),
        order.signed("encode-dotnet", &{
            let dotnet = text(&order.pairs(), "-_.!*()", true);
            super::urls::lower_hex(&dotnet)
        }),
        order.signed("encode-builder", &text(&order.pairs(), "-_.~!$'()*,/:;?@", true)),
        order.signed("scheme-of-another-platform", &format!("{}.{right}", order.time)),
        order.signed(
            "values-only",
            &order.pairs().iter().map(|pair| pair.1.clone()).collect::<String>(),
        ),
    ]
}
