//! The shop's pages, as typed contexts of their templates. Links are relative, so that they lead
//! back through the gateway whatever it is called by.

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::gateway::Order;
use crate::item::Item;
use crate::ledger::{Sale, SaleState};
use crate::session::{Language, Session};

#[derive(Template)]
#[template(path = "shop.html")]
pub(crate) struct ShopPage<'a> {
    pub(crate) language: Language,
    pub(crate) marketplace: &'a str,
    pub(crate) session: &'a Session,
    pub(crate) sales: Vec<Sale>,
}

impl ShopPage<'_> {
    fn title(&self, sale: &Sale) -> &'static str {
        Item::find(&sale.item).map_or("Bestellung", Item::title)
    }

    fn state(&self, sale: &Sale) -> &'static str {
        match sale.state {
            SaleState::Paid => self.language.choose("bezahlt", "paid"),
            SaleState::InProcess => self.language.choose("Zahlung läuft", "payment in process"),
            SaleState::Failed => self.language.choose("nicht bezahlt", "not paid"),
        }
    }
}

#[derive(Template)]
#[template(path = "result.html")]
pub(crate) struct ResultPage<'a> {
    pub(crate) language: Language,
    pub(crate) marketplace: &'a str,
    pub(crate) order: &'a Order,
}

impl ResultPage<'_> {
    /// The titles of the vendor's result page: one for both good ends.
    fn title(&self) -> &'static str {
        match self.order.state.as_str() {
            "paid" | "in_process" => self
                .language
                .choose("Vielen Dank für Ihre Bestellung!", "Thank you for your order!"),
            "failed" => {
                self.language.choose("Die Zahlung ist fehlgeschlagen.", "The payment failed.")
            }
            _ => self.language.choose("Kein Status", "No status"),
        }
    }

    /// In the words of the marketplace's callback.
    fn status(&self) -> &'static str {
        match self.order.state.as_str() {
            "paid" => "success",
            "in_process" => "inprocess",
            "failed" => "error",
            _ => "",
        }
    }

    fn facts(&self) -> Vec<(&'static str, &str)> {
        let order = self.order;
        let facts = [
            ("status", Some(self.status())),
            ("transactionid", order.transaction_id.as_deref()),
            ("referenceid", order.reference_id.as_deref()),
            ("aboid", order.subscription_id.as_deref()),
            ("message", order.message.as_deref()),
            ("errorCodes", order.error_codes.as_deref()),
        ];
        let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
        known.filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
pub(crate) struct RefusedPage<'a> {
    pub(crate) language: Language,
    pub(crate) marketplace: &'a str,
}

/// A page with what it needs allowed and nothing else. Who may frame it is the gateway's business.
pub(crate) fn render(status: StatusCode, marketplace: &str, page: &impl Template) -> Response {
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = (status, Html(html)).into_response();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {marketplace}; \
         connect-src 'self'; font-src 'self' {marketplace}; form-action 'none'; base-uri 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
