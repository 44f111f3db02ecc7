//! A server per test, and an activation at the point where the key is shown.

use std::net::SocketAddr;

use freischalt_protocol::{Secret, seal::MasterKey};
use freischalt_server::{Config, Mode, Server, seeds};
use freischalt_store::{Location, Store};
use serde_json::{Value, json};

use crate::{
    signing::{self, PREFIX},
    wire::{self, Answer},
};

pub const API: &str = "/api/stable/api.php";

/// A running server.
pub struct World {
    pub api: SocketAddr,
    pub management: SocketAddr,
    /// The server's store, for what cannot be brought about from outside.
    pub store: Store,
    token: Option<String>,
}

/// What an administrator and a provider hold of an activation.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: String,
    pub token: String,
    pub key: String,
    pub claim: String,
    pub entry: String,
    pub url: String,
}

impl World {
    /// A sandbox with demo data.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A sandbox with demo data and other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = sandbox();
        change(&mut config);
        Self::run(config).await
    }

    /// Production, whose management API wants this token; with demo data, to have some.
    pub async fn production(token: &str) -> Self {
        Self::production_with(token, |_| {}).await
    }

    /// The same with other settings.
    pub async fn production_with(token: &str, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = sandbox();
        config.mode = Mode::Production;
        config.management_token = Some(Secret::new(token));
        change(&mut config);
        Self::run(config).await
    }

    async fn run(config: Config) -> Self {
        let token = config.management_token.as_ref().map(|token| token.expose().to_owned());
        let server = Server::bind(config).await.expect("free ports");
        seeds::ensure(server.store()).await.expect("demo data");
        let (api, management) =
            (server.marketplace_addr().unwrap(), server.management_addr().unwrap());
        let store = server.store().clone();
        tokio::spawn(server.run(std::future::pending()));
        Self { api, management, token, store }
    }

    /// Tells the marketplace where a seeded provider is.
    pub async fn place(&self, provider: &'static str, url: &str) {
        let (activation, service) = (format!("{url}/activate"), format!("{url}/service"));
        seeds::place(&self.store, provider, &activation, &service)
            .await
            .expect("a seeded provider");
    }

    /// The secret of a seeded provider.
    pub async fn provider_secret(&self, provider: &'static str) -> Secret {
        seeds::secret(&self.store, provider).await.expect("a seeded provider")
    }

    /// A call of the management API, with the token where one is needed.
    pub async fn manage(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token.as_deref().unwrap_or_default());
        let mut headers = vec![("Content-Type", "application/json")];
        if self.token.is_some() {
            headers.push(("Authorization", bearer.as_str()));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = wire::request(method, path, &headers, body.as_bytes());
        wire::exchange(self.management, &request).await
    }

    /// A call of the management API that must succeed.
    pub async fn managed(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.manage(method, path, body).await;
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// The server's time, in Unix seconds.
    pub async fn now(&self) -> i64 {
        self.managed("GET", "/v1/clock", None).await["unix"].as_i64().expect("seconds")
    }

    pub async fn advance(&self, seconds: i64) {
        self.managed("PUT", "/v1/clock", Some(&json!({ "advance": seconds }))).await;
    }

    /// Starts the activation of a provider in the customer of the examples.
    pub async fn start(&self, provider: &str) -> Run {
        let body = json!({ "provider": provider, "customer": "musterimmo" });
        Run::read(&self.managed("POST", "/v1/activations", Some(&body)).await)
    }

    /// What the management API shows of an activation.
    pub async fn show(&self, run: &Run) -> Value {
        self.managed("GET", &format!("/v1/activations/{}", run.id), None).await
    }

    pub async fn state(&self, run: &Run) -> String {
        self.show(run).await["state"].as_str().expect("a state").to_owned()
    }

    pub async fn block(&self, run: &Run) {
        self.managed("POST", &format!("/v1/activations/{}/block", run.id), None).await;
    }

    /// Calls the provider's first service: the entry and claim that its URL carries.
    pub async fn service_call(&self, run: &Run) -> Run {
        self.service_call_with(run, json!({})).await
    }

    /// The same in the name of another user.
    pub async fn service_call_by(&self, run: &Run, user: i64) -> Run {
        self.service_call_with(run, json!({ "user": user })).await
    }

    async fn service_call_with(&self, run: &Run, body: Value) -> Run {
        let path = format!("/v1/activations/{}/service-calls", run.id);
        let called = self.managed("POST", &path, Some(&body)).await;
        let text = |name: &str| called[name].as_str().expect("a text").to_owned();
        Run { claim: text("apiClaim"), entry: text("parameterCacheId"), ..run.clone() }
    }

    /// Posts a body to the API as the official PHP SDK does.
    pub async fn post(&self, body: &[u8]) -> Answer {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        wire::exchange(self.api, &wire::request("POST", API, &headers, body)).await
    }

    /// Posts actions under the run's token.
    pub async fn call(&self, run: &Run, actions: &[Value]) -> Answer {
        self.post(run.envelope(actions).to_string().as_bytes()).await
    }

    /// A correct unlock.
    pub async fn unlock(&self, run: &Run) -> Answer {
        let action = self.unlock_action(run).await;
        self.call(run, &[action]).await
    }

    /// The action of a correct unlock, signed with the server's time.
    pub async fn unlock_action(&self, run: &Run) -> Value {
        let parameters = json!({
            "parameterCacheId": run.entry, "extendedclaim": run.claim, "isRegularCustomer": 0,
        });
        run.action(self.now().await, "do", "unlockProvider", parameters)
    }

    /// Another call with the run's claim, signed after the change.
    pub async fn other(
        &self,
        run: &Run,
        verb: &str,
        kind: &str,
        mut parameters: Value,
        change: impl FnOnce(&mut Value),
    ) -> Vec<u8> {
        parameters["extendedclaim"] = json!(run.claim);
        let mut action = run.action(self.now().await, verb, kind, parameters);
        change(&mut action);
        run.sign(&mut action);
        run.envelope(&[action]).to_string().into_bytes()
    }

    /// A correct unlock, changed, and signed again after the change.
    pub async fn resigned(&self, run: &Run, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut action = self.unlock_action(run).await;
        change(&mut action);
        run.sign(&mut action);
        run.envelope(&[action]).to_string().into_bytes()
    }

    /// A correct unlock, changed, with the signature as it was.
    pub async fn changed(&self, run: &Run, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut action = self.unlock_action(run).await;
        change(&mut action);
        run.envelope(&[action]).to_string().into_bytes()
    }
}

