//! `do` + `marketplaceCancelAbo` (apidoc.onoffice.de, "Cancel subscription").

use super::{Number, ParameterProblem, parameter};
use crate::php;

/// The parameters of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAbo {
    /// `aboid`, as the callback of the order named it.
    pub abo: Number,
    /// `cancelationDate`, as sent (`YYYY-MM-DD`; one l): nothing is debited from that day on. Empty
    /// if it is absent.
    pub cancelation_date: String,
}

impl CancelAbo {
    /// The parameter with the date.
    pub const DATE: &'static str = "cancelationDate";
    /// What a date looks like, in words.
    pub const DATE_EXPECTED: &'static str = "a day that exists, as YYYY-MM-DD";

    /// Reads the parameters. Whether the date is one is for the rules.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        Ok(Self {
            abo: Number::read(parameters, "aboid"),
            cancelation_date: parameter::text(parameters, Self::DATE, Self::DATE_EXPECTED)?,
        })
    }
}
