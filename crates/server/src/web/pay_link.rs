//! The page of a link for a subsequent payment: whoever has the link can pay. The path and its one
//! parameter are those of the vendor's sample (apidoc.onoffice.de, "Subsequent payment link").

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    MethodId, OrderStage, Provider, StoredMeans,
    bank::{Answer, Instrument},
    deal::{Deal, PayProblem},
    transaction::TransactionStage,
};
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    orders::summary,
    page::page,
    views::{
        Section,
        order::{LinkPage, LinkStep, Standing, State},
    },
    visitor::Visitor,
};
use crate::commerce::{CommerceError, LINK_PATH};

/// The link's token.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    c: String,
}

/// `GET /smart/short.php`
pub(super) async fn show(visitor: Visitor, Query(link): Query<Link>) -> Result<Response, Failure> {
    let (deal, provider) = find(&visitor, &link.c).await?;
    let order = &deal.order;
    let standing = match order.stage {
        OrderStage::Open if order.is_expired(visitor.app.clock.now()) => Standing::Expired,
        OrderStage::Open => {
            return Ok(form(&visitor, &link, &deal, &provider, LinkStep::Pay, None));
        }
        OrderStage::Paying(id) if asked(&deal, id) => {
            return Ok(form(&visitor, &link, &deal, &provider, LinkStep::Bank, None));
        }
        OrderStage::Paying(_) => Standing::Waiting,
        OrderStage::InProcess(_) => Standing::InProcess,
        OrderStage::Paid(_) | OrderStage::Settled(_) => Standing::Paid,
        OrderStage::Returned(_) => Standing::Returned,
        OrderStage::GivenUp(_) => Standing::GivenUp,
    };
    Ok(page(&State {
        frame: visitor.frame(Section::Elsewhere),
        order: summary(&visitor, &deal, &provider),
        state: standing,
        again: format!("{LINK_PATH}?c={}", link.c),
    }))
}

/// What is sent: a card or account number, or the answer to the bank.
#[derive(Deserialize)]
pub(super) struct Sent {
    c: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    answer: String,
}

/// `POST /smart/short.php`
pub(super) async fn pay(visitor: Visitor, Fields(sent): Fields<Sent>) -> Result<Response, Failure> {
    let link = Link { c: sent.c };
    let (deal, provider) = find(&visitor, &link.c).await?;
    let address = (deal.customer(), deal.order.id);
    let answer = match sent.answer.as_str() {
        "confirm" => Some(Answer::Confirm),
        "fail" => Some(Answer::Fail),
        "leave" => Some(Answer::Leave),
        _ => None,
    };
    let done = match (answer, deal.order.stage) {
        (Some(answer), OrderStage::Paying(id)) => {
            visitor.app.answer_bank(address, id, answer).await
        }
        (Some(_), _) => Ok(()),
        (None, _) => {
            let number: String = sent.number.chars().filter(|c| !c.is_whitespace()).collect();
            let Some(instrument) = Instrument::of_number(&number) else {
                let words = visitor.language.texts().pay_account.number_unknown;
                let step = LinkStep::Pay;
                return Ok(form(&visitor, &link, &deal, &provider, step, Some(words)));
            };
            let means = StoredMeans {
                method: MethodId(0),
                kind: instrument.kind,
                token: instrument.token.to_owned(),
                label: instrument.label(),
            };
            visitor.app.pay_link(address, means).await
        }
    };
    use PayProblem::{Expired, NotAsked, Over, Paid, UnderWay};
    match done {
        Ok(()) | Err(CommerceError::Refused(UnderWay | Paid | Over | Expired | NotAsked)) => {
            Ok(Redirect::to(&format!("{LINK_PATH}?c={}", link.c)).into_response())
        }
        Err(CommerceError::Refused(problem)) => {
            Err(Failure::bad_request(&visitor, problem.to_string()))
        }
        Err(error) => Err(Failure::internal(&visitor, &error)),
    }
}

async fn find(visitor: &Visitor, token: &str) -> Result<(Deal, Provider), Failure> {
    let internal = |error| Failure::internal(visitor, &error);
    let deal = visitor.app.store.deal_of_link(token).await.map_err(internal)?;
    let deal = deal.ok_or_else(|| Failure::not_found(visitor))?;
    let provider = visitor.app.store.provider_by_id(deal.provider()).await.map_err(internal)?;
    Ok((deal, provider.ok_or_else(|| Failure::not_found(visitor))?))
}

fn form(
    visitor: &Visitor,
    link: &Link,
    deal: &Deal,
    provider: &Provider,
    step: LinkStep,
    problem: Option<&str>,
) -> Response {
    let language = visitor.store_language();
    let failed = deal.transactions.last().and_then(|last| match last.stage {
        TransactionStage::Failed { reason, .. } => Some(reason.sentence(language).to_owned()),
        _ => None,
    });
    page(&LinkPage {
        frame: visitor.frame(Section::Elsewhere),
        order: summary(visitor, deal, provider),
        token: link.c.clone(),
        step,
        failed: problem.map(str::to_owned).or(failed),
    })
}

fn asked(deal: &Deal, id: freischalt_marketplace::TransactionId) -> bool {
    deal.transaction(id).is_some_and(|known| known.stage == TransactionStage::Authenticating)
}
