//! The first reads of the data API: what a provider asks for after a service call. They answer with
//! the rights of the user who called the service.

mod basic_settings;
mod estate;
mod user;

use freischalt_marketplace::{
    IssuedClaim, Refusal, User,
    decision::{Permitted, check_acting_user},
};
use freischalt_protocol::{
    actions::ReadRecords,
    envelope::{Action, Echo, Record},
};
use freischalt_store::ApiUserRecord;

use super::{Answer, Failure};
use crate::state::AppState;

/// Performs a read that is permitted.
pub(super) async fn handle(
    app: &AppState,
    api_user: &ApiUserRecord,
    claim: Option<&IssuedClaim>,
    permitted: Permitted,
    (echo, action): (&Echo, &Action),
) -> Result<Answer, Failure> {
    let acting = acting_user(app, api_user, claim).await?;
    match permitted {
        Permitted::ReadBasicSettings => basic_settings::read(app, action),
        Permitted::ReadEstate => {
            let customer = api_user.activation.customer;
            estate::read(app, customer, &acting, echo, action).await
        }
        _ => user::read(app, api_user, &acting, echo, action).await,
    }
}

/// The user of the claim. Without one, where none is required, it is who began the activation.
pub(super) async fn acting_user(
    app: &AppState,
    api_user: &ApiUserRecord,
    claim: Option<&IssuedClaim>,
) -> Result<User, Failure> {
    let run = &api_user.activation;
    let id = claim.map_or(run.opened_by, |claim| claim.user);
    let user = app.store.user(run.customer, id).await?;
    let right = app.store.right(run.customer, run.provider, id).await?;
    let customer_active = api_user.customer.active;
    check_acting_user(customer_active, user.as_ref(), run, right)?;
    Ok(user.ok_or(Refusal::UserInactive)?)
}

/// The page of a list that was asked for, and how many there are in all.
fn page<T>(all: Vec<T>, read: &ReadRecords, record: impl Fn(T) -> Record) -> Answer {
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let page = all.into_iter().skip(read.offset).take(read.limit);
    Answer::Records { cacheable: true, count: Some(count), records: page.map(record).collect() }
}

/// The number that a filled resource id is; `None` for one that names no record.
fn record_id(echo: &Echo) -> Option<i64> {
    echo.resource_id.parse().ok()
}

/// Refuses the first field that is not known.
fn check_fields<'a>(
    mut fields: impl Iterator<Item = &'a String>,
    known: &[&str],
) -> Result<(), Refusal> {
    match fields.find(|field| !known.contains(&field.as_str())) {
        Some(unknown) => Err(Refusal::FieldUnknown(unknown.clone())),
        None => Ok(()),
    }
}
