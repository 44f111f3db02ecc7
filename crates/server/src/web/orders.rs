//! Orders in their window: confirmation, payment, the bank's page, and the result.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    MethodId, OrderId, OrderStage, Provider, ServiceKind, TransactionId,
    account::paying_account,
    bank::{Answer, Instrument},
    deal::{Deal, PayProblem, settles_directly},
    order::{Circle, Goods, Origin},
    service::WindowSize,
    transaction::{Means, TransactionStage},
};
use freischalt_store::DealRef;
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    page::{frame_origins, page, page_with_frame},
    service::{origin_of, secret_of},
    views::{
        Section,
        order::{Bank, Confirm, Line, Method, Payment, Standing, State, Summary},
        service::ServiceWindow,
    },
    visitor::{SignedIn, Visitor},
};
use crate::{commerce::CommerceError, money::shown, window::Window};

/// `GET /orders/{id}`: what comes next, which follows from the order alone.
pub(super) async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let (deal, provider) = find(&visitor, &id).await?;
    let order = &deal.order;
    match order.stage {
        OrderStage::Open if order.is_expired(visitor.app.clock.now()) => {
            Ok(state(&visitor, &deal, &provider, Standing::Expired))
        }
        OrderStage::Open => confirm(&visitor, who, &deal, &provider).await,
        OrderStage::Paying(id) if is_asked(&deal, id) => Ok(to(&deal, "/bank")),
        OrderStage::Paying(_) => Ok(state(&visitor, &deal, &provider, Standing::Waiting)),
        OrderStage::GivenUp(None) => Ok(state(&visitor, &deal, &provider, Standing::GivenUp)),
        _ => Ok(to(&deal, "/result")),
    }
}

/// The chosen payment method.
#[derive(Deserialize)]
pub(super) struct Chosen {
    method: i64,
}

/// `POST /orders/{id}/pay`
pub(super) async fn pay(
    visitor: Visitor,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    let user = visitor.who()?.user.id;
    let (deal, _) = find(&visitor, &id).await?;
    let address = (deal.customer(), deal.order.id);
    done(&visitor, &deal, visitor.app.pay(address, user, MethodId(chosen.method)).await)
}

/// `POST /orders/{id}/settle`: a regular customer orders without paying here.
pub(super) async fn settle(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let user = visitor.who()?.user.id;
    let (deal, provider) = find(&visitor, &id).await?;
    let address = (deal.customer(), deal.order.id);
    done(&visitor, &deal, visitor.app.settle(address, user, &provider).await)
}

/// `POST /orders/{id}/give-up`
pub(super) async fn give_up(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let (deal, _) = find(&visitor, &id).await?;
    let given_up = visitor.app.give_up((deal.customer(), deal.order.id)).await;
    done(&visitor, &deal, given_up)
}

/// `GET /orders/{id}/bank`: the test bank's page.
pub(super) async fn bank(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let (deal, provider) = find(&visitor, &id).await?;
    let asked = asked(&deal);
    let Some(transaction) = asked.and_then(|id| deal.transaction(id)) else {
        return Ok(to(&deal, ""));
    };
    let label = match &transaction.means {
        Means::Stored(means) => means.label.clone(),
        Means::Directly => String::new(),
    };
    let frame = visitor.frame(Section::Records);
    Ok(page(&Bank { frame, order: summary(&visitor, &deal, &provider), label }))
}

/// What was done on the bank's page.
#[derive(Deserialize)]
pub(super) struct Answered {
    answer: String,
}

/// `POST /orders/{id}/bank`
pub(super) async fn answer_bank(
    visitor: Visitor,
    Path(id): Path<String>,
    Fields(answered): Fields<Answered>,
) -> Result<Response, Failure> {
    let (deal, _) = find(&visitor, &id).await?;
    let answer = match answered.answer.as_str() {
        "confirm" => Answer::Confirm,
        "fail" => Answer::Fail,
        "leave" => Answer::Leave,
        _ => return Err(Failure::bad_request(&visitor, "confirm, fail or leave")),
    };
    let Some(transaction) = asked(&deal) else { return Ok(to(&deal, "")) };
    let address = (deal.customer(), deal.order.id);
    done(&visitor, &deal, visitor.app.answer_bank(address, transaction, answer).await)
}

