use freischalt_client::{CancelSubscription, Session};

pub async fn cancel(session: &Session, abo_id: &str) -> Result<(), Box<dyn std::error::Error>> {
    let cancel = CancelSubscription {
        subscription_id: abo_id.to_owned(),
        from: "2027-03-01".parse()?,
    };
    Ok(session.cancel_subscription(&cancel).await?)
}
