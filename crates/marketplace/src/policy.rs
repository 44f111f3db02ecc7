//! Where the vendor's behaviour is unknown, or a marketplace may reasonably want another: the
//! switches, with defaults that serve a provider's developer best.

use freischalt_protocol::ErrorCode;
use serde::{Deserialize, Serialize};

/// Lifetimes and choices that the rules follow. Every field is a documented setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Seconds that an API claim serves. The vendor announces a limit but gives none.
    pub claim_lifetime: i64,
    /// Seconds that a parameter cache entry serves. The vendor gives none.
    pub parameter_cache_lifetime: i64,
    /// Seconds that an action's timestamp may differ from the server's clock, in either direction.
    /// Documented: 120.
    pub timestamp_tolerance: i64,
    /// Whether a marketplace API user must send `extendedclaim`. Documented as mandatory; older
    /// clients do not send it.
    pub claim_required: bool,
    /// Whether legacy signatures (HMAC version 1) are accepted. Documented as accepted.
    pub hmac_v1: bool,
    /// Whether `unlockProvider` refuses a filled `resourceid` with 24. The documentation wants it
    /// empty and does not say what happens otherwise.
    pub strict_resource_id: bool,
    /// The answer to an API user that was switched off: 22 (as for an unknown token), 104 or 48.
    pub blocked_api_user: ErrorCode,
    /// The answer to a wrong signature: 137, or the older 49.
    pub wrong_signature: ErrorCode,
    /// The most actions in one request. The vendor gives none.
    pub max_actions: usize,
    /// Seconds that the timestamp of a signed order or window message may differ from the server's
    /// clock, in either direction. The vendor gives none.
    pub order_age: i64,
    /// Seconds that a placed order waits for its payment. The vendor gives none.
    pub order_lifetime: i64,
    /// The most products in one order. A live provider's code says that the vendor accepts one.
    pub max_products: usize,
    /// Seconds after a payment in which `getMarketplaceInvoiceRecipient` answers without a claim.
    /// Documented: 900.
    pub invoice_recipient_window: i64,
    /// Thousandths of each payment that the marketplace keeps. Ours; nothing by default.
    pub fee_permille: u16,
    /// Seconds that a link for a subsequent payment serves. The vendor gives none.
    pub payment_link_lifetime: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            claim_lifetime: 24 * 60 * 60,
            parameter_cache_lifetime: 8 * 60 * 60,
            timestamp_tolerance: 120,
            claim_required: true,
            hmac_v1: true,
            strict_resource_id: true,
            blocked_api_user: ErrorCode::NOT_AUTHENTICATED,
            wrong_signature: ErrorCode::HMAC_INVALID,
            max_actions: 500,
            order_age: 10 * 60,
            order_lifetime: 60 * 60,
            max_products: 1,
            invoice_recipient_window: 900,
            fee_permille: 0,
            payment_link_lifetime: 30 * 24 * 60 * 60,
        }
    }
}

/// A setting that the rules cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {found}; it must be {expected}")]
pub struct PolicyProblem {
    /// The setting's name.
    pub setting: &'static str,
    /// Its value.
    pub found: String,
    /// What would be right.
    pub expected: &'static str,
}

impl Policy {
    /// Checks the ranges: lifetimes 60 seconds to 30 days, tolerances and the window of the invoice
    /// recipient 1 second to an hour or a day, 1 to 10,000 actions, 1 to 1,000 products, and the
    /// codes to those named at the fields.
    pub fn check(&self) -> Result<(), PolicyProblem> {
        const MONTH: i64 = 30 * 24 * 60 * 60;
        let lifetimes = "60 to 2592000 seconds";
        range("claim_lifetime", self.claim_lifetime, 60..=MONTH, lifetimes)?;
        range("parameter_cache_lifetime", self.parameter_cache_lifetime, 60..=MONTH, lifetimes)?;
        range("timestamp_tolerance", self.timestamp_tolerance, 1..=3600, "1 to 3600 seconds")?;
        range("max_actions", self.max_actions, 1..=10_000, "1 to 10000")?;
        range("order_age", self.order_age, 1..=86_400, "1 to 86400 seconds")?;
        range("order_lifetime", self.order_lifetime, 60..=MONTH, lifetimes)?;
        range("max_products", self.max_products, 1..=1_000, "1 to 1000")?;
        let window = self.invoice_recipient_window;
        range("invoice_recipient_window", window, 1..=86_400, "1 to 86400 seconds")?;
        range("fee_permille", self.fee_permille, 0..=500, "0 to 500")?;
        range("payment_link_lifetime", self.payment_link_lifetime, 60..=MONTH, lifetimes)?;
        one_of("blocked_api_user", self.blocked_api_user, &[22, 48, 104], "22, 48 or 104")?;
        one_of("wrong_signature", self.wrong_signature, &[137, 49], "137 or 49")
    }
}

fn range<T: PartialOrd + ToString>(
    setting: &'static str,
    value: T,
    range: std::ops::RangeInclusive<T>,
    expected: &'static str,
) -> Result<(), PolicyProblem> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(PolicyProblem { setting, found: value.to_string(), expected })
}

fn one_of(
    setting: &'static str,
    code: ErrorCode,
    codes: &[u32],
    expected: &'static str,
) -> Result<(), PolicyProblem> {
    if codes.contains(&code.0) {
        return Ok(());
    }
    Err(PolicyProblem { setting, found: code.to_string(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_within_its_own_ranges() {
        assert_eq!(Policy::default().check(), Ok(()));
    }

    #[test]
    fn a_value_outside_names_setting_and_range() {
        let policy = Policy { blocked_api_user: ErrorCode(7), ..Policy::default() };
        let problem = policy.check().unwrap_err();
        assert_eq!(problem.to_string(), "blocked_api_user is 7; it must be 22, 48 or 104");
        assert!(Policy { claim_lifetime: 59, ..Policy::default() }.check().is_err());
        assert!(Policy { max_actions: 0, ..Policy::default() }.check().is_err());
    }
}