/// `GET /orders/{id}/result`: the service's window again, at the provider's callback URL. Loaded
/// again, it is signed again and says how the order stands by then.
pub(super) async fn result(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let (deal, provider) = find(&visitor, &id).await?;
    let secret = secret_of(&visitor, &provider).await?;
    let signed = visitor.app.callback_of(&deal, &provider, &secret, visitor.store_language());
    let (Some(signed), Origin::Shop { activation, entry, .. }) = (signed, &deal.order.origin)
    else {
        return Ok(to(&deal, ""));
    };
    let url = signed.map_err(|error| Failure::internal(&visitor, &error))?;
    let now = visitor.app.clock.now();
    let window = Window {
        customer: who.customer.id,
        user: who.user.id,
        provider: provider.id,
        activation: *activation,
        entry: *entry,
        expires: now.plus(visitor.app.policy.parameter_cache_lifetime),
        origin: origin_of(&url).ok_or_else(|| Failure::not_found(&visitor))?,
    };
    let window = window.seal(&visitor.app).map_err(|error| Failure::internal(&visitor, &error))?;
    let origins = frame_origins(&provider, &url);
    let size = window_size(&provider, &url);
    let view = ServiceWindow {
        frame: visitor.frame(Section::Records),
        service: visitor.language.texts().orders.title.to_owned(),
        provider: provider.name.clone(),
        frame_url: url,
        origins: origins.clone(),
        width: size.width,
        height: size.height,
        window,
        back: "/records".to_owned(),
        check: None,
        unreachable: None,
        refused: None,
    };
    Ok(page_with_frame(&view, &origins))
}

/// The size of the window that the result comes back to. An order does not say which service it is
/// from; its callback goes to the origin of that service, or there is only one.
pub(super) fn window_size(provider: &Provider, callback: &str) -> WindowSize {
    let windows = || provider.services.iter().filter(|known| known.kind == ServiceKind::Window);
    let origin = origin_of(callback);
    let found =
        windows().find(|known| origin_of(&known.url) == origin).or_else(|| windows().next());
    found.map_or_else(WindowSize::default, |known| known.settings.window)
}

/// The order of the visitor, with its provider; of anybody else there is none.
async fn find(visitor: &Visitor, id: &str) -> Result<(Deal, Provider), Failure> {
    let who = visitor.who()?;
    let internal = |error| Failure::internal(visitor, &error);
    let id = OrderId::parse(id).ok_or_else(|| Failure::not_found(visitor))?;
    let deal = visitor.app.store.deal(DealRef::Order(who.customer.id, id)).await;
    let deal = deal.map_err(internal)?.filter(|deal| deal.order.user == who.user.id);
    let deal = deal.ok_or_else(|| Failure::not_found(visitor))?;
    let provider = visitor.app.store.provider_by_id(deal.provider()).await.map_err(internal)?;
    Ok((deal, provider.ok_or_else(|| Failure::not_found(visitor))?))
}

async fn confirm(
    visitor: &Visitor,
    who: &SignedIn,
    deal: &Deal,
    provider: &Provider,
) -> Result<Response, Failure> {
    let internal = |error| Failure::internal(visitor, &error);
    let store = &visitor.app.store;
    let run = store.newest_activation(who.customer.id, provider.id).await.map_err(internal)?;
    let directly = run.is_some_and(|run| settles_directly(&provider.commerce, &run));
    let payment = if directly {
        Payment::Directly
    } else {
        let accounts = store.accounts(who.customer.id).await.map_err(internal)?;
        let methods = paying_account(&who.user, &accounts).map_or(&[][..], |known| &known.methods);
        let accepted = provider.commerce.accepted;
        let methods = methods.iter().filter(|known| accepted.takes(known.kind));
        let methods: Vec<Method> = methods.map(|known| method(visitor, known)).collect();
        if methods.is_empty() { Payment::NoMethod } else { Payment::Methods(methods) }
    };
    let language = visitor.store_language();
    let failed = deal.transactions.last().and_then(|last| match last.stage {
        TransactionStage::Failed { reason, .. } => Some(reason.sentence(language).to_owned()),
        _ => None,
    });
    Ok(page(&Confirm {
        frame: visitor.frame(Section::Records),
        order: summary(visitor, deal, provider),
        payment,
        failed,
    }))
}

