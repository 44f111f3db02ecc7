//! `get` + `getMarketplaceInvoiceRecipient`.

use freischalt_marketplace::{
    Contact, IssuedClaim, Refusal, TransactionId, UserId,
    calls::{self, Caller, RecipientFacts},
};
use freischalt_protocol::{
    actions::{InvoiceRecipientOf, InvoiceRecipientRecord},
    envelope::{Action, Record},
};
use freischalt_store::{ApiUserRecord, DealRef};

use super::{Answer, Failure, read::acting_user};
use crate::state::AppState;

/// The address of the account that a user paid with. With a claim it can be read without limit of
/// time, without one only for a while after the payment.
pub(super) async fn handle(
    app: &AppState,
    api_user: &ApiUserRecord,
    claim: Option<&IssuedClaim>,
    action: &Action,
) -> Result<Answer, Failure> {
    if claim.is_some() {
        acting_user(app, api_user, claim).await?;
    }
    let call = InvoiceRecipientOf::parse(&action.parameters);
    let run = &api_user.activation;
    let deal = match call.transaction.value() {
        Some(id) => app.store.deal(DealRef::Transaction(TransactionId(id))).await?,
        None => None,
    };
    let user = match call.user.value() {
        Some(id) => app.store.user(run.customer, UserId(id)).await?,
        None => None,
    };
    let accounts = app.store.accounts(run.customer).await?;
    let facts = RecipientFacts { deal: deal.as_ref(), user: user.as_ref(), accounts: &accounts };
    let user = claim.map(|claim| claim.user);
    let caller = Caller { customer: run.customer, provider: run.provider, user };
    let (now, policy) = (app.clock.now(), &app.policy);
    let contact = calls::invoice_recipient(caller, call.transaction, call.user, facts, now, policy)
        .map_err(Refusal::Call)?;
    let record = Record { id: 0, kind: Some(""), elements: recipient(contact).elements() };
    Ok(Answer::Records { cacheable: false, count: Some(1), records: vec![record] })
}

fn recipient(contact: &Contact) -> InvoiceRecipientRecord {
    InvoiceRecipientRecord {
        salutation: contact.salutation.clone(),
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        company: contact.company_name.clone(),
        address: contact.address.clone(),
        zip_code: contact.zip_code.clone(),
        city: contact.city.clone(),
        country: contact.country.clone(),
        email: contact.email.clone(),
        vat_id: contact.company_ust_id.clone(),
    }
}
