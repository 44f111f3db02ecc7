//! The shop's pages, as typed contexts of their templates.

use askama::Template;

use super::visit::Visit;
use crate::language::Language;

#[derive(Template)]
#[template(path = "shop.html")]
pub(super) struct ShopPage<'a> {
    pub(super) language: Language,
    pub(super) provider: &'a str,
    pub(super) marketplace_origin: &'a str,
    pub(super) visit: &'a Visit,
    pub(super) facts: Vec<(&'static str, &'a str)>,
}

#[derive(Template)]
#[template(path = "shop_result.html")]
pub(super) struct ResultPage<'a> {
    pub(super) language: Language,
    pub(super) provider: &'a str,
    pub(super) marketplace_origin: &'a str,
    pub(super) result: &'a Visit,
}

impl ResultPage<'_> {
    /// The titles of the vendor's result page: one for both good ends.
    fn title(&self) -> &'static str {
        match self.result.get("status") {
            "success" | "inprocess" => self
                .language
                .choose("Vielen Dank für Ihre Bestellung!", "Thank you for your order!"),
            "error" => {
                self.language.choose("Die Zahlung ist fehlgeschlagen.", "The payment failed.")
            }
            _ => self.language.choose("Kein Status", "No status"),
        }
    }

    fn facts(&self) -> Vec<(&'static str, &str)> {
        const SHOWN: [&str; 6] =
            ["status", "transactionid", "referenceid", "aboid", "message", "errorCodes"];
        let facts = SHOWN.map(|name| (name, self.result.get(name)));
        facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[derive(Template)]
#[template(path = "shop_refused.html")]
pub(super) struct RefusedPage<'a> {
    pub(super) language: Language,
    pub(super) provider: &'a str,
    pub(super) marketplace_origin: &'a str,
}
