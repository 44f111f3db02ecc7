//! The activation: its page, and the unlock that the page asks for.

use std::error::Error;
use std::iter;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use freischalt_client::{CallError, Credentials, UnlockProvider};
use freischalt_protocol::Secret;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::key_entry::{self, KeyProblem};
use crate::language::Language;
use crate::launch::{Launch, LaunchError};
use crate::launches::{Stage, Unavailable};
use crate::origin;
use crate::pages::{ActivatePage, RefusedPage, render};

/// `GET /activate`: the page inside the marketplace's dialog.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = Language::of(&headers);
    let now = (app.clock)();
    let launch = match Launch::verify(&app, &query.unwrap_or_default(), now, app.max_url_age) {
        Ok(launch) => launch,
        Err(error) => return refused(&app, language, &error),
    };
    let page = ActivatePage {
        language,
        provider: &app.provider_name,
        customer: launch.customer_name.as_deref(),
        marketplace_origin: &app.marketplace_origin,
        is_active: app.launches.open(&launch.id, now) == Stage::Used,
    };
    render(StatusCode::OK, &page)
}

fn refused(app: &App, language: Language, error: &LaunchError) -> Response {
    tracing::warn!(reason = %error, "activation page refused");
    let page = RefusedPage {
        language,
        provider: &app.provider_name,
        marketplace_origin: &app.marketplace_origin,
        message: language.launch_refused(error),
    };
    render(StatusCode::FORBIDDEN, &page)
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
    Launch(#[from] LaunchError),
    #[error("the pasted text is no key: {0:?}")]
    Key(KeyProblem),
    #[error("the URL cannot be used now: {0:?}")]
    Unavailable(Unavailable),
    #[error("{error}")]
    Call { error: CallError, key_length: usize },
}

/// `POST /activate/unlock`.
pub(crate) async fn unlock(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Result<Json<UnlockRequest>, JsonRejection>,
) -> Response {
    let language = Language::of(&headers);
    match attempt(&app, &headers, request).await {
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
    if !origin::is_own_page(headers, &app.public_origin) {
        return Err(Failure::ForeignPage);
    }
    let Json(request) = request.map_err(|_| Failure::Unreadable)?;
    let launch = verify_again(app, &request.query)?;
    let key = key_entry::read(&request.key, &app.provider_secret).map_err(Failure::Key)?;
    let attempt = app.launches.begin(&launch.id).map_err(Failure::Unavailable)?;
    call(app, &launch, key).await?;
    attempt.succeed();
    tracing::info!(customer.id = %launch.id.customer, "provider activated");
    Ok(())
}

/// The page may be used for longer than its URL is young, but only if it was opened in time. A URL
/// that is still young needs no page: the gateway may have been restarted since.
fn verify_again(app: &App, query: &str) -> Result<Launch, LaunchError> {
    let now = (app.clock)();
    match Launch::verify(app, query, now, app.max_url_age) {
        Ok(launch) => {
            app.launches.open(&launch.id, now);
            Ok(launch)
        }
        Err(error) if error.is_outdated() => {
            Launch::verify(app, query, now, app.max_url_age.saturating_add(app.page_lifetime))
        }
        Err(error) => Err(error),
    }
}

async fn call(app: &App, launch: &Launch, key: Secret) -> Result<(), Failure> {
    let key_length = key.expose().chars().count();
    let credentials = Credentials::new(launch.token.as_str(), key);
    let unlock = UnlockProvider {
        parameter_cache_id: launch.id.parameter_cache_id.clone(),
        claim: launch.claim.clone(),
        is_regular_customer: app.is_regular_customer,
    };
    let called = app.client.unlock_provider(&credentials, &unlock).await;
    called.map_err(|error| Failure::Call { error, key_length })
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
            Self::Key(problem) => language.key_problem(*problem).to_owned(),
            Self::Unavailable(reason) => language.unavailable(*reason).to_owned(),
            Self::Call { error, key_length } => language.unlock_failed(error, *key_length),
        }
    }
}
