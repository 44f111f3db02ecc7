//! The marketplace's own calls, typed. What they take and answer is described on the marketplace
//! pages of apidoc.onoffice.de.

mod cancel_subscription;
mod invoice_recipient;
mod payment_link;
mod refund;
mod unlock_provider;

pub use cancel_subscription::{CalendarDate, CancelSubscription, NoSuchDate};
pub use invoice_recipient::{InvoiceRecipient, InvoiceRecipientOf};
pub use payment_link::{NewPaymentLink, PaymentLink};
pub use unlock_provider::UnlockProvider;

use serde_json::Value;

use crate::{ActionResult, CallError};

/// Without an error code, success is one element whose text is `success`; unlocking calls it
/// `success`, the other calls `result`.
fn confirm(result: &ActionResult, element: &str) -> Result<(), CallError> {
    match element_of(result, element).and_then(Value::as_str) {
        Some("success") => Ok(()),
        _ => Err(CallError::NotConfirmed),
    }
}

fn element_of<'a>(result: &'a ActionResult, name: &str) -> Option<&'a Value> {
    result.records.first()?.elements.get(name)
}

/// Text, or the number that PHP may send for one.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// An id that the documentation types as a whole number.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from)
}
