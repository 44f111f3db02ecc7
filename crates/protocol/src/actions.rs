//! The calls themselves: what their parameters mean and what they answer.
//!
//! Reading is lenient where public clients differ: numbers as texts, booleans as 0 and 1.

mod cancel_abo;
mod execute_webhooks;
mod filter;
mod invoice_recipient;
mod parameter;
mod read_basic_settings;
mod read_records;
mod subsequent_payment_link;
mod transaction_refund;
mod unlock_provider;

pub use cancel_abo::CancelAbo;
pub use execute_webhooks::ExecuteWebhooks;
pub use filter::{Condition, Filter, FilterProblem, Operator, SortBy};
pub use invoice_recipient::{InvoiceRecipientOf, InvoiceRecipientRecord};
pub use parameter::{Number, ParameterProblem};
pub use read_basic_settings::ReadBasicSettings;
pub use read_records::ReadRecords;
pub use subsequent_payment_link::SubsequentPaymentLink;
pub use transaction_refund::TransactionRefund;
pub use unlock_provider::{UnlockProvider, extended_claim};

use crate::php::{self, Value};

/// The elements of a call that performed something and says `result` about it:
/// `marketplaceCancelAbo`, `transactionRefund` and `executeMarketplaceWebhooks`. `unlockProvider`
/// says `success` instead (apidoc.onoffice.de, the samples of each).
pub fn result_success() -> php::Array {
    elements([("result", Value::from("success"))])
}

fn elements<const N: usize>(members: [(&str, Value); N]) -> php::Array {
    let mut elements = php::Array::default();
    for (name, value) in members {
        elements.insert(name, value);
    }
    elements
}