fn method(visitor: &Visitor, known: &freischalt_marketplace::PaymentMethod) -> Method {
    let instrument = Instrument::of_token(&known.token).filter(|_| visitor.app.is_sandbox());
    let language = visitor.store_language();
    Method {
        id: known.id.0,
        label: known.label.clone(),
        outcome: instrument.map_or("", |known| known.outcome_in(language)).to_owned(),
    }
}

/// The order as people read it. Names are the provider's words and are shown as text.
pub(super) fn summary(visitor: &Visitor, deal: &Deal, provider: &Provider) -> Summary {
    let words = &visitor.language.texts().orders;
    let circle = |circle| match circle {
        Circle::Customer => words.everybody,
        Circle::Group => words.group,
        Circle::User => words.buyer,
    };
    let line = |name: &str, quantity, price, text: &str| Line {
        name: name.to_owned(),
        quantity,
        price: shown(price, visitor.language),
        circle: text.to_owned(),
    };
    let order = &deal.order;
    let (lines, agreement) = match &order.goods {
        Goods::Products(products) => {
            let lines = products.iter().map(|product| {
                line(&product.name, product.quantity, product.price, circle(product.circle))
            });
            (lines.collect(), Vec::new())
        }
        Goods::Abo(abo) => {
            let name = &abo.monthly_service_description;
            let mut agreement = vec![words.monthly.with(abo.duration_in_month)];
            for (sentence, text) in
                [(words.notice, &abo.notice_period), (words.renewal, &abo.automatic_renewal)]
            {
                if !text.is_empty() {
                    agreement.push(sentence.with(text));
                }
            }
            (vec![line(name, 1, abo.monthly_costs, circle(abo.circle))], agreement)
        }
        Goods::Extra(description) => {
            (vec![line(description, 1, order.amount, words.buyer)], Vec::new())
        }
    };
    Summary {
        id: order.id.to_string(),
        provider: provider.name.clone(),
        lines,
        amount: shown(order.amount, visitor.language),
        agreement,
    }
}

fn state(visitor: &Visitor, deal: &Deal, provider: &Provider, state: Standing) -> Response {
    let frame = visitor.frame(Section::Records);
    let order = summary(visitor, deal, provider);
    page(&State { frame, again: format!("/orders/{}", order.id), order, state })
}

/// The transaction about which the bank asks.
fn asked(deal: &Deal) -> Option<TransactionId> {
    let OrderStage::Paying(id) = deal.order.stage else { return None };
    is_asked(deal, id).then_some(id)
}

fn is_asked(deal: &Deal, id: TransactionId) -> bool {
    deal.transaction(id).is_some_and(|known| known.stage == TransactionStage::Authenticating)
}

fn to(deal: &Deal, path: &str) -> Response {
    Redirect::to(&format!("/orders/{}{path}", deal.order.id)).into_response()
}

/// Back to the order, whatever its state is now. What was done twice is no mistake.
fn done(
    visitor: &Visitor,
    deal: &Deal,
    outcome: Result<(), CommerceError<PayProblem>>,
) -> Result<Response, Failure> {
    use PayProblem::{Expired, NotAsked, Over, Paid, UnderWay};
    match outcome {
        Ok(()) | Err(CommerceError::Refused(UnderWay | Paid | Over | Expired | NotAsked)) => {
            Ok(to(deal, ""))
        }
        Err(CommerceError::Refused(problem)) => {
            let words = &visitor.language.texts().orders;
            Err(Failure::bad_request(visitor, format!("{} {problem}.", words.cannot)))
        }
        Err(CommerceError::NotFound) => Err(Failure::not_found(visitor)),
        Err(error) => Err(Failure::internal(visitor, &error)),
    }
}
