//! Whether what the provider signs as an order can be changed by whoever asks for it.

use freischalt_protocol::php;
use url::Url;

use crate::{
    launch::{Launch, Ticket},
    order::{Ordered, Wish, has_quantity, place},
    report::Outcome,
    session::{Judged, Session, Trace},
};

fn forged(session: &Session, ticket: Ticket) -> String {
    let url = ticket.signed(session.secret());
    let cut = url.len().saturating_sub(64);
    format!("{}{}", &url[..cut], "0".repeat(64))
}

fn old(session: &Session, ticket: Ticket) -> String {
    let then = session.api.now().plus(-86_400).to_string();
    ticket.with("timestamp", &then).signed(session.secret())
}

const NONE: &str = "no order URL was given, or no service URL";

/// Looks at an order that was asked for as it should be.
pub(super) async fn look(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &Launch, &php::Array) -> bool,
    wrong: &str,
) -> Judged {
    let Some(Ordered { launch, order, .. }) = place(session, trace, &Wish::default()).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(order) = order else {
        return Ok(Outcome::failed("the answer is no order with a right signature"));
    };
    Ok(Outcome::of(look(session, &launch, &order), wrong))
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

/// Fields that try to change what is bought; it must stay as it is.
pub(super) async fn unchanged(session: &Session, trace: &mut Trace) -> Judged {
    let extra = [("price", "0.01"), ("totalprice", "0.01"), ("amount", "0.01")];
    changed(session, trace, &extra, |order| {
        ["totalprice", "products", "abo"].map(|name| order.get(name).cloned())
    })
    .await
}

/// Fields that try to change where the result goes. An order may have an address of its own, so it is
/// the origin that has to stay.
pub(super) async fn unchanged_callback(session: &Session, trace: &mut Trace) -> Judged {
    let extra = [("callbackurl", "https://evil.example/"), ("callback", "https://evil.example/")];
    changed(session, trace, &extra, |order| {
        let url = order.get_str("callbackurl").and_then(|url| Url::parse(url).ok());
        url.map(|url| url.origin().ascii_serialization())
    })
    .await
}

async fn changed<T: PartialEq>(
    session: &Session,
    trace: &mut Trace,
    extra: &[(&str, &str)],
    part: fn(&php::Array) -> T,
) -> Judged {
    let Some(plain) = place(session, trace, &Wish::default()).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(changed) = place(session, trace, &Wish { extra, ..Wish::default() }).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    // Refusing the request altogether is as good.
    let (Some(plain), Some(changed)) = (plain.order, changed.order) else {
        return Ok(Outcome::Passed);
    };
    let same = part(&plain) == part(&changed);
    Ok(Outcome::of(same, "a field of the request changes the order"))
}

/// Quantities that are none.
pub(super) async fn quantities(session: &Session, trace: &mut Trace) -> Judged {
    if session.target.order.as_ref().is_some_and(|hop| !has_quantity(hop)) {
        return Ok(Outcome::skipped("the page sends no quantity"));
    }
    for quantity in ["-1", "0", "1e3", "999999999999", "1.5"] {
        let wish = Wish { quantity, ..Wish::default() };
        let Some(ordered) = place(session, trace, &wish).await? else {
            return Ok(Outcome::skipped(NONE));
        };
        if ordered.answer.status == 500 {
            return Ok(Outcome::Failed(format!("the quantity {quantity} leads to a crash")));
        }
        if ordered.order.is_some() {
            return Ok(Outcome::Failed(format!("an order of {quantity} pieces was signed")));
        }
    }
    Ok(Outcome::Passed)
}

/// Without a genuine, young launch nothing is signed.
pub(super) async fn unlaunched(session: &Session, trace: &mut Trace, aged: bool) -> Judged {
    let url = if aged { old } else { forged };
    let Some(ordered) = place(session, trace, &Wish { url, ..Wish::default() }).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    Ok(Outcome::of(
        ordered.order.is_none(),
        "an order was signed for somebody without a genuine, young launch",
    ))
}

/// A cache entry in a field of its own does not replace that of the launch.
pub(super) async fn unchanged_cache(session: &Session, trace: &mut Trace) -> Judged {
    let extra = [("parametercacheid", "forged"), ("parameterCacheId", "forged")];
    let wish = Wish { extra: &extra, ..Wish::default() };
    let Some(Ordered { launch, order, .. }) = place(session, trace, &wish).await? else {
        return Ok(Outcome::skipped(NONE));
    };
    let Some(order) = order else { return Ok(Outcome::Passed) };
    let own = has_own_cache(session, &launch, &order);
    Ok(Outcome::of(own, "a field of the request replaces the cache entry"))
}
