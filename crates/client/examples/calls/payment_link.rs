use freischalt_client::{NewPaymentLink, ProviderAccount};

pub async fn travel_costs(
    account: &ProviderAccount,
    transaction: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let link = NewPaymentLink {
        transaction_id: transaction.to_owned(),
        price_net: "35.50".parse()?,
        description: "Anfahrt über 30 km".to_owned(),
        send_mail_to_customer: true,
    };
    Ok(account.payment_link(&link).await?.url)
}
