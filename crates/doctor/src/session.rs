//! What the checks of one run share: the target, the API, and what genuine launches look like.

use freischalt_protocol::Secret;
use tokio::sync::Mutex;
use url::Url;

use crate::{
    api::{Api, Call},
    catalogue::Surface,
    exchange::Exchange,
    http::{Answer, Ask, Http, NoAnswer},
    launch::{self, Launch, Ticket},
    likeness::Likeness,
    marketplace::Manner,
    order,
    report::Outcome,
    safety::Limits,
    target::Target,
    unlock::{Opened, Press},
};

pub(crate) struct Session {
    pub(crate) target: Target,
    pub(crate) api: Api,
    http: Http,
    pub(crate) likeness: Likenesses,
    /// A customer that is activated, for services.
    pub(crate) customer: Mutex<Option<Launch>>,
}

/// What a genuine URL is answered with, by surface.
#[derive(Default)]
pub(crate) struct Likenesses {
    pub(crate) activation: Option<Likeness>,
    pub(crate) service: Option<Likeness>,
    pub(crate) webhook: Option<Likeness>,
    pub(crate) callback: Option<Likeness>,
}

/// A service that was opened as a browser does it.
pub(crate) struct Visit {
    /// The answer to the signed URL.
    pub(crate) first: Answer,
    /// The page where its redirects led to, on the same origin.
    pub(crate) last: Answer,
    /// Its address.
    pub(crate) at: Url,
}

/// Redirects of one visit.
const REDIRECTS: usize = 3;

/// The exchanges of one check, in order.
#[derive(Default)]
pub(crate) struct Trace(pub(crate) Vec<Exchange>);

/// What a check answers when something it needs does not work: it cannot judge.
pub(crate) type Judged = Result<Outcome, NoAnswer>;

impl Session {
    pub(crate) fn new(target: Target, api: Api, http: Http) -> Self {
        let likeness = Likenesses::default();
        Self { target, api, http, likeness, customer: Mutex::new(None) }
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.target.secret
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.http.limits()
    }

    pub(crate) fn requests_made(&self) -> usize {
        self.http.requests_made()
    }

    pub(crate) async fn send(&self, trace: &mut Trace, ask: &Ask) -> Result<Answer, NoAnswer> {
        let answer = self.http.send(ask).await;
        if trace.0.len() < 4 {
            trace.0.push(Exchange::new(ask, &answer, |text| self.without_credentials(text)));
        }
        answer
    }

    /// A provider may repeat what it got, so reports are cleaned of it whatever its name is.
    fn without_credentials(&self, text: &str) -> String {
        let text = text.replace(self.secret().expose(), "‹provider secret›");
        launch::without_claims(&self.api.without_credentials(text))
    }

    pub(crate) async fn get(&self, trace: &mut Trace, url: &str) -> Result<Answer, NoAnswer> {
        self.send(trace, &framed(url)).await
    }

    /// A new customer whose calls are answered in this manner.
    pub(crate) async fn launch(&self, manner: Manner) -> Result<Launch, NoAnswer> {
        self.api.launch(manner).await
    }

    /// What arrived at the API with the token of a launch.
    pub(crate) async fn calls(&self, launch: &Launch) -> Result<Vec<Call>, NoAnswer> {
        self.api.calls(launch).await
    }

    pub(crate) fn activation(&self, launch: &Launch) -> Ticket {
        Ticket::activation(&self.target.activation, launch, self.api.now())
    }

    async fn base(&self, surface: Surface) -> Result<Option<Url>, NoAnswer> {
        Ok(match surface {
            Surface::Activation => Some(self.target.activation.clone()),
            Surface::Service => self.target.service.clone(),
            Surface::Webhook => self.target.webhook.clone(),
            Surface::Callback => match &self.target.callback {
                Some(url) => Some(url.clone()),
                None => order::callback_url(self).await?,
            },
        })
    }

    /// Opens a signed URL as a browser does.
    pub(crate) async fn visit(
        &self,
        trace: &mut Trace,
        url: &str,
        base: &Url,
    ) -> Result<Visit, NoAnswer> {
        let first = self.get(trace, url).await?;
        let (mut last, mut at) = (first.clone(), base.clone());
        for _ in 0..REDIRECTS {
            let location = last.header("location");
            let next = at.join(&location).ok().filter(|_| (300..400).contains(&last.status));
            // Where else a provider sends its users is not examined.
            let Some(next) = next.filter(|next| next.origin() == base.origin()) else { break };
            last = self.get(trace, next.as_str()).await?;
            at = next;
        }
        Ok(Visit { first, last, at })
    }

