//! `freischalt unlock`: the one call that makes a pending activation active, against any server
//! that speaks the protocol.

use std::path::{Path, PathBuf};

use clap::Args;
use freischalt_client::{CallError, Client, Credentials, UnlockProvider};
use freischalt_protocol::{ApiClaim, Secret};
use serde::Deserialize;
use serde_json::json;

use crate::{
    arguments::Format,
    failure::Failure,
    input::{self, InputError},
    output,
    runtime::block_on,
};

/// The call to make.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt unlock --api http://127.0.0.1:8080 --from-activation started.json
  freischalt activation start --provider demo --customer musterimmo --json \\
      | freischalt unlock --api http://127.0.0.1:8080 --from-activation -
  FREISCHALT_API_KEY=… freischalt unlock \\
      --api https://api.onoffice.de/api/stable/api.php \\
      --token … --parameter-cache-id … --claim-file claim.txt

Keys and claims are safest in a file or in the environment: other users of the
machine can read command lines.")]
pub(crate) struct UnlockArguments {
    /// The server, or the complete address of its api.php
    #[arg(long, value_name = "URL")]
    api: String,
    /// JSON printed by `activation start --json`; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["token", "parameter_cache_id", "claim", "claim_file", "key_file"],
    )]
    from_activation: Option<PathBuf>,
    /// `apiToken` of the activation URL
    #[arg(long, value_parser = input::parse_secret)]
    token: Option<Secret>,
    /// File with the API key; the key itself may stand in FREISCHALT_API_KEY instead
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[arg(
        long = "key",
        hide = true,
        env = "FREISCHALT_API_KEY",
        hide_env_values = true,
        value_parser = input::parse_secret,
    )]
    key: Option<Secret>,
    /// `parameterCacheId` of the activation URL
    #[arg(long, value_name = "ID")]
    parameter_cache_id: Option<String>,
    /// `apiClaim` of the activation URL
    #[arg(long, value_parser = input::parse_secret)]
    claim: Option<Secret>,
    /// File with the claim
    #[arg(long, value_name = "FILE", conflicts_with = "claim")]
    claim_file: Option<PathBuf>,
    /// Say that the customer is one of the provider's own
    #[arg(long)]
    regular_customer: bool,
    #[command(flatten)]
    format: Format,
}

/// All that the call needs.
struct Call {
    token: Secret,
    key: Secret,
    parameter_cache_id: String,
    claim: ApiClaim,
}

/// The members of a started activation that matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartedActivation {
    api_token: String,
    api_key: String,
    parameter_cache_id: String,
    api_claim: String,
}

/// Makes the call.
pub(crate) fn run(arguments: &UnlockArguments) -> Result<(), Failure> {
    let call = call(arguments)?;
    let client = Client::new(&address(&arguments.api))?;
    let credentials = Credentials::new(call.token.expose(), call.key);
    let unlock = UnlockProvider {
        parameter_cache_id: call.parameter_cache_id,
        claim: call.claim,
        is_regular_customer: arguments.regular_customer,
    };
    match block_on(client.unlock_provider(&credentials, &unlock))? {
        Ok(()) if arguments.format.json => output::print_json(&json!({"unlocked": true})),
        Ok(()) => output::print(&output::good("The provider is active.")),
        Err(CallError::Refused(refusal)) if arguments.format.json => {
            let code = refusal.code;
            output::print_json(&json!({
                "unlocked": false, "code": code, "message": refusal.message, "hint": refusal.hint,
            }))?;
            Err(Failure::AnsweredNo)
        }
        Err(CallError::Refused(refusal)) => Err(Failure::No(format!(
            "{refusal}\n`freischalt error {}` says more about it",
            refusal.code
        ))),
        Err(error) => Err(error.into()),
    }
}

/// The address of the API; a server alone is completed by the usual path.
fn address(given: &str) -> String {
    match given.split_once("://") {
        Some((_, rest)) if !rest.trim_end_matches('/').contains(['/', '?', '#']) => {
            format!("{}/api/stable/api.php", given.trim_end_matches('/'))
        }
        _ => given.to_owned(),
    }
}

fn call(arguments: &UnlockArguments) -> Result<Call, InputError> {
    match &arguments.from_activation {
        Some(path) => from_activation(path),
        None => from_arguments(arguments),
    }
}

fn from_activation(path: &Path) -> Result<Call, InputError> {
    let json = input::read(Some(path))?;
    let started: StartedActivation =
        serde_json::from_slice(&json).map_err(|cause| InputError::Document {
            place: input::place(Some(path)),
            expected: "the JSON object that `activation start --json` prints",
            cause,
        })?;
    Ok(Call {
        token: Secret::new(started.api_token),
        key: Secret::new(started.api_key),
        parameter_cache_id: started.parameter_cache_id,
        claim: ApiClaim::new(started.api_claim),
    })
}

fn from_arguments(arguments: &UnlockArguments) -> Result<Call, InputError> {
    let token = input::secret(None, arguments.token.as_ref(), "the API token", "--token")?;
    let id = arguments.parameter_cache_id.clone();
    let claim = input::secret(
        arguments.claim_file.as_deref(),
        arguments.claim.as_ref(),
        "the API claim",
        "--claim-file FILE or --claim",
    )?;
    Ok(Call {
        token,
        key: input::secret(
            arguments.key_file.as_deref(),
            arguments.key.as_ref(),
            "the API key",
            "--key-file FILE, or with FREISCHALT_API_KEY in the environment",
        )?,
        parameter_cache_id: id.ok_or(InputError::Missing {
            what: "the parameter cache id",
            how: "--parameter-cache-id",
        })?,
        claim: ApiClaim::new(claim.expose()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_alone_is_completed_and_an_address_is_left_alone() {
        for server in ["http://h:1", "http://h:1/"] {
            assert_eq!(address(server), "http://h:1/api/stable/api.php");
        }
        for whole in ["http://h/api/latest/api.php", "http://h?x", "h", ""] {
            assert_eq!(address(whole), whole);
        }
    }
}
