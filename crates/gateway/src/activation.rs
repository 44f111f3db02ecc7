//! The activation: its page, and the unlock that the page asks for.

use std::error::Error;
use std::iter;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use freischalt_client::CallError;
use freischalt_client::provider::{CheckError, Launch, MissingParameter, UrlCheck};
use freischalt_protocol::{Secret, UnixTime};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Instrument;

use crate::app::App;
use crate::config::RegularCustomer;
use crate::key_entry::{self, KeyProblem};
use crate::language::Language;
use crate::origin;
use crate::pages::{ActivatePage, RefusedPage, render};
use crate::router;
use crate::store::{Pending, StoreError, Unavailable, random_id};
use crate::worker;

/// `GET /activate`: the page inside the marketplace's dialog.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = Language::of(&headers);
    let now = (app.clock)();
    let launch = match verify(&app.check(), &query.unwrap_or_default(), now) {
        Ok(launch) => launch,
        Err(error) => {
            tracing::warn!(reason = %error, "activation page refused");
            let message = language.launch_refused(&error);
            return refused(&app, &headers, StatusCode::FORBIDDEN, message);
        }
    };
    let is_active = match app.store.open_page(&launch.id, kept_until(&app, &launch)).await {
        Ok(is_used) => is_used,
        Err(error) => {
            tracing::error!(%error, "the store does not keep that a page was opened");
            let message = language.try_again();
            return refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE, message);
        }
    };
    let page = ActivatePage {
        language,
        provider: &app.provider_name,
        customer: Some(launch.customer_name.as_str()).filter(|name| !name.is_empty()),
        marketplace: app.marketplaces.of_window(app.marketplaces.of_request(&headers)),
        marketplaces: &app.marketplaces.sources(),
        logo: app.page.logo_url.as_deref(),
        text: language.chosen(app.page.text_de.as_deref(), app.page.text_en.as_deref()),
        is_active,
    };
    render(StatusCode::OK, &page)
}

/// When no check accepts the page any more.
fn kept_until(app: &App, launch: &Launch) -> UnixTime {
    launch.signed_at.plus(app.page_ends_after())
}

/// An activation brings a token; other launches do not.
fn verify(check: &UrlCheck, query: &str, now: UnixTime) -> Result<Launch, CheckError> {
    let launch = check.launch(&format!("{}?{query}", router::ACTIVATE), now)?;
    match launch.token {
        Some(_) => Ok(launch),
        None => Err(MissingParameter("apiToken").into()),
    }
}

fn refused(app: &App, headers: &HeaderMap, status: StatusCode, message: &str) -> Response {
    render(status, &RefusedPage::new(app, headers, status, message))
}

/// What the page sends: its own signed query, and the key.
#[derive(Deserialize)]
pub(crate) struct UnlockRequest {
    query: String,
    key: String,
}

/// What the page shows and hands on to the marketplace's page.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum Outcome {
    Active,
    Error { message: String },
}

/// Why nothing was unlocked.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the request did not come from the activation page")]
    ForeignPage,
    #[error("the request is not the JSON of the activation page")]
    Unreadable,
    #[error(transparent)]
    Launch(#[from] CheckError),
    #[error("the pasted text is no key: {0:?}")]
    Key(KeyProblem),
    #[error("the URL cannot be used now: {0:?}")]
    Unavailable(Unavailable),
    #[error("{error}")]
    Call { error: CallError, key_length: usize },
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    #[error("the attempt broke off: this is a mistake in the program")]
    Broken,
}

/// `POST /activate/unlock`.
pub(crate) async fn unlock(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Result<Json<UnlockRequest>, JsonRejection>,
) -> Response {
    let language = Language::of(&headers);
    // To its end, also if the administrator closes the dialog meanwhile.
    let attempt = async move { attempt(&app, &headers, request).await }.in_current_span();
    match tokio::spawn(attempt).await.unwrap_or(Err(Failure::Broken)) {
        Ok(()) => (StatusCode::OK, Json(Outcome::Active)).into_response(),
        Err(failure) => {
            tracing::warn!(reason = %failure, cause = failure.cause(), "activation failed");
            let message = failure.message(language);
            (failure.status(), Json(Outcome::Error { message })).into_response()
        }
    }
}

