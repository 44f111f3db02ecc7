//! `do` + `subsequentPaymentLink` (apidoc.onoffice.de, "Subsequent payment link").

use super::{Number, ParameterProblem, elements, parameter};
use crate::php::{self, Value};

/// The parameters of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubsequentPaymentLink {
    /// `transactionid` of the payment that the extra costs belong to.
    pub transaction: Number,
    /// `priceNet`, as sent: `1100.50`. `None` if it is not a text, which no price is.
    pub price_net: Option<String>,
    /// `description`, for the customer.
    pub description: String,
    /// `sendMailToCustomer`
    pub send_mail_to_customer: bool,
}

impl SubsequentPaymentLink {
    /// Reads the parameters. Whether the price is one is for the rules.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        let (description, mail) = ("description", "sendMailToCustomer");
        Ok(Self {
            transaction: Number::read(parameters, "transactionid"),
            price_net: parameters.get_str("priceNet").map(str::to_owned),
            description: parameter::text(parameters, description, "a text for the customer")?,
            send_mail_to_customer: parameter::flag(parameters, mail, "true or false")?,
        })
    }

    /// The elements of the one record in the answer.
    pub fn elements(url: &str, mail_sent: bool) -> php::Array {
        let result = elements([
            ("subsequentPaymentUrl", Value::from(url)),
            ("mailToCustomerSent", Value::from(mail_sent)),
        ]);
        elements([("result", Value::Array(result))])
    }
}
