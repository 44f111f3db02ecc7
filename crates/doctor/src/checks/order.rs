//! Signed orders, as the provider's page gets them from its back end: a POST with the signed query of
//! the service call as `launch`, and `product` and `quantity`.

use freischalt_protocol::{php, signed_order};

use crate::{
    http::{Answer, Ask, NoAnswer},
    launch::{Launch, Ticket},
    report::Outcome,
    session::{Judged, Session, Trace},
};

struct Ordered {
    launch: Launch,
    answer: Answer,
}

/// Orders article 1 with these fields beside the usual ones; `None` if there is no order URL.
async fn ordered(
    session: &Session,
    trace: &mut Trace,
    extra: &[(&str, &str)],
    query: fn(&Session, Ticket) -> String,
) -> Result<Option<Ordered>, NoAnswer> {
    let (Some(url), Some(base)) = (&session.target.order, &session.target.service) else {
        return Ok(None);
    };
    let launch = session.another_launch().await?;
    let query = query(session, Ticket::service(base, &launch, session.api.now()));
    let mut fields = vec![("launch", query.as_str()), ("product", "1"), ("quantity", "1")];
    fields.retain(|(name, _)| extra.iter().all(|(other, _)| other != name));
    fields.extend(extra);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let mut ask = Ask::get(url.as_str())
        .with_header("Origin", url.origin().ascii_serialization())
        .with_header("Sec-Fetch-Site", "same-origin");
    ask.method = reqwest::Method::POST;
    ask.body = Some(("application/x-www-form-urlencoded".to_owned(), body.into_bytes()));
    let answer = session.send(trace, &ask).await?;
    Ok(Some(Ordered { launch, answer }))
}

fn genuine(session: &Session, ticket: Ticket) -> String {
    let url = ticket.signed(session.secret());
    url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

fn forged(session: &Session, ticket: Ticket) -> String {
    let query = genuine(session, ticket);
    let cut = query.len().saturating_sub(64);
    format!("{}{}", &query[..cut], "0".repeat(64))
}

fn old(session: &Session, ticket: Ticket) -> String {
    let then = session.api.now().plus(-86_400).to_string();
    genuine(session, ticket.with("timestamp", &then))
}

fn order(session: &Session, answer: &Answer) -> Option<php::Array> {
    signed_order::verify(answer.body.as_bytes(), session.secret()).ok()
}

const NONE: &str = "no order URL was given";

/// Looks at an order that was asked for as it should be.
pub(super) async fn look(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &Launch, &php::Array) -> bool,
    wrong: &str,
) -> Judged {
    let Some(ordered) = ordered(session, trace, &[], genuine).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(order) = order(session, &ordered.answer) else {
        return Ok(Outcome::failed("the answer is no order with a right signature"));
    };
    Ok(Outcome::of(look(session, &ordered.launch, &order), wrong))
}

pub(super) fn is_an_order(_: &Session, _: &Launch, order: &php::Array) -> bool {
    order.get_str("callbackurl").is_some()
        && (order.contains_key("products") || order.contains_key("abo"))
}

pub(super) fn has_own_cache(_: &Session, launch: &Launch, order: &php::Array) -> bool {
    order.get_str("parametercacheid") == Some(launch.cache.as_str())
}

pub(super) fn is_fresh(session: &Session, _: &Launch, order: &php::Array) -> bool {
    let time = order.get("timestamp").and_then(php::Value::as_int);
    time.is_some_and(|time| session.api.now().0.abs_diff(time) <= 120)
}

/// Amounts are texts with two places, and the total is the sum.
pub(super) fn adds_up(_: &Session, _: &Launch, order: &php::Array) -> bool {
    let Some(products) = order.get("products").and_then(php::Value::as_array) else { return true };
    let sum = products.values().try_fold(0_i64, |sum, product| {
        let product = product.as_array()?;
        let quantity = match product.get("quantity")? {
            php::Value::Int(number) => *number,
            text => text.as_str()?.parse().ok()?,
        };
        sum.checked_add(cents(product.get_str("price")?)?.checked_mul(quantity)?)
    });
    sum.is_some() && sum == order.get_str("totalprice").and_then(cents)
}

/// `38.70` as 3870; anything but digits, a dot and two digits is no amount.
fn cents(text: &str) -> Option<i64> {
    let (whole, places) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    (digits(whole) && digits(places) && places.len() == 2)
        .then(|| format!("{whole}{places}").parse().ok())?
}

/// Fields that try to change an order; it must stay as it is.
pub(super) async fn unchanged(
    session: &Session,
    trace: &mut Trace,
    extra: &[(&str, &str)],
    members: &[&str],
) -> Judged {
    let Some(plain) = ordered(session, trace, &[], genuine).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(changed) = ordered(session, trace, extra, genuine).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let (plain, changed) = (order(session, &plain.answer), order(session, &changed.answer));
    // Refusing the request altogether is as good.
    let (Some(plain), Some(changed)) = (plain, changed) else { return Ok(Outcome::Passed) };
    let same = members.iter().all(|name| plain.get(name) == changed.get(name));
    Ok(Outcome::of(same, "a field of the request changes the order"))
}

/// Quantities that are none.
pub(super) async fn quantities(session: &Session, trace: &mut Trace) -> Judged {
    for quantity in ["-1", "0", "1e3", "999999999999", "1.5"] {
        let Some(ordered) = ordered(session, trace, &[("quantity", quantity)], genuine).await?
        else {
            return Ok(Outcome::skipped(NONE));
        };
        if ordered.answer.status == 500 {
            return Ok(Outcome::Failed(format!("the quantity {quantity} leads to a crash")));
        }
        if order(session, &ordered.answer).is_some() {
            return Ok(Outcome::Failed(format!("an order of {quantity} pieces was signed")));
        }
    }
    Ok(Outcome::Passed)
}

/// Without a genuine, young launch nothing is signed.
pub(super) async fn unlaunched(session: &Session, trace: &mut Trace, aged: bool) -> Judged {
    let query = if aged { old } else { forged };
    let Some(ordered) = ordered(session, trace, &[], query).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let signed = order(session, &ordered.answer).is_some();
    Ok(Outcome::of(!signed, "an order was signed for somebody without a genuine, young launch"))
}

/// A cache entry in a field of its own does not replace that of the launch.
pub(super) async fn unchanged_cache(session: &Session, trace: &mut Trace) -> Judged {
    let extra = [("parametercacheid", "forged"), ("parameterCacheId", "forged")];
    let Some(ordered) = ordered(session, trace, &extra, genuine).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(order) = order(session, &ordered.answer) else { return Ok(Outcome::Passed) };
    let own = has_own_cache(session, &ordered.launch, &order);
    Ok(Outcome::of(own, "a field of the request replaces the cache entry"))
}
