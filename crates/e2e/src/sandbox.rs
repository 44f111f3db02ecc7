//! A fresh sandbox for one journey, and its management API.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http;
use crate::process::Process;

const ARGUMENTS: [&str; 9] = [
    "sandbox",
    "--ephemeral",
    "--port",
    "0",
    "--management-port",
    "0",
    "--demo-port",
    "0",
    "--json",
];

/// The customer that every journey belongs to. Seeded.
pub const CUSTOMER: &str = "musterimmo";

/// The provider that really runs. Seeded.
pub const DEMO: &str = "demo";

/// The client in which that provider sees what it has sold. Seeded.
pub const DEMO_CLIENT: &str = "grundrisswerk";

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    _process: Process,
    addresses: Addresses,
}

/// What the sandbox prints when it is ready.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addresses {
    marketplace: String,
    management: String,
    demo_provider: String,
}

impl Sandbox {
    /// Starts the built command on free ports, with nothing kept on disk.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// The same with further options.
    pub fn start_with(options: &[&str]) -> Result<Self> {
        let mut command = Command::new(program()?);
        command.args(ARGUMENTS).args(options);
        let (process, addresses) = Process::start(command, |line| serde_json::from_str(line).ok())?;
        Ok(Self { _process: process, addresses })
    }

    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.marketplace.trim_end_matches('/'))
    }

    /// The address that providers call.
    pub fn api(&self) -> String {
        self.page("/api/stable/api.php")
    }

    /// Somebody of the customer who is, or is not, an administrator.
    pub async fn user(&self, administrator: bool) -> Result<User> {
        let customer = self.get(&format!("/v1/customers/{CUSTOMER}")).await?;
        let users: Vec<User> = serde_json::from_value(customer["users"].clone())
            .with_context(|| format!("{CUSTOMER} has no list of users"))?;
        let found = users.into_iter().find(|user| user.administrator == administrator);
        found.with_context(|| format!("{CUSTOMER} has nobody with administrator = {administrator}"))
    }

    /// Adds a provider whose activation page is at that address.
    pub async fn add_provider(&self, slug: &str, activation_url: &str) -> Result<()> {
        let body = json!({"slug": slug, "name": slug, "activationUrl": activation_url});
        self.post("/v1/providers", &body).await.map(drop)
    }

    /// The activation of the provider that was begun last, as the management API has it.
    pub async fn latest_activation(&self, provider: &str) -> Result<Value> {
        let path = format!("/v1/activations?provider={provider}&customer={CUSTOMER}");
        let list = self.get(&path).await?;
        let all = list.as_array().context("the list of activations is no list")?;
        let latest = all.iter().max_by_key(|activation| activation["createdAt"].as_str());
        let id = latest.and_then(|activation| activation["id"].as_str());
        let id = id.with_context(|| format!("{provider} has no activation"))?;
        self.get(&format!("/v1/activations/{id}")).await
    }

    /// Brings an activation to the point where the key is shown, without a browser.
    pub async fn start_activation(&self, provider: &str) -> Result<Value> {
        let body = json!({"provider": provider, "customer": CUSTOMER});
        self.post("/v1/activations", &body).await
    }

    /// Blocks the provider past the browser, as another administrator would.
    pub async fn block(&self, provider: &str) -> Result<()> {
        let activation = self.latest_activation(provider).await?;
        let id = activation["id"].as_str().context("the activation has no id")?;
        self.post(&format!("/v1/activations/{id}/block"), &json!({})).await.map(drop)
    }

    /// Sends a document to the management API.
    pub async fn manage(&self, path: &str, body: &Value) -> Result<Value> {
        self.post(path, body).await
    }

    /// Runs the command against this sandbox; gives what it prints as JSON.
    pub fn command(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(program()?);
        command.args(arguments).args(["--json", "--management", &self.addresses.management]);
        let output = command.output().context("cannot start the command")?;
        if !output.status.success() {
            bail!(
                "freischalt {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        serde_json::from_slice(&output.stdout).context("the command prints no JSON")
    }

    /// Where the management API is.
    pub fn management(&self) -> &str {
        &self.addresses.management
    }

    /// An activation, as the management API has it.
    pub async fn activation(&self, id: &str) -> Result<Value> {
        self.get(&format!("/v1/activations/{id}")).await
    }

    /// Moves the sandbox's clock.
    pub async fn advance_clock(&self, seconds: i64) -> Result<()> {
        let body = json!({"advance": seconds});
        self.answer("/v1/clock", http::put_json(&self.managed("/v1/clock"), &body).await?).map(drop)
    }

    /// Where the demo provider's own server is.
    pub fn demo_provider(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.demo_provider.trim_end_matches('/'))
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.answer(path, http::get(&self.managed(path)).await?)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.answer(path, http::post_json(&self.managed(path), body).await?)
    }

    fn managed(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.management.trim_end_matches('/'))
    }

    fn answer(&self, path: &str, answer: http::Answer) -> Result<Value> {
        if !(200..300).contains(&answer.status) {
            bail!("management API, {path}: {} {}", answer.status, answer.body);
        }
        serde_json::from_str(&answer.body).with_context(|| format!("{path}: no JSON"))
    }
}

/// A user of a customer.
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    /// Unique within the customer.
    pub id: Value,
    /// Only administrators can activate.
    pub administrator: bool,
}

impl User {
    /// The id as forms carry it.
    pub fn id_text(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }
}

/// `FREISCHALT_BIN`, or the command beside this test in the folder of built programs.
pub fn program() -> Result<PathBuf> {
    if let Some(path) = env::var_os("FREISCHALT_BIN") {
        return Ok(path.into());
    }
    let test = env::current_exe().context("cannot find this test's own file")?;
    let built = test.parent().and_then(Path::parent).context("not in a target folder")?;
    let program = built.join("freischalt");
    if !program.is_file() {
        bail!("{} is missing; build it, or set FREISCHALT_BIN", program.display());
    }
    Ok(program)
}