impl Run {
    pub fn read(started: &Value) -> Self {
        let text = |name: &str| started[name].as_str().expect("a text").to_owned();
        Self {
            id: text("id"),
            token: text("apiToken"),
            key: text("apiKey"),
            claim: text("apiClaim"),
            entry: text("parameterCacheId"),
            url: text("activationUrl"),
        }
    }

    /// A signed action.
    pub fn action(&self, now: i64, verb: &str, kind: &str, parameters: Value) -> Value {
        let mut action = json!({
            "actionid": format!("{PREFIX}{verb}"), "resourceid": "", "resourcetype": kind,
            "identifier": "", "timestamp": now, "hmac_version": "2", "parameters": parameters,
        });
        self.sign(&mut action);
        action
    }

    /// Signs an action with version 2 as it is now.
    pub fn sign(&self, action: &mut Value) {
        let timestamp = match &action["timestamp"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let text = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
        let (kind, action_id) = (text("resourcetype"), text("actionid"));
        action["hmac"] = signing::v2(&self.key, &timestamp, &self.token, &kind, &action_id).into();
    }

    pub fn envelope(&self, actions: &[Value]) -> Value {
        json!({ "token": self.token, "request": { "actions": actions } })
    }
}

/// A sandbox on free ports, in memory.
pub fn sandbox() -> Config {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Config::sandbox(any, any, Location::Memory, MasterKey::new([7; 32]))
}

/// Fails unless this is the complete answer to a successful unlock.
#[track_caller]
pub fn assert_unlocked(answer: &Answer) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.top(), (200, 0), "{}", answer.text());
    assert_eq!(answer.codes(), [0], "{}", answer.text());
    let elements = &answer.json()["response"]["results"][0]["data"]["records"][0]["elements"];
    assert_eq!(elements, &json!({ "success": "success" }));
}
