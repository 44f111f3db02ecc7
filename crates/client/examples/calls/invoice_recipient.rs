use freischalt_client::{CallError, InvoiceRecipientOf, Session};

pub async fn invoice_to(session: &Session, transaction: &str) -> Result<String, CallError> {
    let of = InvoiceRecipientOf {
        transaction_id: transaction.to_owned(),
        user_id: "21".to_owned(),
    };
    let to = session.invoice_recipient(&of).await?;
    Ok(format!("{}\n{}\n{} {}", to.company, to.address, to.zip_code, to.city))
}
