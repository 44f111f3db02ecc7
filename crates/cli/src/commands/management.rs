//! What all commands that talk to the management API share: where it is, the token,
//! and JSON exactly as it came.

use std::path::PathBuf;

use crate::{arguments::Format, failure::Failure, input, output, runtime::block_on};
use clap::Args;
use freischalt_client::management::{Answer, Management, ManagementError};
use freischalt_protocol::Secret;

/// Where the management API is and how to be let in.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Management API")]
pub(crate) struct ManagementArguments {
    /// Address of the management API
    #[arg(
        long = "management",
        value_name = "URL",
        env = "FREISCHALT_MANAGEMENT",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8081"
    )]
    address: String,
    /// File with the bearer token that a production server wants; the token itself may stand in
    /// FREISCHALT_MANAGEMENT_TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The bearer token, which has no option of its own: process lists show options
    #[arg(
        long = "management-token",
        hide = true,
        env = "FREISCHALT_MANAGEMENT_TOKEN",
        hide_env_values = true,
        value_parser = input::parse_secret
    )]
    token: Option<Secret>,
    #[command(flatten)]
    format: Format,
}

impl ManagementArguments {
    /// Makes one call, prints its answer as JSON if asked to, and otherwise by `show`.
    pub(super) fn call<T>(
        &self,
        call: impl AsyncFnOnce(Management) -> Result<Answer<T>, ManagementError>,
        show: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let answer = self.answer(call)?;
        if self.format.json {
            output::print(&answer.text)
        } else {
            output::print(&show(&answer.value))
        }
    }

    /// Makes one call and hands its answer on.
    pub(super) fn answer<T>(
        &self,
        call: impl AsyncFnOnce(Management) -> Result<Answer<T>, ManagementError>,
    ) -> Result<Answer<T>, Failure> {
        let management = self.connect()?;
        Ok(block_on(call(management))??)
    }

    /// Whether a script reads the output.
    pub(super) fn json(&self) -> bool {
        self.format.json
    }

    fn connect(&self) -> Result<Management, Failure> {
        let management = Management::new(&self.address)?;
        if let Some(path) = &self.token_file {
            return Ok(management.with_token(input::secret_file(path, "the bearer token")?));
        }
        let token = input::given_secret(self.token.as_ref(), "FREISCHALT_MANAGEMENT_TOKEN")?;
        Ok(match token {
            Some(token) => management.with_token(token),
            None => management,
        })
    }
}
