//! The providers in `examples` are added to a sandbox, deceived in vain, and activated: over HTTP
//! as their page would do it, and by an administrator in a browser.
//!
//! Runs when `FREISCHALT_EXAMPLES` is set, as `cargo xtask test` does; is shown as ignored otherwise.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use freischalt_e2e::browser::Look;
use freischalt_e2e::gate::{self, Stage, journey};
use freischalt_e2e::http;
use freischalt_e2e::process::Process;
use freischalt_e2e::sandbox::program;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;
use serde_json::json;

const SWITCH: &str = "FREISCHALT_EXAMPLES";
const SLUG: &str = "example";
/// A customer whose name has to be escaped in every way.
const CUSTOMER: &str = "special";
const CUSTOMER_NAME: &str = "<b>Müller & \"Söhne\"</b> *~+%20";
const HOUR: i64 = 3600;

fn main() -> ExitCode {
    let example = |name: &'static str, start: fn(&str) -> Command| {
        journey(name, SWITCH, Look::DESK, async move |stage: &Stage| {
            let provider = Provider::start(stage, start).await?;
            provider.is_not_deceived(stage).await?;
            provider.is_activated(stage).await?;
            provider.is_examined(stage)?;
            provider.works_in_a_browser(stage).await
        })
    };
    gate::main(vec![
        example("node", |_| interpreter("node", &["provider.mjs"])),
        example("php", |port| {
            interpreter("php", &["-S", &format!("127.0.0.1:{port}"), "provider.php"])
        }),
        example("python", |_| interpreter("python3", &["provider.py"])),
        example("ruby", |_| interpreter("ruby", &["provider.rb"])),
    ])
}

/// A running example, and what it was added to the sandbox with.
struct Provider {
    _process: Process,
    address: String,
    /// The registered activation URL.
    url: String,
    secret: String,
    store: tempfile::TempDir,
}

