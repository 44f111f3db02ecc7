//! Calls to the marketplace's API in the name of a customer's user.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use freischalt_client::{
    Action, ActionResult, CalendarDate, CallError, CancelSubscription, Elements,
    InvoiceRecipientOf, Record, Refusal, Session, Verb,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::problem::{Problem, refused};
use super::reading::Asked;
use crate::app::App;
use crate::connection::{Connection, Verdict};
use crate::store::Caller;

/// One action. Member names are those of the protocol, in camel case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CallRequest {
    customer: String,
    user: String,
    action: String,
    resource_type: String,
    #[serde(default)]
    resource_id: String,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    harmless_to_repeat: bool,
}

/// Several actions for the same user in one request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BatchRequest {
    customer: String,
    user: String,
    actions: Vec<ActionRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ActionRequest {
    action: String,
    resource_type: String,
    #[serde(default)]
    resource_id: String,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    harmless_to_repeat: bool,
}

/// `POST /api/call`.
pub(super) async fn call(
    State(app): State<Arc<App>>,
    Asked(request): Asked<CallRequest>,
) -> Result<Json<Value>, Problem> {
    let (customer, user) = (request.customer, request.user);
    let action = ActionRequest {
        action: request.action,
        resource_type: request.resource_type,
        resource_id: request.resource_id,
        identifier: request.identifier,
        parameters: request.parameters,
        harmless_to_repeat: request.harmless_to_repeat,
    };
    let action = action.read()?;
    let result =
        as_user(&app, &customer, &user, async |session| session.call(&action).await).await?;
    Ok(Json(shown(&result)))
}

/// `POST /api/batch`.
pub(super) async fn batch(
    State(app): State<Arc<App>>,
    Asked(request): Asked<BatchRequest>,
) -> Result<Json<Value>, Problem> {
    let actions = request.actions.into_iter().map(ActionRequest::read);
    let actions = actions.collect::<Result<Vec<_>, _>>()?;
    if actions.is_empty() {
        return Err(Problem::Invalid("actions is empty; it should hold at least one"));
    }
    let (caller, session) = session(&app, &request.customer, &request.user).await?;
    let results = session.batch(&actions).await;
    let verdict = match &results {
        Ok(results) => verdict_of(results),
        Err(error) => Verdict::of_error(error),
    };
    conclude(&app, &request.customer, &request.user, &caller, verdict).await?;
    let results = results.inspect_err(|_| app.metrics.failed_calls.add())?;
    let results: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(result) => shown(result),
            Err(refusal) => refused(refusal),
        })
        .collect();
    Ok(Json(json!({"results": results})))
}

/// Whose address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct InvoiceRequest {
    customer: String,
    user: String,
    transaction_id: String,
}

/// `POST /api/invoice-recipient`.
pub(super) async fn invoice_recipient(
    State(app): State<Arc<App>>,
    Asked(request): Asked<InvoiceRequest>,
) -> Result<Json<Value>, Problem> {
    let of = InvoiceRecipientOf {
        transaction_id: request.transaction_id,
        user_id: request.user.clone(),
    };
    let to = as_user(&app, &request.customer, &request.user, async |session| {
        session.invoice_recipient(&of).await
    })
    .await?;
    Ok(Json(json!({
        "salutation": to.salutation, "firstName": to.first_name, "lastName": to.last_name,
        "company": to.company, "address": to.address, "zipCode": to.zip_code, "city": to.city,
        "country": to.country, "email": to.email, "vatId": to.vat_id,
    })))
}

/// Which subscription ends when.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CancelRequest {
    customer: String,
    user: String,
    subscription_id: String,
    from: String,
}

