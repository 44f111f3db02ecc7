//! What a signed order becomes, and why it is refused.

use std::collections::BTreeSet;

use freischalt_marketplace::{
    CustomerId, EndReason, GroupId, Language, Money, OrderStage, Policy, ProviderId, Stage, User,
    UserId,
    activation::Past,
    order::{
        CallbackProblem, Circle, Goods, IntakeFacts, OrderProblem, Origin, Placed, SignedOrder,
        intake,
    },
    service::UserRight,
};
use freischalt_protocol::Secret;
use serde_json::{Value, json};

use crate::fixture::{
    NOW, abo_order, entry_id, facts, new_order, place, product_order, secret, sign, user,
};

#[test]
fn a_product_is_ordered() {
    let Placed::Now(order) = place(&product_order(), facts(), NOW).unwrap() else { panic!() };
    assert_eq!(order.amount, Money::from_cents(3870));
    assert_eq!(order.stage, OrderStage::Open);
    let Goods::Products(products) = &order.goods else { panic!("{:?}", order.goods) };
    assert_eq!(products[0].name, "360°-Rundgang (groß)");
    assert_eq!((products[0].quantity, products[0].circle), (1, Circle::Customer));
    let Origin::Shop { entry, callback, .. } = &order.origin else { panic!() };
    assert_eq!(*entry, entry_id());
    assert_eq!(callback.as_str(), "https://provider.example/result?order=17");
}

#[test]
fn a_subscription_is_ordered() {
    let Placed::Now(order) = place(&abo_order(), facts(), NOW).unwrap() else { panic!() };
    assert_eq!(order.amount, Money::from_cents(2530));
    let Goods::Abo(abo) = &order.goods else { panic!("{:?}", order.goods) };
    assert_eq!((abo.duration_in_month, abo.circle), (6, Circle::User));
    assert_eq!(abo.monthly_costs, order.amount);
}

#[test]
fn the_same_order_is_the_same_whenever_it_comes() {
    let Placed::Now(order) = place(&product_order(), facts(), NOW).unwrap() else { panic!() };
    let again = || IntakeFacts { before: Some(order.clone()), ..facts() };
    for later in [0, 1, 100_000] {
        let placed = place(&product_order(), again(), NOW.plus(later)).unwrap();
        assert_eq!(placed, Placed::Before(order.clone()));
    }
    let signed = SignedOrder::verify(sign(&product_order()).as_bytes(), &secret()).unwrap();
    let mut other = new_order();
    other.user = UserId(22);
    let refused = intake(&signed, other, again(), NOW, &Policy::default()).unwrap_err();
    assert_eq!(refused.problem, OrderProblem::EntryForeign("user"));
}

#[test]
fn members_that_are_not_signed_change_nothing() {
    let text = sign(&product_order());
    let padded = text.replacen('{', r#"{"abo":null,"x":[],"products2":{},"#, 1);
    let padded = padded.replace(r#""quantity":"1""#, r#""quantity":"1","extra":null"#);
    let plain = SignedOrder::verify(text.as_bytes(), &secret()).unwrap();
    let signed = SignedOrder::verify(padded.as_bytes(), &secret()).unwrap();
    assert_eq!(signed.intent(), plain.intent());
    assert!(intake(&signed, new_order(), facts(), NOW, &Policy::default()).is_ok());
}

#[test]
fn no_byte_can_be_altered() {
    let text = sign(&product_order());
    let original = SignedOrder::verify(text.as_bytes(), &secret()).unwrap();
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.clone().into_bytes();
            altered[place] ^= 1 << bit;
            if let Ok(signed) = SignedOrder::verify(&altered, &secret()) {
                panic!("byte {place} bit {bit}: {:?}", signed.intent() == original.intent());
            }
        }
    }
    let other = SignedOrder::verify(text.as_bytes(), &Secret::new("other")).unwrap_err();
    assert_eq!(other, OrderProblem::SignatureWrong);
}

#[test]
fn what_is_no_signed_order() {
    let verify = |text: &[u8]| SignedOrder::verify(text, &secret()).unwrap_err();
    assert_eq!(verify(b"x"), OrderProblem::Unreadable);
    assert_eq!(verify(b"[]"), OrderProblem::Unreadable);
    assert_eq!(verify(product_order().to_string().as_bytes()), OrderProblem::SignatureMissing);
    let long = sign(&json!({ "a": "x".repeat(SignedOrder::MAX_BYTES) }));
    assert_eq!(verify(long.as_bytes()), OrderProblem::Unreadable);
}

type Change = fn(&mut Value);

