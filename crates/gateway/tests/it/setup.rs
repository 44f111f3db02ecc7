//! A running gateway with a clock of the test's own, and URLs signed for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use freischalt_gateway::{Gateway, GatewayConfig, GatewayError};
use freischalt_protocol::{Secret, UnixTime, signed_url};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fake_api::FakeApi;
use crate::http::{self, Answer};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const SECRET: &str = "provider-secret-0123456789";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const CLAIM: &str = "AbC_123-xyz";
pub(crate) const MARKETPLACE: &str = "http://marketplace.example:8080";

/// The 64 characters of a key as the marketplace shows it.
pub(crate) fn key() -> String {
    "0123456789abcdef".repeat(4)
}

pub(crate) struct Setup {
    pub(crate) api: FakeApi,
    pub(crate) address: SocketAddr,
    pub(crate) activation_url: String,
    now: Arc<AtomicI64>,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<Result<(), GatewayError>>,
}

pub(crate) fn config(api_url: String) -> GatewayConfig {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    GatewayConfig::new(listen, "Muster <b>Foto</b>", Secret::new(SECRET), api_url, MARKETPLACE)
}

impl Setup {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let api = FakeApi::start().await;
        let now = Arc::new(AtomicI64::new(NOW));
        let mut config = config(api.url());
        let clock = now.clone();
        config.clock = Arc::new(move || UnixTime(clock.load(Ordering::Relaxed)));
        change(&mut config);
        let gateway = Gateway::bind(config).await.unwrap();
        let (address, activation_url) = (gateway.local_addr(), gateway.activation_url());
        let (shutdown, stopped) = oneshot::channel();
        let running = tokio::spawn(gateway.run(async move { _ = stopped.await }));
        Self { api, address, activation_url, now, shutdown, running }
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) async fn stop(self) -> Result<(), GatewayError> {
        _ = self.shutdown.send(());
        self.running.await.unwrap()
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
        let origin = format!("http://{}", self.address);
        self.unlock_from(query, key, &[("Origin", &origin)]).await
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
}