/// `POST /api/subscriptions/cancel`.
pub(super) async fn cancel_subscription(
    State(app): State<Arc<App>>,
    Asked(request): Asked<CancelRequest>,
) -> Result<Json<Value>, Problem> {
    let CancelRequest { customer, user, subscription_id, from } = request;
    let day: CalendarDate = from.parse().map_err(|_| {
        Problem::Invalid("from is no day of the calendar; it looks like 2027-02-28")
    })?;
    let cancel = CancelSubscription { subscription_id: subscription_id.clone(), from: day };
    as_user(&app, &customer, &user, async |session| session.cancel_subscription(&cancel).await)
        .await?;
    app.store.subscription_ended(&customer, &subscription_id, &from, (app.clock)()).await?;
    Ok(Json(json!({"cancelled": true})))
}

/// Makes a call as this user and draws the conclusion from its answer.
async fn as_user<T>(
    app: &App,
    customer: &str,
    user: &str,
    call: impl AsyncFnOnce(&Session) -> Result<T, CallError>,
) -> Result<T, Problem> {
    let (caller, session) = session(app, customer, user).await?;
    let outcome = call(&session).await;
    let verdict = match &outcome {
        Ok(_) => Verdict::LetIn,
        Err(error) => Verdict::of_error(error),
    };
    conclude(app, customer, user, &caller, verdict).await?;
    outcome.map_err(|error| {
        app.metrics.failed_calls.add();
        error.into()
    })
}

async fn session(app: &App, customer: &str, user: &str) -> Result<(Caller, Session), Problem> {
    app.metrics.calls.add();
    let caller = app.store.caller(customer, user).await?.ok_or(Problem::NotActivated)?;
    let claim = caller.claim.clone().ok_or(Problem::NoClaim)?;
    let session = app.client.session(caller.credentials.clone(), claim);
    Ok((caller, session))
}

/// An answer that changes nothing costs no transaction.
async fn conclude(
    app: &App,
    customer: &str,
    user: &str,
    caller: &Caller,
    verdict: Verdict,
) -> Result<(), Problem> {
    let is_news = match verdict {
        Verdict::Silent => false,
        Verdict::LetIn => caller.connection != Connection::Active,
        Verdict::ShutOut(_) | Verdict::UserShutOut => true,
    };
    if is_news {
        let now = (app.clock)();
        app.store.conclude(customer, user, &caller.credentials, verdict, now).await?;
    }
    Ok(())
}

/// The gravest verdict of a batch: one refused token means all of them.
fn verdict_of(results: &[Result<ActionResult, Refusal>]) -> Verdict {
    let refusals = results.iter().filter_map(|result| result.as_ref().err());
    let mut verdicts = refusals.map(|refusal| Verdict::of_code(refusal.code));
    let grave = |verdict: &Verdict| !matches!(verdict, Verdict::LetIn);
    verdicts.find(grave).unwrap_or(Verdict::LetIn)
}

impl ActionRequest {
    fn read(self) -> Result<Action, Problem> {
        const CLAIM: &str = freischalt_client::ApiClaim::ACTION_PARAMETER;
        if self.parameters.contains_key(CLAIM) {
            return Err(Problem::Invalid(
                "parameters must not hold extendedclaim: the gateway adds the newest claim",
            ));
        }
        let verb = Verb::ALL.into_iter().find(|verb| verb.as_str() == self.action);
        let verb = verb.or_else(|| Verb::parse(&self.action)).ok_or(Problem::Invalid(
            "action is not one of read, create, modify, delete, get and do",
        ))?;
        let mut action = Action::new(verb, self.resource_type).with_resource_id(self.resource_id);
        action.identifier = self.identifier;
        action.parameters = self.parameters;
        Ok(if self.harmless_to_repeat { action.harmless_to_repeat() } else { action })
    }
}

fn shown(result: &ActionResult) -> Value {
    let record = |record: &Record| {
        let elements = match &record.elements {
            Elements::Map(map) => Value::Object(map.clone()),
            Elements::List(list) => Value::Array(list.clone()),
        };
        json!({"id": record.id, "type": record.kind, "elements": elements})
    };
    json!({
        "identifier": result.identifier,
        "cacheable": result.cacheable,
        "total": result.total,
        "records": result.records.iter().map(record).collect::<Vec<_>>(),
    })
}
