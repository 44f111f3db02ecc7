//! Signed orders, as the provider's page gets them from its back end: by a request beside the page
//! with the signed query of the service call as one of its fields, or from within the window that the
//! service call opened.

use freischalt_protocol::{php, signed_order};
use url::Url;

use crate::{
    http::{Answer, Ask, NoAnswer},
    launch::{Launch, Ticket},
    session::{Session, Trace},
    target::{OrderAddress, OrderHop, UnlockBody},
};

/// What the page was asked for, and what came back.
pub(crate) struct Ordered {
    pub(crate) launch: Launch,
    pub(crate) answer: Answer,
    /// The order, if the answer is one that is rightly signed, or has one as a member.
    pub(crate) order: Option<php::Array>,
}

/// How an order is asked for; a check changes it.
pub(crate) struct Wish<'a> {
    pub(crate) quantity: &'a str,
    /// Fields beside the usual ones.
    pub(crate) extra: &'a [(&'a str, &'a str)],
    /// The signed URL of the service call.
    pub(crate) url: fn(&Session, Ticket) -> String,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self { quantity: "1", extra: &[], url: |session, ticket| ticket.signed(session.secret()) }
    }
}

/// Orders something; `None` if nobody told how.
pub(crate) async fn place(
    session: &Session,
    trace: &mut Trace,
    wish: &Wish<'_>,
) -> Result<Option<Ordered>, NoAnswer> {
    let (Some(hop), Some(base)) = (&session.target.order, &session.target.service) else {
        return Ok(None);
    };
    let launch = session.another_launch().await?;
    let url = (wish.url)(session, session.service_ticket(base, &launch));
    let at = match &hop.at {
        OrderAddress::Beside(at) => at.clone(),
        OrderAddress::InWindow(path) => {
            let window = session.visit(trace, &url).await?.at;
            window.join(path).map_err(|error| NoAnswer::Failed(format!("{path}: {error}")))?
        }
    };
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut ask = Ask::get(at.as_str())
        .with_header("Origin", at.origin().ascii_serialization())
        .with_header("Sec-Fetch-Site", "same-origin");
    ask.method = reqwest::Method::POST;
    ask.body = Some(hop.body.unwrap_or(UnlockBody::Form).encoded(&fields(hop, query, wish)));
    let answer = session.send(trace, &ask).await?;
    let order = order(session, &answer);
    Ok(Some(Ordered { launch, answer, order }))
}

/// Where an order of this provider sends the browser with its result.
pub(crate) async fn callback_url(session: &Session) -> Result<Option<Url>, NoAnswer> {
    let Some(ordered) = place(session, &mut Trace::default(), &Wish::default()).await? else {
        return Ok(None);
    };
    let url = ordered.order.as_ref().and_then(|order| order.get_str("callbackurl"));
    let url = url.and_then(|url| Url::parse(url).ok());
    url.map(Some).ok_or(NoAnswer::Unseen("no order was signed, so there is no callback address"))
}

/// Whether the page sends a quantity at all.
pub(crate) fn has_quantity(hop: &OrderHop) -> bool {
    hop.fields.is_empty() || hop.fields.iter().any(|(_, text)| text.contains("{quantity}"))
}

fn fields(hop: &OrderHop, query: &str, wish: &Wish<'_>) -> Vec<(String, String)> {
    let usual = [("launch", "{launch}"), ("product", "1"), ("quantity", "{quantity}")];
    let templates: Vec<(&str, &str)> = match hop.fields.as_slice() {
        // A window knows whose it is.
        [] => match hop.at {
            OrderAddress::Beside(_) => usual.to_vec(),
            OrderAddress::InWindow(_) => usual[1..].to_vec(),
        },
        told => told.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect(),
    };
    let filled = templates.into_iter().map(|(name, text)| {
        let text = text.replace("{launch}", query).replace("{quantity}", wish.quantity);
        (name.to_owned(), text)
    });
    let extra = wish.extra.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    filled.chain(extra).collect()
}

fn order(session: &Session, answer: &Answer) -> Option<php::Array> {
    let verify = |text: &str| signed_order::verify(text.as_bytes(), session.secret()).ok();
    verify(&answer.body).or_else(|| {
        let members: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
        members.as_object()?.values().find_map(|member| verify(member.as_str()?))
    })
}