    /// A genuine ticket for a surface, and its launch.
    pub(crate) async fn ticket(
        &self,
        surface: Surface,
    ) -> Result<Option<(Launch, Ticket)>, NoAnswer> {
        let Some(base) = self.base(surface).await? else { return Ok(None) };
        let now = self.api.now();
        Ok(Some(match surface {
            Surface::Activation => {
                let launch = self.launch(Manner::Honest).await?;
                let ticket = Ticket::activation(&base, &launch, now);
                (launch, ticket)
            }
            // It carries nothing of a customer.
            Surface::Callback => (Launch::new(), Ticket::callback(&base, now)),
            Surface::Service | Surface::Webhook => {
                let launch = self.another_launch().await?;
                let ticket = Ticket::service(&base, &launch, now);
                (launch, ticket)
            }
        }))
    }

    /// A further launch of the customer that is activated; of a new one if there is none.
    pub(crate) async fn another_launch(&self) -> Result<Launch, NoAnswer> {
        let known = self.customer.lock().await.clone();
        match known {
            Some(known) => self.api.again(&known).await,
            None => self.launch(Manner::Honest).await,
        }
    }

    pub(crate) fn likeness(&self, surface: Surface) -> Option<&Likeness> {
        match surface {
            Surface::Activation => self.likeness.activation.as_ref(),
            Surface::Service => self.likeness.service.as_ref(),
            Surface::Webhook => self.likeness.webhook.as_ref(),
            Surface::Callback => self.likeness.callback.as_ref(),
        }
    }

    /// Whether an answer lets in; without a likeness nothing does.
    pub(crate) fn accepts(&self, surface: Surface, answer: &Answer) -> bool {
        self.likeness(surface).is_some_and(|likeness| likeness.accepts(answer))
    }

    /// Opens the activation page of a launch.
    pub(crate) async fn open(
        &self,
        trace: &mut Trace,
        ticket: &Ticket,
    ) -> Result<Opened, NoAnswer> {
        let url = ticket.signed(self.secret());
        let answer = self.get(trace, &url).await?;
        Opened::new(&url, &answer).ok_or(NoAnswer::Failed("the URL is none".to_owned()))
    }

    /// Opens the page of a launch and prepares its button.
    pub(crate) async fn ready(
        &self,
        trace: &mut Trace,
        launch: &Launch,
        key: &str,
    ) -> Result<Press, NoAnswer> {
        let opened = self.open(trace, &self.activation(launch)).await?;
        Ok(Press::of(&self.target.hop, &opened, launch, key))
    }

    pub(crate) async fn press(&self, trace: &mut Trace, press: &Press) -> Result<Answer, NoAnswer> {
        self.send(trace, &press.ask()).await
    }

    /// The whole activation with an API that behaves in this manner.
    pub(crate) async fn activate(
        &self,
        trace: &mut Trace,
        manner: Manner,
    ) -> Result<(Launch, Answer), NoAnswer> {
        let launch = self.launch(manner).await?;
        let press = self.ready(trace, &launch, &launch.key).await?;
        let answer = self.press(trace, &press).await?;
        trace.0.push(self.heard(&launch).await?);
        Ok((launch, answer))
    }

    /// What the API heard of a launch, for the report.
    pub(crate) async fn heard(&self, launch: &Launch) -> Result<Exchange, NoAnswer> {
        let calls = self.calls(launch).await?;
        let all = calls.iter().map(|call| {
            let genuine = if call.genuine { "rightly signed" } else { "wrongly signed" };
            format!("{} {genuine}", call.resource_type)
        });
        let all: Vec<_> = all.collect();
        let text = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
        Ok(Exchange::note("the API, with the token of this launch, received", text))
    }
}

/// As a browser asks for the page of a frame.
pub(crate) fn framed(url: &str) -> Ask {
    Ask::get(url).with_header("Accept", "text/html,*/*").with_header("Sec-Fetch-Dest", "iframe")
}

/// Whether an answer tells the page that the provider is active: the documented word, alone or as
/// the value of a JSON member.
pub(crate) fn says_active(answer: &Answer) -> bool {
    if answer.status >= 400 {
        return false;
    }
    let text = answer.body.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let json: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
    let member = json.as_ref().and_then(|json| json.as_object());
    let member_says = member
        .is_some_and(|members| members.values().any(|value| value.as_str() == Some("active")));
    let page_says = crate::page::has(&answer.body, "data-state", "active");
    text == "active" || member_says || page_says
}
