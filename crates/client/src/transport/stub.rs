//! A transport that answers from a list, for tests without a network.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{HttpRequest, HttpResponse, Sending, Transport, TransportError};

/// Answers requests from a list, in order, and keeps what was sent. Clones share both.
///
/// ```
/// use freischalt_client::transport::StubTransport;
/// use freischalt_client::{Action, Client, Credentials, Secret, Verb};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let stub = StubTransport::default();
/// stub.answer_json(r#"{"status":{"code":400,"errorcode":22,"message":"Not authenticated"}}"#);
/// let client = Client::builder("http://api.example/api.php").transport(stub.clone()).build()?;
///
/// let credentials = Credentials::new("token", Secret::new("key"));
/// let result = client.call(&credentials, &Action::new(Verb::Read, "estate"), None).await;
/// assert!(result.is_err());
/// assert_eq!(stub.sent().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct StubTransport {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Result<HttpResponse, TransportError>>,
    sent: Vec<HttpRequest>,
}

impl StubTransport {
    /// Adds an answer to the end of the list.
    ///
    /// ```
    /// use freischalt_client::transport::StubTransport;
    /// use freischalt_client::{Action, Client, Credentials, RetryPolicy, Secret, TransportError, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// let stub = StubTransport::default();
    /// stub.answer(Err(TransportError::Timeout("too slow".into())));
    /// stub.answer_json(r#"{"status":{"code":400,"errorcode":22,"message":"Not authenticated"}}"#);
    /// let builder = Client::builder("https://api.example/api.php").transport(stub.clone());
    /// let client = builder.retry(RetryPolicy { attempts: 2, ..RetryPolicy::default() }).build()?;
    /// let credentials = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
    /// let refused = client.call(&credentials, &Action::new(Verb::Read, "user"), None).await;
    /// assert!(refused.is_err());
    /// assert_eq!(stub.sent().len(), 2, "what only reads is sent again");
    /// # Ok(()) });
    /// ```
    pub fn answer(&self, answer: Result<HttpResponse, TransportError>) {
        self.with_state(|state| state.answers.push_back(answer));
    }

    /// Adds an answer with HTTP status 200 and this body.
    pub fn answer_json(&self, body: &str) {
        let content_type = Some("application/json".to_owned());
        self.answer(Ok(HttpResponse {
            status: 200,
            date: None,
            content_type,
            body: body.as_bytes().to_vec(),
        }));
    }

    /// The requests sent so far.
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.with_state(|state| state.sent.clone())
    }

    fn next(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.with_state(|state| {
            state.sent.push(request);
            state.answers.pop_front()
        });
        answer.unwrap_or_else(|| Err(TransportError::Connect("the stub has no answer left".into())))
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for StubTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        let answer = self.next(request);
        Box::pin(async move { answer })
    }
}
