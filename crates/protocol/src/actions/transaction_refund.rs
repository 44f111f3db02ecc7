//! `do` + `transactionRefund` (apidoc.onoffice.de, "Refund transaction"). There is no parameter
//! for an amount: it is always the whole (inferred).

use super::Number;
use crate::php;

/// The parameter of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionRefund {
    /// `transactionid`
    pub transaction: Number,
}

impl TransactionRefund {
    /// Reads the parameter.
    pub fn parse(parameters: &php::Array) -> Self {
        Self { transaction: Number::read(parameters, "transactionid") }
    }
}
