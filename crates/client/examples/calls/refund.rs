use freischalt_client::{CallError, Client, Credentials, Secret};

pub async fn give_back(client: &Client, transaction: &str) -> Result<(), CallError> {
    // Of the API user that the provider made in its own client.
    let credentials = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
    client.provider_account(credentials).refund(transaction).await
}
