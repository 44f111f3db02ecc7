//! The API endpoint: decode, authenticate, dispatch, encode.
//!
//! The HTTP status is 200 whenever there is an answer in the protocol's own terms: public clients
//! raise on other statuses before they read the code in the body.

mod at_once;
mod cancel_abo;
mod explain;
mod heavy;
mod invoice_recipient;
mod ordinary;
mod read;
mod request_log;
mod unlock_provider;

use std::time::Instant;

use axum::{
    body::Bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response as HttpResponse},
};
use freischalt_marketplace::{
    ApiToken, IssuedClaim, Refusal,
    decision::{
        Permitted, TokenHint, authenticate, check_claim, claim_is_optional, find_call, permit,
    },
};
use freischalt_protocol::{
    ErrorCode, UnixTime,
    envelope::{
        Action, ActionResult, Echo, EnvelopeProblem, Outline, ParsedAction, Record, Request,
        Response, Status,
    },
    php,
};
use freischalt_store::{ApiUserRecord, Decided, OrdinaryApiUser, StoreError};
use futures_util::future::join_all;
use tracing::Instrument;

use explain::Signer;
use request_log::Caller;
pub use request_log::{LoggedRequest, RequestLog};

use crate::{
    commerce::WorkError,
    guard::RETRY_AFTER,
    random::NoRandom,
    security::Refused,
    state::{App, AppState},
    trace,
};

/// Characters of what a client sent that are repeated in a message. It is in the result as well.
const LONGEST_ARGUMENT: usize = 1000;

