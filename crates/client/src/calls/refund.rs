//! Giving a payment back.

use freischalt_protocol::KnownAction;

use super::{confirm, number};
use crate::{Action, CallError, ProviderAccount};

impl ProviderAccount {
    /// Gives a payment back as a whole: `do`/`transactionRefund`
    /// (apidoc.onoffice.de, "Refund transaction"). Payments and subsequent payments can be refunded
    /// once, a SEPA payment only when it is complete.
    ///
    /// A lost answer is an error, and the call is not sent again by itself: look at the
    /// provider's transactions first. The error 210 then says that it was refunded already.
    ///
    /// ```
    /// use freischalt_client::{CallError, ErrorCode};
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (account, launch) = (sandbox.account().await, sandbox.launched().await.0);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::product()).await;
    /// account.refund(&payment.transaction_id).await?;
    /// let again = account.refund(&payment.transaction_id).await;
    /// assert!(matches!(again, Err(CallError::Refused(refusal)) if refusal.code == ErrorCode(210)));
    /// # Ok(()) });
    /// ```
    pub async fn refund(&self, transaction_id: &str) -> Result<(), CallError> {
        let action = Action::known(KnownAction::TransactionRefund)
            .with_parameter("transactionid", number(transaction_id));
        confirm(&self.call(&action).await?, "result")
    }
}
