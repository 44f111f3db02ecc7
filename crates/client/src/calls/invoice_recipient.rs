//! Whom to write an invoice to.

use freischalt_protocol::KnownAction;

use crate::{Action, ActionResult, CallError, Client, Credentials, Session};

/// Which invoice: `get`/`getMarketplaceInvoiceRecipient`
/// (apidoc.onoffice.de, "Get marketplace invoice recipient").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRecipientOf {
    /// `transactionid` of the callback.
    pub transaction_id: String,
    /// `userId` of the user who paid.
    pub user_id: String,
}

/// The address for the invoice, which the provider has to write itself. Empty where the customer
/// left a field empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InvoiceRecipient {
    /// Form of address.
    pub salutation: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Name of the company.
    pub company: String,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub zip_code: String,
    /// City.
    pub city: String,
    /// Country, in the spelling of the marketplace.
    pub country: String,
    /// E-mail address.
    pub email: String,
    /// VAT id of the company.
    pub vat_id: String,
}

/// A person's address has no place in a log.
impl std::fmt::Debug for InvoiceRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvoiceRecipient(…)")
    }
}

impl Session {
    /// The invoice address of a payment, readable without a limit of time with a claim of the user
    /// who paid.
    ///
    /// ```
    /// use freischalt_client::{InvoiceRecipient, InvoiceRecipientOf};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (client, (launch, credentials)) = (sandbox.client(), sandbox.launched().await);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::product()).await;
    /// # let user_id = launch.user;
    /// # let session = client.session(credentials, launch.claim);
    /// let of = InvoiceRecipientOf { transaction_id: payment.transaction_id, user_id };
    /// let to: InvoiceRecipient = session.invoice_recipient(&of).await?;
    /// println!("{}\n{}\n{} {}", to.company, to.address, to.zip_code, to.city);
    /// assert_eq!(to.company, "Musterimmo GmbH");
    /// # Ok(()) });
    /// ```
    pub async fn invoice_recipient(
        &self,
        of: &InvoiceRecipientOf,
    ) -> Result<InvoiceRecipient, CallError> {
        read(&self.call(&action(of)).await?)
    }
}

impl Client {
    /// The invoice address of a payment made in the last 900 seconds, without a claim; later the
    /// API answers 190 and [`Session::invoice_recipient`] is the way.
    ///
    /// ```
    /// use freischalt_client::InvoiceRecipientOf;
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (client, (launch, credentials)) = (sandbox.client(), sandbox.launched().await);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::product()).await;
    /// # let user_id = launch.user;
    /// let of = InvoiceRecipientOf { transaction_id: payment.transaction_id, user_id };
    /// let to = client.recent_invoice_recipient(&credentials, &of).await?;
    /// assert_eq!(to.last_name, "Albrecht");
    /// # Ok(()) });
    /// ```
    pub async fn recent_invoice_recipient(
        &self,
        credentials: &Credentials,
        of: &InvoiceRecipientOf,
    ) -> Result<InvoiceRecipient, CallError> {
        read(&self.call(credentials, &action(of), None).await?)
    }
}

fn action(of: &InvoiceRecipientOf) -> Action {
    Action::known(KnownAction::InvoiceRecipient)
        .with_parameter("transactionid", of.transaction_id.as_str())
        .with_parameter("userid", of.user_id.as_str())
}

fn read(result: &ActionResult) -> Result<InvoiceRecipient, CallError> {
    let record = result.records.first().ok_or(CallError::NotConfirmed)?;
    let text = |name| record.elements.get(name).map(super::text_of).unwrap_or_default();
    Ok(InvoiceRecipient {
        salutation: text("salutation"),
        first_name: text("firstname"),
        last_name: text("lastname"),
        company: text("companyname"),
        address: text("address"),
        zip_code: text("zipcode"),
        city: text("city"),
        country: text("country"),
        email: text("email"),
        vat_id: text("companyUstId"),
    })
}