/// Signed correctly, and refused all the same.
#[test]
fn bad_orders() {
    use OrderProblem as P;
    let cases: &[(Change, OrderProblem)] = &[
        (|o| remove(o, "timestamp"), P::Timestamp),
        (|o| o["timestamp"] = json!(NOW.0.to_string()), P::Timestamp),
        (|o| o["timestamp"] = json!(1.5), P::Timestamp),
        (
            |o| o["timestamp"] = json!(NOW.0 - 601),
            P::TimestampOutside { difference: -601, tolerance: 600 },
        ),
        (
            |o| o["timestamp"] = json!(NOW.0 + 601),
            P::TimestampOutside { difference: 601, tolerance: 600 },
        ),
        (|o| remove(o, "products"), P::NothingOrdered),
        (|o| o["products"] = json!([]), P::NothingOrdered),
        (|o| o["products"] = json!("x"), P::Member("products")),
        (|o| o["products"] = json!(["x"]), P::Member("products")),
        (|o| o["products"] = json!({ "a": {} , "b": 1 }), P::Member("products")),
        (|o| o["abo"] = abo_order()["abo"].clone(), P::ProductsAndAbo),
        (
            |o| o["products"] = json!([product(), product()]),
            P::TooManyProducts { found: 2, most: 1 },
        ),
        (
            |o| o["products"] = json!(vec![json!({ "n": 1 }); 2_000]),
            P::TooManyProducts { found: 2_000, most: 1 },
        ),
        (|o| set(o, "name", json!("")), P::Text("name")),
        (|o| set(o, "name", json!(" ")), P::Text("name")),
        (|o| set(o, "name", json!(1)), P::Text("name")),
        (|o| set(o, "name", json!("a\u{0}b")), P::Text("name")),
        (|o| set(o, "name", json!("x".repeat(501))), P::Text("name")),
        (|o| set(o, "price", json!("-38.70")), P::Price("price")),
        (|o| set(o, "price", json!("0.00")), P::Price("price")),
        (|o| set(o, "price", json!("38.700")), P::Price("price")),
        (|o| set(o, "price", json!("38.7")), P::Price("price")),
        (|o| set(o, "price", json!("38,70")), P::Price("price")),
        (|o| set(o, "price", json!("3.87e1")), P::Price("price")),
        (|o| set(o, "price", json!("38.70 €")), P::Price("price")),
        (|o| set(o, "price", json!("1.038,70")), P::Price("price")),
        (|o| set(o, "price", json!(38.7)), P::Price("price")),
        (|o| set(o, "price", json!(38)), P::Price("price")),
        (|o| set(o, "price", json!(null)), P::Price("price")),
        (|o| set(o, "price", json!("99999999999999999999.00")), P::Price("price")),
        (
            |o| {
                set(o, "price", json!("1000000.00"));
                o["totalprice"] = json!("1000000.00")
            },
            P::TooExpensive,
        ),
        (|o| set(o, "quantity", json!("eins")), P::Quantity),
        (|o| set(o, "quantity", json!("")), P::Quantity),
        (|o| set(o, "quantity", json!("1.0")), P::Quantity),
        (|o| set(o, "quantity", json!("01")), P::Quantity),
        (|o| set(o, "quantity", json!(1.5)), P::Quantity),
        (|o| set(o, "quantity", json!(0)), P::Quantity),
        (|o| set(o, "quantity", json!(-1)), P::Quantity),
        (|o| set(o, "quantity", json!(true)), P::Quantity),
        (|o| set(o, "quantity", json!(10_000)), P::Quantity),
        (|o| set(o, "quantity", json!(null)), P::Quantity),
        (
            |o| set(o, "quantity", json!(2)),
            P::TotalDiffers { total: Money::from_cents(3870), sum: Money::from_cents(7740) },
        ),
        (|o| remove(o, "totalprice"), P::Member("totalprice")),
        (|o| o["totalprice"] = json!("38,70"), P::Price("totalprice")),
        (|o| set(o, "circleofusers", json!("everybody")), P::Circle),
        (|o| set(o, "circleofusers", json!(1)), P::Circle),
        (|o| remove(o, "callbackurl"), P::CallbackMissing),
        (|o| o["callbackurl"] = json!("javascript:alert(1)"), P::Callback(CallbackProblem::Scheme)),
        (
            |o| o["callbackurl"] = json!("https://p.example/#x"),
            P::Callback(CallbackProblem::Fragment),
        ),
        (
            |o| o["callbackurl"] = json!("https://p.example/?aboid=1"),
            P::Callback(CallbackProblem::Collision("aboid")),
        ),
    ];
    for (change, expected) in cases {
        let mut order = product_order();
        change(&mut order);
        let refused = place(&order, facts(), NOW).expect_err(&format!("{expected:?}"));
        assert_eq!(refused.problem, *expected, "{order}");
        let told = !matches!(expected, P::Callback(_) | P::CallbackMissing);
        assert_eq!(refused.callback.is_some(), told, "{expected:?}");
        assert!(refused.problem.sentence(Language::De) != refused.problem.sentence(Language::En));
    }
}

