//! What the checks of one run share: the target, the API, and what genuine launches look like.

use freischalt_protocol::{Secret, signed_url::Port};
use reqwest::Method;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use crate::{
    api::{Api, Call},
    catalogue::Surface,
    cookie::{Cookie, Jar, Kept},
    exchange::Exchange,
    first::{Button, Dying, First},
    http::{Answer, Ask, Http, NoAnswer},
    launch::{self, Launch, Ticket},
    likeness::Likeness,
    marketplace::Manner,
    order,
    report::Outcome,
    safety::{self, Limits},
    target::Target,
    unlock::{Opened, Press},
};

pub(crate) struct Session {
    pub(crate) target: Target,
    pub(crate) api: Api,
    http: Http,
    /// What became of a port in the text that is signed, in this run: as the provider wants it.
    pub(crate) port: Port,
    /// Whether only plain URLs are accepted: the checks of what else has to be begin with such a one.
    pub(crate) is_plain: bool,
    pub(crate) first: Firsts,
    /// What pressing the button of the page led to.
    pub(crate) button: Button,
    /// Cookies without which the activation does not work, and which die in a frame.
    pub(crate) dying: Dying,
    /// The same of a service.
    pub(crate) dying_in_service: Dying,
    /// A customer that is activated, for services.
    pub(crate) customer: Mutex<Option<Launch>>,
}

/// What the first genuine URL was answered with, by surface.
#[derive(Default)]
pub(crate) struct Firsts {
    pub(crate) activation: First,
    pub(crate) service: First,
    pub(crate) webhook: First,
    pub(crate) callback: First,
}

