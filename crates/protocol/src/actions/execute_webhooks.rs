//! `do` + `executeMarketplaceWebhooks` (apidoc.onoffice.de, "Execute webhooks"). The record's id
//! is the action's `resourceid`.

use super::{ParameterProblem, parameter};
use crate::php;

/// The parameter of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecuteWebhooks {
    /// `module`, as sent: `estate`, `address`, `task` or `calendar`. Empty if it is absent.
    pub module: String,
}

impl ExecuteWebhooks {
    /// The name of the parameter.
    pub const MODULE: &'static str = "module";
    /// What it may be, in words.
    pub const MODULE_EXPECTED: &'static str = "estate, address, task or calendar";

    /// Reads the parameter.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        let module = parameter::text(parameters, Self::MODULE, Self::MODULE_EXPECTED)?;
        Ok(Self { module })
    }
}