/// `/api/{version}/api.php`. The version is only a wish on the vendor's servers, so any word is
/// taken. GET with a body is what one public client sends.
pub async fn endpoint(State(app): State<App>, request: HttpRequest) -> HttpResponse {
    if !matches!(*request.method(), Method::POST | Method::GET) {
        return wrong_method();
    }
    let caller = app.security.caller(request.headers(), request.extensions());
    let Ok(body) = axum::body::to_bytes(request.into_body(), usize::MAX).await else {
        let text = "The body ended before its announced length.\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    };
    if body.len() > app.limits.largest_body {
        return too_large(&app);
    }
    let sent = body.clone();
    match explain::knowing(&app, sent, answer(&app, body)).await {
        Ok(response) => {
            if response.status.error == ErrorCode::NOT_AUTHENTICATED {
                app.security.refused(Refused::ApiToken, caller);
            }
            json(response.to_json())
        }
        Err(NoAnswer::Busy) => busy(),
        Err(NoAnswer::TooManyValues(text)) => (StatusCode::PAYLOAD_TOO_LARGE, text).into_response(),
    }
}

/// The store is asked for more than it can do soon, or memory is used up; nothing of a request was
/// done.
struct Busy;

/// Why a request has no answer in the protocol's terms.
enum NoAnswer {
    Busy,
    /// What is wrong and what would be right.
    TooManyValues(String),
}

impl From<Busy> for NoAnswer {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// Refuses a request for now. Both tell: HTTP those clients that try again when a server is
/// overloaded, and the body those that never look at HTTP's status.
pub(crate) fn busy() -> HttpResponse {
    let mut response = json(Response::failed(ErrorCode::UNKNOWN).to_json());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

fn json(body: String) -> HttpResponse {
    let content_type = HeaderValue::from_static("application/json; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn wrong_method() -> HttpResponse {
    let allow = HeaderValue::from_static("POST, GET");
    let text = "The API takes POST with a JSON body.\n";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allow)], text).into_response()
}

/// Refuses a body for its size.
pub(crate) fn too_large(app: &AppState) -> HttpResponse {
    let text = format!("The body is larger than the {} bytes accepted.\n", app.limits.largest_body);
    (StatusCode::PAYLOAD_TOO_LARGE, text).into_response()
}

/// Answers a request body.
async fn answer(app: &App, body: Bytes) -> Result<Response, NoAnswer> {
    let started = Instant::now();
    let outline = match Outline::read(&body, app.policy.max_actions) {
        Ok(outline) => outline,
        Err(problem) => return Ok(refuse_unreadable(app, problem, &body, started)),
    };
    if heavy::is_heavy(&outline) {
        return heavy::answer(app, &body, outline, started).await;
    }
    let request = match outline.decode() {
        Ok(request) => request,
        Err(problem) => return Ok(refuse_unreadable(app, problem, &body, started)),
    };
    let request = match at_once::find(app, request) {
        Ok(unlock) => return Ok(at_once::answer(app, unlock, started).await?),
        Err(request) => request,
    };
    match look_up(app, &request.token).await {
        Ok(Some(caller)) => Ok(answer_caller(app, caller, request, started).await?),
        Ok(None) => Ok(refuse_unknown(app, &request.token, started)),
        Err(StoreError::Busy) => Err(NoAnswer::Busy),
        Err(error) => Ok(store_failed(error, request.actions.len())),
    }
}

/// Whose token a request has.
enum Known {
    Marketplace(ApiUserRecord),
    Ordinary(OrdinaryApiUser),
}

/// Finds the API user of a token.
async fn look_up(app: &AppState, token: &str) -> Result<Option<Known>, StoreError> {
    // No token is as long as this, and a store need not be asked for a text that fills a body.
    const LONG: usize = 1024;
    if token.len() > LONG {
        return Ok(None);
    }
    let token = ApiToken::from_wire(token);
    if let Some(user) = app.store.api_user(&token).await? {
        return Ok(Some(Known::Marketplace(user)));
    }
    Ok(app.store.ordinary_api_user(&token).await?.map(Known::Ordinary))
}

async fn answer_caller(
    app: &AppState,
    caller: Known,
    request: Request,
    started: Instant,
) -> Result<Response, Busy> {
    let user = match caller {
        Known::Ordinary(user) => return ordinary::answer(app, &user, request).await,
        Known::Marketplace(user) => user,
    };
    if user.activation.api_key().is_none() {
        return Ok(refuse_inactive(app, &user, request, started));
    }
    // All actions of a request wait for one commit together instead of one after the other.
    let results = request.actions.into_iter().map(|action| run(app, &user, action));
    together(join_all(results).await)
}

fn refuse_unknown(app: &AppState, token: &str, started: Instant) -> Response {
    let refusal = Refusal::TokenUnknown(TokenHint::of(token));
    refuse_all(app, &refusal, None, started)
}

/// Answers a request whose token is that of no activation.
async fn answer_ordinary(
    app: &AppState,
    request: Request,
    started: Instant,
) -> Result<Response, Busy> {
    match app.store.ordinary_api_user(&ApiToken::from_wire(&request.token)).await {
        Ok(Some(user)) => ordinary::answer(app, &user, request).await,
        Ok(None) => Ok(refuse_unknown(app, &request.token, started)),
        Err(StoreError::Busy) => Err(Busy),
        Err(error) => Ok(store_failed(error, request.actions.len())),
    }
}

/// The answer to a request, unless not one of its actions was looked at.
fn together(done: Vec<Done>) -> Result<Response, Busy> {
    if done.iter().all(|done| done.busy) {
        return Err(Busy);
    }
    Ok(Response::from_results(done.into_iter().map(|done| done.result).collect()))
}

/// An action that was answered.
struct Done {
    result: ActionResult,
    /// Whether it was not done because the store is asked for too much.
    busy: bool,
}

/// Runs one action and logs it.
async fn run(app: &AppState, user: &ApiUserRecord, parsed: ParsedAction) -> Done {
    let started = Instant::now();
    let ParsedAction { echo, action } = parsed;
    let step = app.traces.step(user.activation.id, "call");
    let outcome = match action {
        Ok(action) => {
            let outcome = dispatch(app, user, &echo, &action).instrument(step).await;
            explain::judged(app, Signer::of(user), (&echo, &action), outcome).await
        }
        Err(problem) => Err(Failure::Refused(problem.into())),
    };
    finish(app, echo, Caller::of(user), outcome, started)
}

/// Logs an action and makes its result.
fn finish(
    app: &AppState,
    echo: Echo,
    caller: Caller<'_>,
    outcome: Result<Answer, Failure>,
    started: Instant,
) -> Done {
    let busy = matches!(outcome, Err(Failure::Store(StoreError::Busy)));
    let action = Some((&echo, caller));
    let result = match outcome {
        Ok(answer) => {
            request_log::record(app, action, None, started);
            answer.for_action(echo)
        }
        Err(Failure::Refused(refusal)) => {
            request_log::record(app, action, Some((&refusal, None)), started);
            refused(app, echo, &refusal)
        }
        Err(Failure::Explained(refusal, cause)) => {
            request_log::record(app, action, Some((&refusal, Some(&cause))), started);
            refused(app, echo, &refusal)
        }
        Err(Failure::Random(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a call failed");
            app.metrics.action(&echo.resource_type, ErrorCode::UNKNOWN, started.elapsed());
            ActionResult::failed(echo, Status::error(ErrorCode::UNKNOWN, ""))
        }
        Err(Failure::Store(error)) => {
            log_store_failure(&error);
            app.metrics.action(&echo.resource_type, ErrorCode::UNKNOWN, started.elapsed());
            ActionResult::failed(echo, Status::error(ErrorCode::UNKNOWN, ""))
        }
    };
    Done { result, busy }
}

/// What an action answers with.
enum Answer {
    /// It performed something.
    Performed(php::Array),
    /// It read something.
    Records {
        /// Whether a client may keep the answer.
        cacheable: bool,
        /// How many records there are in all, for calls that tell.
        count: Option<i64>,
        /// Those that were asked for.
        records: Vec<Record>,
    },
}

impl Answer {
    fn for_action(self, echo: Echo) -> ActionResult {
        match self {
            Self::Performed(elements) => ActionResult::performed(echo, elements),
            Self::Records { cacheable, count, records } => {
                ActionResult::read(echo, cacheable, count, records)
            }
        }
    }
}

/// Why an action has no records.
enum Failure {
    Refused(Refusal),
    /// With what the sandbox says of it.
    Explained(Refusal, String),
    Store(StoreError),
    Random(NoRandom),
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Store(error) => Self::Store(error),
            WorkError::Random(error) => Self::Random(error),
        }
    }
}