/// Where a browser arrived that was sent to a signed URL.
#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) answer: Answer,
    /// The address that answered, after redirects that keep the query.
    pub(crate) at: Url,
    /// The address that it was redirected to and that may not be called, or that gave no answer.
    pub(crate) lost: Option<(Url, String)>,
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
        Self {
            port: target.port,
            is_plain: false,
            target,
            api,
            http,
            first: Firsts::default(),
            button: Button::default(),
            dying: Dying::default(),
            dying_in_service: Dying::default(),
            customer: Mutex::new(None),
        }
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

    /// Opens an address as a browser does in a frame.
    pub(crate) async fn get(&self, trace: &mut Trace, url: &str) -> Result<Answer, NoAnswer> {
        self.browse(trace, &framed(url)).await
    }

    /// Asks as a browser does, which follows a redirect that keeps the query: to the address with a
    /// slash at its end, with `www`, with https.
    pub(crate) async fn browse(&self, trace: &mut Trace, ask: &Ask) -> Result<Answer, NoAnswer> {
        self.arrive(trace, ask).await.map(|arrived| arrived.answer)
    }

    /// As [`Self::browse`], and says where it ended.
    pub(crate) async fn arrive(&self, trace: &mut Trace, ask: &Ask) -> Result<Arrived, NoAnswer> {
        let at = Url::parse(&ask.url).map_err(|error| NoAnswer::Failed(error.to_string()))?;
        let answer = self.send(trace, ask).await?;
        let mut arrived = Arrived { answer, at, lost: None };
        let mut ask = ask.clone();
        for _ in 0..REDIRECTS {
            let Some(next) = moved_to(&arrived.at, &arrived.answer) else { break };
            if let Err(error) = safety::check(&next, self.limits()) {
                arrived.lost = Some((next, error.to_string()));
                break;
            }
            next.as_str().clone_into(&mut ask.url);
            match self.send(trace, &ask).await {
                Ok(answer) => (arrived.answer, arrived.at) = (answer, next),
                Err(error @ NoAnswer::Failed(_)) => {
                    arrived.lost = Some((next, error.to_string()));
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(arrived)
    }

    /// Follows what is left of redirects on the same origin, with the cookies of the jar. Where else a
    /// provider sends its users is not examined.
    async fn follow(
        &self,
        trace: &mut Trace,
        mut answer: Answer,
        mut at: Url,
        jar: &mut Jar,
    ) -> Result<(Answer, Url), NoAnswer> {
        let origin = at.origin();
        jar.take(&answer.headers);
        for _ in 0..REDIRECTS {
            let next = redirect(&at, &answer).filter(|next| next.origin() == origin);
            let Some(next) = next else { break };
            let cookies = jar.header();
            let mut ask = framed(next.as_str());
            if !cookies.is_empty() {
                ask = ask.with_header("Cookie", cookies);
            }
            (answer, at) = (self.send(trace, &ask).await?, next);
            jar.take(&answer.headers);
        }
        Ok((answer, at))
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
        self.fit(Ticket::activation(&self.target.activation, launch, self.api.now()))
    }

    /// The ticket of a service call or webhook.
    pub(crate) fn service_ticket(&self, base: &Url, launch: &Launch) -> Ticket {
        self.fit(Ticket::service(base, launch, self.api.now()))
    }

    /// As this provider accepts it.
    fn fit(&self, ticket: Ticket) -> Ticket {
        let ticket = ticket.on(self.port);
        if self.is_plain { ticket.plain() } else { ticket }
    }

    pub(crate) async fn base(&self, surface: Surface) -> Result<Option<Url>, NoAnswer> {
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

    /// Opens a signed URL of a service as a browser does.
    pub(crate) async fn visit(&self, trace: &mut Trace, url: &str) -> Result<Visit, NoAnswer> {
        self.visit_with(trace, url, self.dying_in_service.kept()).await
    }

    /// As [`Self::visit`], and keeps these cookies.
    pub(crate) async fn visit_with(
        &self,
        trace: &mut Trace,
        url: &str,
        kept: Kept,
    ) -> Result<Visit, NoAnswer> {
        let Arrived { answer: first, at, .. } = self.arrive(trace, &framed(url)).await?;
        let (last, at) = self.follow(trace, first.clone(), at, &mut Jar::new(kept)).await?;
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
                let ticket = self.fit(Ticket::activation(&base, &launch, now));
                (launch, ticket)
            }
            // It carries nothing of a customer.
            Surface::Callback => (Launch::new(), self.fit(Ticket::callback(&base, now))),
            Surface::Service | Surface::Webhook => {
                let launch = self.another_launch().await?;
                let ticket = self.service_ticket(&base, &launch);
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

    /// What became of the first genuine URL of a surface.
    pub(crate) fn first(&self, surface: Surface) -> &First {
        match surface {
            Surface::Activation => &self.first.activation,
            Surface::Service => &self.first.service,
            Surface::Webhook => &self.first.webhook,
            Surface::Callback => &self.first.callback,
        }
    }

    pub(crate) fn likeness(&self, surface: Surface) -> Option<&Likeness> {
        match self.first(surface) {
            First::Accepted { likeness, .. } => Some(likeness),
            _ => None,
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
        self.open_url(trace, &ticket.signed(self.secret())).await.map(|(_, opened)| opened)
    }

    /// Opens the activation page at a URL: the first answer, and the page where it ended.
    pub(crate) async fn open_url(
        &self,
        trace: &mut Trace,
        url: &str,
    ) -> Result<(Answer, Opened), NoAnswer> {
        self.open_with(trace, url, self.dying.kept()).await
    }

    /// As [`Self::open_url`], and keeps these cookies.
    pub(crate) async fn open_with(
        &self,
        trace: &mut Trace,
        url: &str,
        kept: Kept,
    ) -> Result<(Answer, Opened), NoAnswer> {
        let Arrived { answer: first, at, .. } = self.arrive(trace, &framed(url)).await?;
        let query = at.query().unwrap_or_default().to_owned();
        let mut jar = Jar::new(kept);
        let mut dying = Cookie::all(&first.headers);
        let (page, at) = self.follow(trace, first.clone(), at, &mut jar).await?;
        dying.extend(Cookie::all(&page.headers));
        dying.retain(|cookie| !cookie.lives_in_frames());
        Ok((first, Opened { url: at, query, page, jar, dying }))
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

    /// Presses the button. A page that answers by a redirect is shown where it leads to.
    pub(crate) async fn press(&self, trace: &mut Trace, press: &Press) -> Result<Answer, NoAnswer> {
        let answer = self.send(trace, &press.ask()).await?;
        // Others ask for the same request again, with the key.
        if !matches!(answer.status, 301..=303) || press.method != Method::POST {
            return Ok(answer);
        }
        let mut jar = press.jar.clone();
        self.follow(trace, answer, press.url.clone(), &mut jar).await.map(|(answer, _)| answer)
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

/// The address that an answer redirects to.
fn redirect(at: &Url, answer: &Answer) -> Option<Url> {
    let is_one = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
    is_one.then(|| at.join(&answer.header("location")).ok())?
}

/// The address that an answer redirects to, if that is another address of the same page: the query
/// stays.
pub(crate) fn moved_to(at: &Url, answer: &Answer) -> Option<Url> {
    let next = redirect(at, answer)?;
    let decoded = |url: &Url| {
        let query = url.query().unwrap_or_default().to_owned();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>()
    };
    let (before, after) = (decoded(at), decoded(&next));
    (!before.is_empty() && before == after && next != *at).then_some(next)
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
