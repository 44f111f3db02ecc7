//! Whether a provider's page can be reached at all: a browser does not tell the page around a
//! frame that the frame failed to load.

use std::{io, time::Duration};

use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::Language;

/// How long a provider may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// What keeps us from connecting to the host of a URL, in words; `None` if nothing does.
pub(super) async fn problem(url: &str, language: Language) -> Option<String> {
    let words = &language.texts().activation;
    let url = Url::parse(url).ok()?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => None,
        Err(_) => Some(words.no_answer.to_owned()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Some(words.refused.to_owned())
        }
        Ok(Err(_)) => Some(words.no_such_host.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_is_reached_and_a_closed_port_is_not() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/activate", listener.local_addr().unwrap());
        assert_eq!(problem(&url, Language::En).await, None);
        drop(listener);
        let refused = Language::En.texts().activation.refused;
        assert_eq!(problem(&url, Language::En).await.as_deref(), Some(refused));
    }

    #[tokio::test]
    async fn a_name_that_never_resolves_is_said_to() {
        let found = problem("http://funkstille.invalid/activate", Language::De).await;
        assert_eq!(found.as_deref(), Some(Language::De.texts().activation.no_such_host));
    }
}
