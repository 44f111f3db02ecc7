//! A running gateway with a clock of the test's own, and URLs signed for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use freischalt_gateway::{
    AppConfig, Control, Gateway, GatewayConfig, GatewayError, Handover, Keys, Limits, Location,
    ServiceConfig,
};
use freischalt_protocol::{Secret, UnixTime, seal::MasterKey, signed_url};
use freischalt_testbed::Cluster;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fake_api::FakeApi;
use crate::fake_app::{APP_SECRET, FakeApp};
use crate::http::{self, Answer};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const SECRET: &str = "provider-secret-0123456789";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const CLAIM: &str = "AbC_123-xyz";
pub(crate) const SERVICE_CLAIM: &str = "claim-of-the-service-call";
pub(crate) const APP_TOKEN: &str = "app-token-0123456789-0123456789-01";
pub(crate) const MARKETPLACE: &str = "http://marketplace.example:8080";

/// The 64 characters of a key as the marketplace shows it.
pub(crate) fn key() -> String {
    "0123456789abcdef".repeat(4)
}

tokio::task_local! {
    /// Where the gateways of a test keep what they remember, if not in memory.
    static PLACE: Place;
}

/// A PostgreSQL server, and what the schemas of a test are called there.
struct Place {
    cluster: Arc<Cluster>,
    name: String,
    schemas: AtomicUsize,
}

impl Place {
    /// A schema of its own for each gateway.
    fn next(&self) -> Location {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed);
        Location::parse(&self.cluster.schema(&format!("{}_{number}", self.name))).unwrap()
    }
}

/// Runs a test whose gateways are on PostgreSQL databases.
pub(crate) fn on_postgres<F: Future<Output = ()> + Send + 'static>(
    cluster: &Arc<Cluster>,
    name: &str,
    test: F,
) -> impl Future<Output = ()> + Send + 'static {
    // A name has at most 63 bytes there.
    let name = name.chars().take(56).collect();
    PLACE.scope(Place { cluster: cluster.clone(), name, schemas: AtomicUsize::new(0) }, test)
}

pub(crate) struct Setup {
    pub(crate) api: FakeApi,
    pub(crate) address: SocketAddr,
    pub(crate) activation_url: String,
    pub(crate) app_address: Option<SocketAddr>,
    pub(crate) control: Control,
    app: Option<FakeApp>,
    now: Arc<AtomicI64>,
    /// A PostgreSQL database, or nothing for memory.
    location: Option<Location>,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

pub(crate) fn config(api_url: String) -> GatewayConfig {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    GatewayConfig::new(listen, "Muster <b>Foto</b>", Secret::new(SECRET), api_url, MARKETPLACE)
}

fn behind(app: &FakeApp) -> AppConfig {
    AppConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        url: format!("http://{}", app.address),
        token: Secret::new(APP_TOKEN),
        secret: Secret::new(APP_SECRET),
        handover: Handover::Proxy,
        events_path: AppConfig::EVENTS_PATH.to_owned(),
        visit_lifetime: AppConfig::VISIT_LIFETIME,
        poll_every: AppConfig::POLL_EVERY,
        timeout: AppConfig::TIMEOUT,
        limits: Limits::default(),
    }
}

fn offer(config: &mut GatewayConfig) {
    let (name, path) = ("shop".to_owned(), "/shop".to_owned());
    config.services = vec![ServiceConfig { name, path }];
    config.webhooks = vec!["saved".to_owned()];
}