impl From<Decided<Refusal>> for Failure {
    fn from(decided: Decided<Refusal>) -> Self {
        match decided {
            Decided::Refused(refusal) => Self::Refused(refusal),
            Decided::Store(error) => Self::Store(error),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The checks in the order of the decision table, then the call.
async fn dispatch(
    app: &AppState,
    user: &ApiUserRecord,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let (permitted, claim) = check(app, user, echo, action, app.clock.now())?;
    match permitted {
        Permitted::UnlockProvider => {
            unlock_provider::handle(app, user, action).await.map(Answer::Performed)
        }
        Permitted::InvoiceRecipient => {
            invoice_recipient::handle(app, user, claim.as_ref(), action).await
        }
        Permitted::CancelAbo => cancel_abo::handle(app, user, claim.as_ref(), action).await,
        Permitted::ReadUser | Permitted::ReadBasicSettings | Permitted::ReadEstate => {
            read::handle(app, user, claim.as_ref(), permitted, (echo, action)).await
        }
    }
}

fn check(
    app: &AppState,
    user: &ApiUserRecord,
    echo: &Echo,
    action: &Action,
    now: UnixTime,
) -> Result<(Permitted, Option<IssuedClaim>), Refusal> {
    let (policy, run) = (&app.policy, &user.activation);
    let (Some(key), Some(grant)) = (run.api_key(), run.grant()) else {
        return Err(Refusal::ApiUserInactive);
    };
    trace::part("check signature")
        .in_scope(|| authenticate(echo, action, &grant.token, key, now, policy))?;
    let claim =
        trace::part("check claim").in_scope(|| check_claim(action, run, &app.claims, now, policy));
    let claim = match claim {
        Err(Refusal::ClaimMissing) if claim_is_optional(echo) => None,
        checked => checked?,
    };
    let call = find_call(echo, policy)?;
    Ok((permit(call, run, claim.as_ref())?, claim))
}

fn refused(app: &AppState, echo: Echo, refusal: &Refusal) -> ActionResult {
    let argument = refusal.argument();
    let argument = request_log::shorten(&argument, LONGEST_ARGUMENT);
    let status = Status::error(refusal.code(&app.policy), &argument);
    ActionResult::failed(echo, status)
}

/// Refuses a request as a whole.
fn refuse_all(
    app: &AppState,
    refusal: &Refusal,
    user: Option<(&Echo, Caller<'_>)>,
    started: Instant,
) -> Response {
    request_log::record(app, user, Some((refusal, None)), started);
    Response::failed(refusal.code(&app.policy))
}

/// Refuses a body that holds no request, with what was done to it if that can be told.
fn refuse_unreadable(
    app: &AppState,
    problem: EnvelopeProblem,
    body: &[u8],
    started: Instant,
) -> Response {
    let cause = explain::unreadable(&problem, body);
    let refusal = Refusal::Envelope(problem);
    request_log::record(app, None, Some((&refusal, cause.as_deref())), started);
    Response::failed(refusal.code(&app.policy))
}

/// Refuses an API user that was switched off: at the top if the code belongs there, else action by
/// action.
fn refuse_inactive(
    app: &AppState,
    user: &ApiUserRecord,
    request: Request,
    started: Instant,
) -> Response {
    let refusal = Refusal::ApiUserInactive;
    if refusal.code(&app.policy) != ErrorCode::USER_NOT_ACTIVE {
        let echo = request.actions.into_iter().next().map(|action| action.echo);
        return refuse_all(
            app,
            &refusal,
            echo.as_ref().map(|echo| (echo, Caller::of(user))),
            started,
        );
    }
    let results = request.actions.into_iter().map(|action| {
        request_log::record(
            app,
            Some((&action.echo, Caller::of(user))),
            Some((&refusal, None)),
            started,
        );
        refused(app, action.echo, &refusal)
    });
    Response::from_results(results.collect())
}

fn store_failed(error: StoreError, actions: usize) -> Response {
    log_store_failure(&error);
    tracing::debug!(actions, "request not looked at");
    Response::failed(ErrorCode::UNKNOWN)
}

fn log_store_failure(error: &StoreError) {
    if matches!(error, StoreError::Nul) {
        tracing::debug!(error = error as &dyn std::error::Error, "a call was not taken");
        return;
    }
    tracing::error!(error = error as &dyn std::error::Error, "the store failed during a call");
}