impl Provider {
    /// Registers the provider by the command line, and starts it with the secret that this gives.
    async fn start(stage: &Stage, command: fn(&str) -> Command) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        // As the documents write it, so that the example's own idea of its address is tried as well.
        let address = format!("http://localhost:{port}");
        let url = format!("{address}/activate?theme=a*b~c%20d");
        let added = stage.sandbox.command(&[
            "provider",
            "add",
            "--name",
            "Example",
            "--slug",
            SLUG,
            "--activation-url",
            &url,
        ])?;
        let secret = added["secret"].as_str().context("the provider has no secret")?.to_owned();
        let store = tempfile::tempdir()?;
        let mut command = command(&port);
        command
            .env("PROVIDER_SECRET", &secret)
            .env("MARKETPLACE", stage.sandbox.page(""))
            .env("PORT", &port)
            .env("STORE", store.path().join("customers.json"));
        // What each of them prints first differs, so whether it listens is tried.
        let process = Process::start_and_try(command, || {
            TcpStream::connect(address.trim_start_matches("http://")).is_ok()
        })
        .await?;
        Ok(Self { _process: process, address, url, secret, store })
    }

    /// What is not signed, not signed like this, or not signed now, opens no page and unlocks nothing.
    async fn is_not_deceived(&self, stage: &Stage) -> Result<()> {
        let customer = json!({"slug": CUSTOMER, "name": CUSTOMER_NAME});
        stage.sandbox.manage("/v1/customers", &customer).await?;
        let Begun { url, key, id } = begin(stage)?;
        let forged = [
            url.replace("userId=1", "userId=2"),
            url.replace("theme=a", "theme=b"),
            format!("{url}0"),
            url.split_once("&signature").context("no signature")?.0.to_owned(),
            format!("{}/activate", self.address),
        ];
        for url in forged {
            let page = http::get(&url).await?;
            ensure!(page.status == 403, "{} for a forged address", page.status);
            ensure!(!page.body.contains("unlockButton"), "a page for a forged address");
            let unlocked = self.unlock(&url, &key).await?;
            ensure!(unlocked.body != "active", "a forged address unlocks");
        }
        let elsewhere = http::get(&url.replace("/activate?", "/elsewhere?")).await?;
        ensure!(elsewhere.status == 403, "{} for another path", elsewhere.status);
        for (offset, what) in [(-HOUR, "an old"), (HOUR, "a future")] {
            stage.sandbox.advance_clock(offset).await?;
            let Begun { url, .. } = begin(stage)?;
            stage.sandbox.advance_clock(-offset).await?;
            let page = http::get(&url).await?;
            ensure!(page.status == 403, "{} for {what} address", page.status);
        }
        for nonsense in [json!(null), json!([]), json!({"query": 1, "key": []}), json!("x")] {
            let answer = http::post_json(&format!("{}/unlock", self.address), &nonsense).await?;
            ensure!((400..500).contains(&answer.status), "{} for nonsense", answer.status);
        }
        let state = stage.sandbox.activation(&id).await?["state"].clone();
        ensure!(state != "active", "an attempt to deceive had an effect");
        Ok(())
    }

    /// As the page does it: a wrong key first, then the right one.
    async fn is_activated(&self, stage: &Stage) -> Result<()> {
        let Begun { url, key, id } = begin(stage)?;
        let page = http::get(&url).await?;
        ensure!(page.status == 200, "{} for a signed address", page.status);
        ensure!(page.body.contains("id=\"secret\""), "the page has no key field");
        ensure!(!page.body.contains("<b>"), "a name is not escaped");
        let wrong = self.unlock(&url, &key.chars().rev().collect::<String>()).await?;
        ensure!(wrong.body.contains("137"), "a wrong key is answered with `{}`", wrong.body);
        ensure!(stage.sandbox.activation(&id).await?["state"] == "pending", "a wrong key counts");
        let right = self.unlock(&url, &format!(" {key}\n")).await?;
        ensure!(right.body == "active", "the right key is answered with `{}`", right.body);
        ensure!(stage.sandbox.activation(&id).await?["state"] == "active", "not active");
        let kept = std::fs::read_to_string(self.store.path().join("customers.json"))?;
        ensure!(kept.contains(&key), "the key is not kept");
        Ok(())
    }

    /// The doctor finds nothing to mend.
    fn is_examined(&self, stage: &Stage) -> Result<()> {
        let unlock = format!("{}/unlock", self.address);
        let report = Command::new(program()?)
            .args(["doctor", &self.url, "--sandbox", stage.sandbox.management()])
            .args(["--provider", SLUG, "--unlock-url", &unlock, "--unlock-body", "json"])
            .args(["--unlock-field", "query={query}", "--unlock-field", "key={key}"])
            .args(["--fail-under", "A"])
            .env("FREISCHALT_PROVIDER_SECRET", &self.secret)
            .output()?;
        let text = String::from_utf8_lossy(&report.stdout);
        ensure!(report.status.success() && text.contains(" 0 failed,"), "{text}");
        Ok(())
    }

    async fn works_in_a_browser(&self, stage: &Stage) -> Result<()> {
        stage.be_administrator().await?;
        let key = stage.walk_to_key(SLUG, Audience::All).await?;
        stage.give_key_to_provider(&"0".repeat(64)).await?;
        let report = stage.browser.text(at::REPORT).await?;
        ensure!(report.contains("137"), "a wrong key is reported as `{report}`");
        stage.give_key_to_provider(&key).await?;
        stage.see_active().await?;
        ensure!(stage.state(SLUG).await? == "active", "the page says active, the server does not");
        Ok(())
    }

    async fn unlock(&self, url: &str, key: &str) -> Result<http::Answer> {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let body = json!({"query": query, "key": key});
        http::post_json(&format!("{}/unlock", self.address), &body).await
    }
}

/// An activation at the point where the key is shown.
struct Begun {
    url: String,
    key: String,
    id: String,
}

fn begin(stage: &Stage) -> Result<Begun> {
    let started = stage.sandbox.command(&[
        "activation",
        "start",
        "--provider",
        SLUG,
        "--customer",
        CUSTOMER,
    ])?;
    let text = |name: &str| -> Result<String> {
        started[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"))
    };
    Ok(Begun { url: text("activationUrl")?, key: text("apiKey")?, id: text("id")? })
}

fn interpreter(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    command.args(arguments).current_dir(folder);
    command
}
