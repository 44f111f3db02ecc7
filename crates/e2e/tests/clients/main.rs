//! Clients that exist, against the built command. Which of them are the published packages and
//! which were written anew is in `clients/README.md`.
//!
//! Runs when `FREISCHALT_CLIENTS` is set, as `cargo xtask test` does; is shown as ignored otherwise.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};
use freischalt_e2e::gate;
use freischalt_e2e::sandbox::{DEMO, Sandbox};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SWITCH: &str = "FREISCHALT_CLIENTS";
/// A Python that has the packages of `clients/requirements.txt`.
const PYTHON: &str = "FREISCHALT_CLIENTS_PYTHON";

/// A client and the marketplace it needs.
struct Client {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// Settings of the sandbox's rules. Old clients send no claim, which the vendor now wants.
    policy: &'static [&'static str],
    /// What the client says of the customer.
    is_regular: bool,
    /// The code it can tell for an unknown token; some lose it.
    unknown_token: Option<u32>,
}

const USUAL: Client = Client {
    name: "",
    program: "",
    arguments: &[],
    policy: &[],
    is_regular: false,
    unknown_token: Some(22),
};

const CLIENTS: [Client; 6] = [
    Client {
        name: "python_wrapper",
        program: "python3",
        arguments: &["python_wrapper.py"],
        unknown_token: None,
        ..USUAL
    },
    Client { name: "php_sdk", program: "php", arguments: &["php_sdk.php"], ..USUAL },
    Client {
        name: "php_sdk_before_version_2",
        program: "php",
        arguments: &["php_sdk.php", "v1"],
        ..USUAL
    },
    Client { name: "ruby_sdk", program: "ruby", arguments: &["ruby_sdk.rb"], ..USUAL },
    Client {
        name: "bluepic",
        program: "node",
        arguments: &["bluepic.mjs"],
        policy: &["--policy", "claim_required=false"],
        is_regular: true,
        ..USUAL
    },
    Client { name: "area_butler", program: "node", arguments: &["area_butler.mjs"], ..USUAL },
];

/// What a client made of its four calls.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Outcome {
    wrong_key: Call,
    unlock: Call,
    again: Call,
    unknown_token: Call,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Call {
    ok: bool,
    code: Option<u32>,
}

const SUCCESS: Call = Call { ok: true, code: Some(0) };

fn main() -> ExitCode {
    gate::main(
        CLIENTS
            .into_iter()
            .map(|client| {
                Trial::test(client.name, move || {
                    judge(&client).map_err(|error| Failed::from(format!("{error:#}")))
                })
                .with_ignored_flag(env::var_os(SWITCH).is_none())
            })
            .collect(),
    )
}

fn judge(client: &Client) -> Result<()> {
    Runtime::new()?.block_on(async {
        let sandbox = Sandbox::start_with(client.policy)?;
        let activation = sandbox.start_activation(DEMO).await?;
        let outcome = run(client, &sandbox.api(), &activation)?;
        ensure!(outcome.wrong_key == Call { ok: false, code: Some(137) }, "{outcome:?}");
        ensure!(outcome.unlock == SUCCESS, "{outcome:?}");
        ensure!(outcome.again == SUCCESS, "{outcome:?}");
        let unknown = Call { ok: false, code: client.unknown_token };
        ensure!(outcome.unknown_token == unknown, "{outcome:?}");
        let now = sandbox.latest_activation(DEMO).await?;
        ensure!(now["id"] == activation["id"] && now["state"] == "active", "{now}");
        ensure!(now["isRegularCustomer"] == json!(client.is_regular), "{now}");
        Ok(())
    })
}

fn run(client: &Client, endpoint: &str, activation: &Value) -> Result<Outcome> {
    let program = match (client.program, env::var_os(PYTHON)) {
        ("python3", Some(python)) => PathBuf::from(python),
        (program, _) => PathBuf::from(program),
    };
    let given = json!({
        "endpoint": endpoint,
        "token": activation["apiToken"],
        "key": activation["apiKey"],
        "parameterCacheId": activation["parameterCacheId"],
        "apiClaim": activation["apiClaim"],
    });
    let mut child = Command::new(&program)
        .args(client.arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    child.stdin.take().context("no input")?.write_all(given.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{} failed: {}", client.name, String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("no outcome: {}", String::from_utf8_lossy(&output.stdout)))
}