#[test]
fn bad_subscriptions() {
    use OrderProblem as P;
    let cases: &[(&str, Value, OrderProblem)] = &[
        ("durationinmonth", json!("sechs"), P::Duration),
        ("durationinmonth", json!(0), P::Duration),
        ("durationinmonth", json!(121), P::Duration),
        ("monthlycosts", json!("25.3"), P::Price("monthlycosts")),
        ("monthlyservicedescription", json!(""), P::Text("monthlyservicedescription")),
        ("noticeperiod", json!(3), P::Text("noticeperiod")),
        ("circleofusers", json!("nobody"), P::Circle),
    ];
    for (member, value, expected) in cases {
        let mut order = abo_order();
        order["abo"][member] = value.clone();
        assert_eq!(place(&order, facts(), NOW).unwrap_err().problem, *expected, "{member}");
    }
    let mut order = abo_order();
    order["totalprice"] = json!("25.31");
    assert!(matches!(place(&order, facts(), NOW).unwrap_err().problem, P::TotalDiffers { .. }));
    order["totalprice"] = json!("25.30");
    assert!(place(&order, facts(), NOW).is_ok());
    order["abo"] = json!(["x"]);
    assert_eq!(place(&order, facts(), NOW).unwrap_err().problem, P::Member("abo"));
}

type FactChange = fn(&mut IntakeFacts);

#[test]
fn bad_circumstances() {
    use OrderProblem as P;
    let cases: &[(FactChange, OrderProblem)] = &[
        (|f| f.entry = None, P::EntryUnknown),
        (|f| f.entry.as_mut().unwrap().user = UserId(22), P::EntryForeign("user")),
        (
            |f| f.entry.as_mut().unwrap().activation.customer = CustomerId(2),
            P::EntryForeign("customer"),
        ),
        (
            |f| f.entry.as_mut().unwrap().activation.provider = ProviderId(8),
            P::EntryForeign("provider"),
        ),
        (|f| f.entry.as_mut().unwrap().expires = NOW.plus(-1), P::EntryExpired { ago: 1 }),
        (
            |f| {
                f.entry.as_mut().unwrap().activation.stage =
                    Stage::Ended { at: NOW, reason: EndReason::Blocked, past: Past::TermsAccepted };
            },
            P::ProviderInactive,
        ),
        (|f| f.customer_active = false, P::UserMayNot),
        (|f| f.user = None, P::UserMayNot),
        (|f| f.user = Some(User { active: false, ..user() }), P::UserMayNot),
        (|f| f.right = UserRight::Taken, P::UserMayNot),
    ];
    for (change, expected) in cases {
        let mut facts = facts();
        change(&mut facts);
        assert_eq!(place(&product_order(), facts, NOW).unwrap_err().problem, *expected);
    }
}

#[test]
fn the_group_is_for_those_who_have_one() {
    let mut order = product_order();
    set(&mut order, "circleofusers", json!("group"));
    for (group, fine) in [(Some(GroupId(3)), true), (None, false)] {
        let facts = IntakeFacts { user: Some(User { group, ..user() }), ..facts() };
        assert_eq!(place(&order, facts, NOW).is_ok(), fine);
    }
}

/// Codes are told to providers, so each problem has one of its own.
#[test]
fn codes_are_distinct() {
    let problems = [
        OrderProblem::Unreadable,
        OrderProblem::SignatureMissing,
        OrderProblem::SignatureWrong,
        OrderProblem::Timestamp,
        OrderProblem::TimestampOutside { difference: 1, tolerance: 1 },
        OrderProblem::EntryUnknown,
        OrderProblem::EntryForeign("user"),
        OrderProblem::EntryExpired { ago: 1 },
        OrderProblem::ProviderInactive,
        OrderProblem::UserMayNot,
        OrderProblem::NothingOrdered,
        OrderProblem::ProductsAndAbo,
        OrderProblem::TooManyProducts { found: 2, most: 1 },
        OrderProblem::Member("x"),
        OrderProblem::Text("x"),
        OrderProblem::Price("x"),
        OrderProblem::Quantity,
        OrderProblem::TotalDiffers { total: Money::ZERO, sum: Money::ZERO },
        OrderProblem::TooExpensive,
        OrderProblem::Duration,
        OrderProblem::Circle,
        OrderProblem::NoGroup,
        OrderProblem::Callback(CallbackProblem::Scheme),
        OrderProblem::CallbackMissing,
        OrderProblem::NoShops,
    ];
    let codes: BTreeSet<u32> = problems.iter().map(OrderProblem::code).collect();
    assert_eq!(codes.len(), problems.len());
}

fn product() -> Value {
    product_order()["products"][0].clone()
}

fn set(order: &mut Value, member: &str, value: Value) {
    order["products"][0][member] = value;
}

fn remove(order: &mut Value, member: &str) {
    order.as_object_mut().unwrap().remove(member);
}
