//! `get` + `getMarketplaceInvoiceRecipient` (apidoc.onoffice.de, "Get marketplace invoice
//! recipient").

use std::fmt;

use super::{Number, elements};
use crate::php::{self, Value};

/// The parameters of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceRecipientOf {
    /// `transactionid`; the sample sends it as a text, the table says integer.
    pub transaction: Number,
    /// `userid` of the user who paid.
    pub user: Number,
}

impl InvoiceRecipientOf {
    /// Reads the parameters. Which code a missing or malformed number gets is for the rules.
    pub fn parse(parameters: &php::Array) -> Self {
        Self {
            transaction: Number::read(parameters, "transactionid"),
            user: Number::read(parameters, "userid"),
        }
    }
}

/// Whom the provider writes its invoice to.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InvoiceRecipientRecord {
    /// `salutation`
    pub salutation: String,
    /// `firstname`
    pub first_name: String,
    /// `lastname`
    pub last_name: String,
    /// `companyname`
    pub company: String,
    /// `address`: street and number.
    pub address: String,
    /// `zipcode`
    pub zip_code: String,
    /// `city`
    pub city: String,
    /// `country`
    pub country: String,
    /// `email`
    pub email: String,
    /// `companyUstId`: the company's VAT id.
    pub vat_id: String,
}

impl InvoiceRecipientRecord {
    /// The elements of the one record in the answer, in the order of the vendor's sample. This is
    /// the only marketplace call whose `cntabsolute` is 1.
    pub fn elements(&self) -> php::Array {
        let text = |text: &String| Value::from(text.as_str());
        elements([
            ("salutation", text(&self.salutation)),
            ("firstname", text(&self.first_name)),
            ("lastname", text(&self.last_name)),
            ("companyname", text(&self.company)),
            ("address", text(&self.address)),
            ("zipcode", text(&self.zip_code)),
            ("city", text(&self.city)),
            ("country", text(&self.country)),
            ("email", text(&self.email)),
            ("companyUstId", text(&self.vat_id)),
        ])
    }
}

/// A person's address has no place in a log.
impl fmt::Debug for InvoiceRecipientRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvoiceRecipientRecord(…)")
    }
}
