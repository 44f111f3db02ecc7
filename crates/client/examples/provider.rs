//! A complete provider: an activation page, the unlock call behind it, and a service. Register it
//! in a sandbox with `freischalt provider add --name Hello --activation-url
//! http://127.0.0.1:3000/activate`, and run it with the secret in a file `provider-secret`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header::CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Response};
use axum::{Form, Router, routing::get};
use freischalt_client::provider::{Launch, MemoryReplayStore, UrlCheck};
use freischalt_client::{ApiClaim, Client, Credentials, Secret, UnlockProvider, system_time};
use tokio::sync::Mutex;

pub(crate) struct Provider {
    pub(crate) check: UrlCheck,
    pub(crate) client: Client,
    pub(crate) marketplace: String,
    pub(crate) used: MemoryReplayStore,
    /// A real provider keeps these in its database, the keys encrypted.
    pub(crate) customers: Mutex<HashMap<String, Credentials>>,
    pub(crate) claims: Mutex<HashMap<(String, String), ApiClaim>>,
}

type Answer<T = Response> = Result<T, (StatusCode, String)>;
const MAX_AGE: i64 = 900;

pub(crate) fn router(provider: Provider) -> Router {
    Router::new()
        .route("/activate", get(page).post(unlock))
        .route("/service", get(service))
        .with_state(Arc::new(provider))
}

impl Provider {
    fn launch(&self, uri: &OriginalUri) -> Answer<Launch> {
        let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
        self.check.launch(path_and_query, system_time()).map_err(refuse)
    }

    fn show(&self, html: &'static str) -> Response {
        let policy = format!("default-src 'none'; frame-ancestors {}", self.marketplace);
        ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
    }
}

fn refuse(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::FORBIDDEN, format!("{error}\n"))
}

async fn page(State(provider): State<Arc<Provider>>, uri: OriginalUri) -> Answer {
    provider.launch(&uri)?;
    Ok(provider.show(
        r#"<form method="post"><input id="secret" name="secret" aria-label="API key">
        <button id="unlockButton">Activate now</button></form>"#,
    ))
}

async fn unlock(
    State(provider): State<Arc<Provider>>,
    uri: OriginalUri,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let launch = provider.launch(&uri)?;
    let token = launch.token.ok_or_else(|| refuse("the URL has no apiToken"))?;
    let key: String = form.get("secret").iter().flat_map(|key| key.split_whitespace()).collect();
    let credentials = Credentials::new(token.expose(), Secret::new(key));
    let unlock = UnlockProvider {
        parameter_cache_id: launch.parameter_cache_id,
        claim: launch.claim,
        is_regular_customer: false,
    };
    provider.client.unlock_provider(&credentials, &unlock).await.map_err(refuse)?;
    provider.customers.lock().await.insert(launch.customer, credentials);
    Ok(provider.show(r#"<output id="successMessage" class="active-label">Active</output>"#))
}

async fn service(State(provider): State<Arc<Provider>>, uri: OriginalUri) -> Answer {
    let launch = provider.launch(&uri)?;
    launch.use_once(&provider.used, system_time(), MAX_AGE).await.map_err(refuse)?;
    provider.claims.lock().await.insert((launch.customer, launch.user), launch.claim);
    Ok(provider.show("<h1>Hello</h1>"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = Secret::new(std::fs::read_to_string("provider-secret")?.trim());
    let provider = Provider {
        check: UrlCheck::new("http://127.0.0.1:3000", secret)?.max_age(MAX_AGE),
        client: Client::new("http://127.0.0.1:8080/api/stable/api.php")?,
        marketplace: "http://127.0.0.1:8080".to_owned(),
        used: MemoryReplayStore::default(),
        customers: Mutex::default(),
        claims: Mutex::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, router(provider)).await?)
}