async fn attempt(
    app: &App,
    headers: &HeaderMap,
    request: Result<Json<UnlockRequest>, JsonRejection>,
) -> Result<(), Failure> {
    if !origin::is_own_page(headers, app.public_origin()) {
        return Err(Failure::ForeignPage);
    }
    let Json(request) = request.map_err(|_| Failure::Unreadable)?;
    let launch = verify_again(app, &request.query).await?;
    let key = key_entry::read(&request.key, &app.provider_secret()).map_err(Failure::Key)?;
    let key_length = key.expose().chars().count();
    let is_regular = is_regular(app, &launch).await;
    let pending = pending(launch, key, is_regular)?;
    // Kept before the API hears of it: if this process dies before it keeps the answer, the next
    // one calls again with the same values.
    let begun = app.store.begin_unlock(&pending, (app.clock)()).await?;
    begun.map_err(Failure::Unavailable)?;
    if let Err(error) = worker::unlock(app, &pending).await {
        match may_have_acted(&error) {
            true => app.store.leave_unlock(&pending.launch_id).await?,
            false => app.store.drop_unlock(&pending.launch_id).await?,
        }
        return Err(Failure::Call { error, key_length });
    }
    worker::finish(app, &pending).await?;
    tracing::info!(customer.id = %pending.customer, "provider activated");
    Ok(())
}

/// The page may be used for longer than its URL is young, but only if it was opened in time. A URL
/// that is still young needs no page: the gateway may have been restarted since.
async fn verify_again(app: &App, query: &str) -> Result<Launch, Failure> {
    let now = (app.clock)();
    let check = app.check();
    match verify(&check, query, now) {
        Ok(launch) => {
            app.store.open_page(&launch.id, kept_until(app, &launch)).await?;
            Ok(launch)
        }
        Err(error) if error.is_outdated() => {
            Ok(verify(&UrlCheck::clone(&check).max_age(app.page_ends_after()), query, now)?)
        }
        Err(error) => Err(error.into()),
    }
}

fn pending(launch: Launch, key: Secret, is_regular: bool) -> Result<Pending, CheckError> {
    Ok(Pending {
        launch_id: launch.id,
        customer: launch.customer,
        customer_name: launch.customer_name,
        parameter_cache_id: launch.parameter_cache_id,
        token: launch.token.ok_or(MissingParameter("apiToken"))?,
        key,
        claim: launch.claim,
        is_regular,
        signed_at: launch.signed_at,
    })
}

async fn is_regular(app: &App, launch: &Launch) -> bool {
    let (path, behind) = match (&app.regular_customer, &app.behind) {
        (RegularCustomer::Yes, _) => return true,
        (RegularCustomer::Ask { path }, Some(behind)) => (path, behind),
        _ => return false,
    };
    let question = json!({"customer": launch.customer, "customerName": launch.customer_name});
    match random_id("ask_") {
        Ok(id) => behind.is_regular(path, &id, &question.to_string(), (app.clock)()).await,
        Err(_) => false,
    }
}

/// Whether the API may have unlocked although we do not know it.
fn may_have_acted(error: &CallError) -> bool {
    match error {
        CallError::Refused(_) => false,
        CallError::Transport(error) => !error.never_sent(),
        _ => true,
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::ForeignPage | Self::Launch(_) => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Key(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_) => StatusCode::CONFLICT,
            Self::Call { error: CallError::Refused(_), .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Call { .. } => StatusCode::BAD_GATEWAY,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What lies below a transport error, such as a refused connection.
    fn cause(&self) -> Option<String> {
        let Self::Call { error, .. } = self else { return None };
        let causes = iter::successors(error.source(), |cause| (*cause).source());
        causes.last().map(ToString::to_string)
    }

    fn message(&self, language: Language) -> String {
        match self {
            Self::ForeignPage => language.foreign_page().to_owned(),
            Self::Unreadable => language.unreadable_request().to_owned(),
            Self::Launch(error) => language.launch_refused(error).to_owned(),
            Self::Key(problem) => language.key_problem(*problem),
            Self::Unavailable(reason) => language.unavailable(*reason).to_owned(),
            Self::Call { error, key_length } => language.unlock_failed(error, *key_length),
            Self::Store(_) | Self::Broken => language.try_again().to_owned(),
        }
    }
}
