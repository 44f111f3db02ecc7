//! Asking a customer for more money after an order, by a link.

use freischalt_protocol::KnownAction;
use serde_json::Value;

use super::element_of;
use crate::{Action, CallError, Price, ProviderAccount};

/// What the customer shall pay: `do`/`subsequentPaymentLink`
/// (apidoc.onoffice.de, "Subsequent payment link").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPaymentLink {
    /// The transaction that it belongs to.
    pub transaction_id: String,
    /// The amount without VAT.
    pub price_net: Price,
    /// What it is for, in words for the customer.
    pub description: String,
    /// Whether the marketplace sends the link to the customer.
    pub send_mail_to_customer: bool,
}

/// Where the customer pays. Whoever has the address may open it, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// The address.
    pub url: String,
    /// Whether the marketplace sent it to the customer.
    pub mail_sent: bool,
}

impl std::fmt::Debug for PaymentLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaymentLink").field("mail_sent", &self.mail_sent).finish_non_exhaustive()
    }
}

impl ProviderAccount {
    /// Makes a link for subsequent costs. Each call makes another one, so a lost answer is an
    /// error here and not a reason to send the call again.
    ///
    /// ```
    /// use freischalt_client::{NewPaymentLink, PaymentLink};
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (account, launch) = (sandbox.account().await, sandbox.launched().await.0);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::product()).await;
    /// let travel_costs = NewPaymentLink {
    ///     transaction_id: payment.transaction_id,
    ///     price_net: "35.50".parse()?,
    ///     description: "Anfahrt über 30 km".to_owned(),
    ///     send_mail_to_customer: false,
    /// };
    /// let PaymentLink { url, mail_sent } = account.payment_link(&travel_costs).await?;
    /// assert!(url.starts_with("http") && !mail_sent);
    /// # Ok(()) });
    /// ```
    pub async fn payment_link(&self, link: &NewPaymentLink) -> Result<PaymentLink, CallError> {
        let action = Action::known(KnownAction::SubsequentPaymentLink)
            .with_parameter("transactionid", link.transaction_id.as_str())
            .with_parameter("priceNet", link.price_net.to_string())
            .with_parameter("description", link.description.as_str())
            .with_parameter("sendMailToCustomer", link.send_mail_to_customer);
        let result = self.call(&action).await?;
        let made = element_of(&result, "result").ok_or(CallError::NotConfirmed)?;
        let url = made.get("subsequentPaymentUrl").and_then(Value::as_str);
        let mail = made.get("mailToCustomerSent").and_then(Value::as_bool);
        match url.filter(|url| !url.is_empty()) {
            Some(url) => Ok(PaymentLink { url: url.to_owned(), mail_sent: mail.unwrap_or(false) }),
            None => Err(CallError::NotConfirmed),
        }
    }
}