impl Setup {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        Self::try_with(change).await.unwrap()
    }

    pub(crate) async fn try_with(
        change: impl FnOnce(&mut GatewayConfig),
    ) -> Result<Self, GatewayError> {
        Self::launch(FakeApi::start().await, None, change).await
    }

    /// With an app behind it that has a service and a webhook.
    pub(crate) async fn with_app(change: impl FnOnce(&mut AppConfig)) -> Self {
        Self::with_app_and(change, |_| ()).await
    }

    pub(crate) async fn with_app_and(
        change_app: impl FnOnce(&mut AppConfig),
        change: impl FnOnce(&mut GatewayConfig),
    ) -> Self {
        let app = FakeApp::start().await;
        let mut behind = behind(&app);
        change_app(&mut behind);
        let change = |config: &mut GatewayConfig| {
            config.app = Some(behind);
            offer(config);
            change(config);
        };
        Self::launch(FakeApi::start().await, Some(app), change).await.unwrap()
    }

    /// A second process for the same provider, with the same app behind it and the same public
    /// address: it answers what a balancer in front of both gives it.
    pub(crate) async fn beside(&self) -> Self {
        let (origin, app) = (self.origin().to_owned(), self.app().clone());
        let change = |config: &mut GatewayConfig| {
            config.app = Some(behind(&app));
            config.public_url = Some(origin);
            offer(config);
        };
        let place = (self.now.clone(), self.location.clone());
        Self::launch_at(place, self.api.clone(), Some(self.app().clone()), change).await.unwrap()
    }

    /// Scheme, host and port that the marketplace calls.
    pub(crate) fn origin(&self) -> &str {
        self.activation_url.strip_suffix("/activate").unwrap()
    }

    async fn launch(
        api: FakeApi,
        app: Option<FakeApp>,
        change: impl FnOnce(&mut GatewayConfig),
    ) -> Result<Self, GatewayError> {
        let location = PLACE.try_with(Place::next).ok();
        Self::launch_at((Arc::new(AtomicI64::new(NOW)), location), api, app, change).await
    }

    async fn launch_at(
        (now, location): (Arc<AtomicI64>, Option<Location>),
        api: FakeApi,
        app: Option<FakeApp>,
        change: impl FnOnce(&mut GatewayConfig),
    ) -> Result<Self, GatewayError> {
        let mut config = config(api.url());
        let clock = now.clone();
        config.clock = Arc::new(move || UnixTime(clock.load(Ordering::Relaxed)));
        if let Some(location) = &location {
            config.location = location.clone();
            config.keys = Some(Keys { current: MasterKey::new([1; 32]), previous: Vec::new() });
        }
        change(&mut config);
        let gateway = Gateway::bind(config).await?;
        let (address, activation_url) = (gateway.local_addr(), gateway.activation_url());
        let (app_address, control) = (gateway.app_addr(), gateway.control());
        let (shutdown, stopped) = oneshot::channel();
        let running = tokio::spawn(gateway.run(async move { _ = stopped.await }));
        Ok(Self {
            api,
            address,
            activation_url,
            app_address,
            control,
            app,
            now,
            location,
            shutdown,
            running,
        })
    }

    pub(crate) fn app(&self) -> &FakeApp {
        self.app.as_ref().unwrap()
    }

    /// The test's own time.
    pub(crate) fn time(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) async fn stop(self) {
        _ = self.shutdown.send(());
        self.running.await.unwrap();
    }

    /// The signed query of an activation that starts now.
    pub(crate) fn query(&self) -> String {
        self.query_with(&[])
    }

    /// The same with further parameters, or others where names collide.
    pub(crate) fn query_with(&self, more: &[(&str, &str)]) -> String {
        let timestamp = self.now.load(Ordering::Relaxed).to_string();
        let mut parameters = vec![
            ("customerName", "Müller & Söhne"),
            ("customerWebId", "42"),
            ("userId", "21"),
            ("apiToken", TOKEN),
            ("parameterCacheId", "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
            ("apiClaim", CLAIM),
            ("timestamp", &timestamp),
        ];
        parameters.extend(more);
        self.sign(&parameters)
    }

    pub(crate) fn sign(&self, parameters: &[(&str, &str)]) -> String {
        let secret = Secret::new(SECRET);
        let url = signed_url::sign_with(&self.activation_url, parameters, &secret).unwrap();
        url.split_once('?').unwrap().1.to_owned()
    }

    pub(crate) async fn open(&self, query: &str) -> Answer {
        http::get(self.address, &format!("/activate?{query}"), &[]).await
    }

    /// Presses the button.
    pub(crate) async fn unlock(&self, query: &str, key: &str) -> Answer {
        self.unlock_from(query, key, &[("Origin", self.origin())]).await
    }

    pub(crate) async fn unlock_from(
        &self,
        query: &str,
        key: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/json"));
        let body = json!({"query": query, "key": key}).to_string();
        http::exchange(self.address, "POST", "/activate/unlock", &headers, &body).await
    }

    /// Activates the provider, as an administrator does.
    pub(crate) async fn activate(&self) {
        let query = self.query();
        self.open(&query).await;
        let answer = self.unlock(&query, &key()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Path and query of a call that the marketplace signed with this secret.
    pub(crate) fn signed_under(&self, secret: &str, path: &str, more: &[(&str, &str)]) -> String {
        let timestamp = self.now.load(Ordering::Relaxed).to_string();
        let mut parameters = vec![
            ("customerName", "Müller & Söhne"),
            ("customerWebId", "42"),
            ("userId", "21"),
            ("groupId", "3"),
            ("parameterCacheId", "pc-service"),
            ("apiClaim", SERVICE_CLAIM),
            ("timestamp", &timestamp),
        ];
        parameters.extend(more);
        let origin = self.origin();
        let base = format!("{origin}{path}");
        let url = signed_url::sign_with(&base, &parameters, &Secret::new(secret)).unwrap();
        url.strip_prefix(origin).unwrap().to_owned()
    }

    pub(crate) fn signed(&self, path: &str, more: &[(&str, &str)]) -> String {
        self.signed_under(SECRET, path, more)
    }

    pub(crate) fn service_url(&self) -> String {
        self.service_url_with(&[("estateId", "1.234")])
    }

    pub(crate) fn service_url_with(&self, more: &[(&str, &str)]) -> String {
        self.signed("/services/shop", more)
    }

    /// Opens the service: the path of its window, and the app's page in it.
    pub(crate) async fn call_service(&self) -> (String, Answer) {
        let opened = http::get(self.address, &self.service_url(), &[]).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        let location = opened.header("location").unwrap();
        let page = http::get(self.address, location, &[]).await;
        (location.strip_suffix("/shop").unwrap().to_owned(), page)
    }

    /// Asks as the app does.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> Answer {
        let token = format!("Bearer {APP_TOKEN}");
        let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
        let address = self.app_address.unwrap();
        http::exchange(address, "POST", path, &headers, &body.to_string()).await
    }

    /// Looks at something, as the app does.
    pub(crate) async fn look(&self, path: &str) -> Answer {
        let token = format!("Bearer {APP_TOKEN}");
        http::get(self.app_address.unwrap(), path, &[("Authorization", token.as_str())]).await
    }

    pub(crate) async fn customers(&self) -> Value {
        self.look("/api/customers").await.json()
    }

    /// The state of the one customer.
    pub(crate) async fn customer_state(&self) -> String {
        self.customers().await[0]["state"].as_str().unwrap().to_owned()
    }
}
