use freischalt_client::{ApiClaim, CallError, Client, Credentials, Secret, UnlockProvider};

/// `api` is the API's address, `key` what the administrator pasted, the rest stood in the URL.
pub async fn activate(
    api: &str,
    token: &str,
    key: &str,
    cache_id: &str,
    claim: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let client = Client::new(api)?;
    let credentials = Credentials::new(token, Secret::new(key));
    let unlock = UnlockProvider {
        parameter_cache_id: cache_id.to_owned(),
        claim: ApiClaim::new(claim),
        is_regular_customer: false,
    };
    match client.unlock_provider(&credentials, &unlock).await {
        Ok(()) => Ok("active".to_owned()),
        // Says what was wrong and what to do about it.
        Err(CallError::Refused(refusal)) => Ok(refusal.to_string()),
        Err(other) => Err(other.into()),
    }
}
