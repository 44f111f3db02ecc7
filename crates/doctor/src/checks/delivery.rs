//! Whether a payment is delivered once. Delivering is the provider's own affair; it can be seen where it
//! calls the API to change something, or where an address that the doctor was given shows it.

use std::time::Duration;

use crate::{
    catalogue::Surface,
    http::{Ask, NoAnswer},
    report::Outcome,
    session::{Judged, Session, Trace},
};

/// Good providers do the work after the answer, so it is looked for more than once.
const STEP: Duration = Duration::from_millis(100);

/// What can be seen of deliveries.
#[derive(PartialEq, Eq)]
struct Seen {
    writing_calls: usize,
    page: Option<String>,
}

async fn look(session: &Session) -> Result<Seen, NoAnswer> {
    let page = match &session.target.delivered {
        // Not part of the trace: it may show whatever the provider likes.
        Some(url) => Some(session.send(&mut Trace::default(), &Ask::get(url.as_str())).await?.body),
        None => None,
    };
    Ok(Seen { writing_calls: session.api.writing_calls(), page })
}

/// Whether something else than `before` is seen within the time that a delivery may take.
async fn changes(session: &Session, before: &Seen) -> Result<bool, NoAnswer> {
    let mut waited = Duration::ZERO;
    while waited < session.limits().delivery {
        if look(session).await? != *before {
            return Ok(true);
        }
        tokio::time::sleep(STEP).await;
        waited += STEP;
    }
    Ok(false)
}

/// The same genuine callback, twice.
pub(super) async fn replay(session: &Session, trace: &mut Trace) -> Judged {
    let Some((_, ticket)) = session.ticket(Surface::Callback).await? else {
        return Ok(Outcome::skipped("no callback URL was given"));
    };
    let before = look(session).await?;
    if changes(session, &before).await? {
        return Ok(Outcome::skipped(
            "deliveries change by themselves, so this one cannot be told from others",
        ));
    }
    let url = ticket.signed(session.secret());
    session.get(trace, &url).await?;
    if !changes(session, &before).await? {
        return Ok(Outcome::skipped(
            "the delivery is not seen: it makes no call that changes something, and no address given \
             with --delivered shows it",
        ));
    }
    // A delivery of several steps comes to an end before the callback is repeated.
    let mut once = look(session).await?;
    while changes(session, &once).await? {
        once = look(session).await?;
    }
    session.get(trace, &url).await?;
    let again = changes(session, &once).await?;
    Ok(Outcome::of(!again, "the same callback delivered a second time"))
}
