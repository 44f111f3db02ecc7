//! The page that explains a wrong signature. The sandbox only has it, because it takes secrets.

use axum::response::Response;
use freischalt_diagnosis::{Explanation, Hints, explain_order, explain_request, explain_url};
use freischalt_protocol::secret::{Secret, trimmed};
use serde::Deserialize;

use super::{
    account::sandbox_only,
    failure::Failure,
    form::Fields,
    page::page,
    views::{
        Section,
        explain::{Explain, Subject},
        sandbox::Field,
    },
    visitor::Visitor,
};

/// The form as it was sent. It has no debug text, because of the secrets.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    other: String,
}

/// `GET /sandbox/explain`
pub(super) async fn show(visitor: Visitor) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    Ok(page(&Explain { frame: visitor.frame(Section::Explain), ..Default::default() }))
}

/// `POST /sandbox/explain`
pub(super) async fn explain(
    visitor: Visitor,
    Fields(sent): Fields<Sent>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let words = &visitor.language.texts().explain;
    let error = |missing: bool, text: &str| missing.then(|| text.to_owned());
    let text = pasted(&sent.text);
    let secret = Secret::new(trimmed(&sent.secret));
    let mut view = Explain {
        frame: visitor.frame(Section::Explain),
        subject: Subject::named(&sent.subject),
        text: Field { value: text.clone(), error: error(text.is_empty(), words.text_needed) },
        // A secret is never sent back, so it is pasted again for the next attempt.
        secret: Field {
            error: error(secret.expose().is_empty(), words.secret_needed),
            ..Default::default()
        },
        ..Default::default()
    };
    if view.errors().is_empty() {
        let others = match sent.other.trim() {
            "" => Vec::new(),
            other => vec![Secret::new(other)],
        };
        let addresses = registered(&visitor).await;
        let subject = view.subject;
        // It makes thousands of signatures, which would hold up whoever shares the thread.
        let work = move || search(subject, &text, &secret, &others, &addresses);
        let explanation = tokio::task::spawn_blocking(work).await;
        view.explanation = Some(explanation.map_err(|error| Failure::internal(&visitor, &error))?);
    }
    Ok(page(&view))
}

/// Browsers write line breaks of a form as CR LF, and people copy blank lines.
fn pasted(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The addresses of all providers. Without them a URL is explained as well as without a store.
async fn registered(visitor: &Visitor) -> Vec<String> {
    let providers = visitor.app.store.providers().await.unwrap_or_default();
    let urls = providers.into_iter().flat_map(|provider| {
        let services = provider.services.into_iter().map(|service| service.url);
        std::iter::once(provider.activation_url).chain(services)
    });
    let mut urls: Vec<_> = urls.take(200).collect();
    urls.sort();
    urls.dedup();
    urls
}

fn search(
    subject: Subject,
    text: &str,
    secret: &Secret,
    others: &[Secret],
    addresses: &[String],
) -> Explanation {
    let hints = Hints { others, addresses, ..Hints::default() };
    match subject {
        Subject::Url => explain_url(text, secret, &hints),
        Subject::Order => explain_order(text.as_bytes(), secret, &hints),
        Subject::Request => explain_request(text.as_bytes(), 0, secret, &hints, None),
    }
}
