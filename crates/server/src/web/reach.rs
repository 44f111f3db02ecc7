//! Whether a provider's page can be reached at all: a browser does not tell the page around a
//! frame that the frame failed to load.

use std::{io, time::Duration};

use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::Language;
use crate::{egress::NoTarget, state::AppState};

/// How long a provider may take to accept a connection.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What keeps us from connecting to the host of a URL, in words; `None` if nothing does. In production
/// all reasons are the same word: providers choose the host, and the difference would tell them about
/// networks that they cannot see.
pub(super) async fn problem(app: &AppState, url: &str, language: Language) -> Option<String> {
    let words = &language.texts().activation;
    let url = Url::parse(url).ok()?;
    let connecting = async {
        let target = app.target(&url).await?;
        Ok::<_, NoTarget>(TcpStream::connect(&*target.addresses).await)
    };
    let problem = match timeout(TIMEOUT, connecting).await {
        Ok(Ok(Ok(_))) => return None,
        _ if !app.is_sandbox() => words.no_answer,
        Ok(Ok(Err(error))) if error.kind() == io::ErrorKind::ConnectionRefused => words.refused,
        Ok(_) => words.no_such_host,
        Err(_) => words.no_answer,
    };
    Some(problem.to_owned())
}
