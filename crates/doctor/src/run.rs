//! One run: prepare, learn what genuine URLs are answered with, check, report.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    api::Api,
    catalogue::{Area, BUTTON, CHECKS, Check, GENUINE, Make, Probe, Surface},
    first::{self, Button, First},
    http::{Http, NoAnswer},
    marketplace::Marketplace,
    report::{Finding, Outcome, Report},
    safety::{self, Limits, SafetyError},
    sandbox::{Sandbox, SandboxAddress, SandboxError},
    session::{Judged, Session, Trace},
    target::Target,
};

/// Checks at the same time. Providers of one thread answer one after the other anyway.
const AT_ONCE: usize = 6;

/// Which checks are made.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Ids, beginnings of ids, or areas; empty means all.
    pub only: Vec<String>,
    /// As `only`; these are left out.
    pub skip: Vec<String>,
}

impl Selection {
    fn wants(&self, check: &Check) -> bool {
        let meant = |patterns: &[String]| patterns.iter().any(|pattern| check.is_meant_by(pattern));
        (self.only.is_empty() || meant(&self.only)) && !meant(&self.skip)
    }

    /// The checks that are wanted, and what they cannot do without, in the order of the table.
    fn checks_for(&self, session: &Session) -> Vec<&'static Check> {
        let chosen = self.checks();
        let refused = matches!(session.first.activation, First::Refused { .. });
        let unheard = matches!(session.button, Button::Fails { .. });
        let hangs_on_it = |check: &&&Check| matches!(check.area, Area::Unlock | Area::Service);
        let needs_button = unheard && chosen.iter().any(|check| hangs_on_it(&check));
        let is_added = |check: &&Check| {
            (check.id == GENUINE && refused) || (check.id == BUTTON && needs_button)
        };
        let all = CHECKS.iter().copied().flatten();
        all.filter(|check| self.wants(check) || is_added(check)).collect()
    }

    /// The checks that are wanted, in the order of the table.
    pub fn checks(&self) -> Vec<&'static Check> {
        CHECKS.iter().copied().flatten().filter(|check| self.wants(check)).collect()
    }
}

/// Whose API the provider calls while it is examined.
#[derive(Clone, Debug)]
pub enum ApiChoice {
    /// The doctor's own, which listens here. It can fail and lie.
    Own(SocketAddr),
    /// That of a running sandbox, which is honest and checks what it gets.
    Sandbox(SandboxAddress),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// An address may not be called.
    #[error(transparent)]
    Safety(#[from] SafetyError),
    /// The API cannot be played.
    #[error("the API cannot listen on {address}; choose another with --api-listen")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// The sandbox cannot be used.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// No client can be made.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
    /// The provider does not answer.
    #[error("the provider does not answer at {url}: {why}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why not.
        why: String,
    },
    /// No check is wanted.
    #[error("no check is meant by these patterns; `freischalt doctor --list` shows all")]
    NothingToDo,
}

/// Examines a provider, which has to be configured to call the API of this choice.
pub async fn run(
    mut target: Target,
    api: &ApiChoice,
    limits: &Limits,
    selection: &Selection,
) -> Result<Report, DoctorError> {
    let started = Instant::now();
    for url in target.urls() {
        safety::check(url, limits)?;
    }
    if selection.checks().is_empty() {
        return Err(DoctorError::NothingToDo);
    }
    let (api, _serving) = match api {
        ApiChoice::Own(address) => {
            let (played, serving) = Marketplace::serve(*address, limits.slow)
                .await
                .map_err(|cause| DoctorError::Listen { address: *address, cause })?;
            (Api::Played(played), Some(serving))
        }
        ApiChoice::Sandbox(sandbox) => {
            safety::check(&sandbox.url, limits)?;
            (Api::Sandbox(Sandbox::connect(sandbox, &mut target).await?), None)
        }
    };
    for url in target.urls() {
        safety::check(url, limits)?;
    }
    let tls = target.urls().any(|url| url.scheme() == "https");
    let http = Http::new(limits, tls).map_err(DoctorError::Client)?;
    let address = target.activation.to_string();
    let mut session = Session::new(target, api, http);
    let unreachable =
        |why: NoAnswer| DoctorError::Unreachable { url: address.clone(), why: why.to_string() };
    first::learn(&mut session).await.map_err(unreachable)?;
    let checks = selection.checks_for(&session);
    let session = Arc::new(session);
    let findings = check_all(&session, checks).await;
    Ok(Report {
        target: address,
        findings,
        requests: session.requests_made(),
        took: started.elapsed(),
    })
}

async fn check_all(session: &Arc<Session>, checks: Vec<&'static Check>) -> Vec<Finding> {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    let mut alone = Vec::new();
    for (index, check) in checks.into_iter().enumerate() {
        if is_alone(check) {
            alone.push((index, check));
            continue;
        }
        let (session, slots) = (session.clone(), slots.clone());
        tasks.spawn(async move {
            let _slot = slots.acquire().await;
            (index, one(&session, check).await)
        });
    }
    let mut findings = Vec::new();
    while let Some(done) = tasks.join_next().await {
        findings.extend(done.ok());
    }
    for (index, check) in alone {
        findings.push((index, one(session, check).await));
    }
    findings.sort_by_key(|(index, _)| *index);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// Checks that keep a provider busy for long, or that watch what all others change, are made when the
/// others are done.
fn is_alone(check: &Check) -> bool {
    ["FD-UNL-020", "FD-UNL-022", "FD-UNL-034", "FD-CB-035"].contains(&check.id)
}

async fn one(session: &Session, check: &'static Check) -> Finding {
    let (started, mut trace) = (Instant::now(), Trace::default());
    let judged = match check.probe {
        _ if let Some(why) = hangs_on(session, check) => Ok(Outcome::Skipped(why)),
        Probe::Refused(surface, make) => request(session, &mut trace, surface, make, false).await,
        Probe::Accepted(surface, make) => request(session, &mut trace, surface, make, true).await,
        Probe::Own(own) => own(session, &mut trace).await,
    };
    let outcome = match judged {
        Ok(outcome) => outcome,
        // A provider that dies of a request, or never answers it, has failed.
        Err(NoAnswer::Failed(why)) => Outcome::Failed(format!("no answer: {why}")),
        Err(error) => Outcome::Skipped(error.to_string()),
    };
    let took: Duration = started.elapsed();
    Finding { check, outcome, known: false, exchanges: trace.0, took }
}

/// Why a check means nothing, if what it hangs on does not hold.
fn hangs_on(session: &Session, check: &Check) -> Option<String> {
    let surface = check.surface();
    if check.id == surface.genuine_check() {
        return None;
    }
    if let First::Refused { .. } = session.first.activation {
        return Some(format!("genuine URLs are refused, see {GENUINE}"));
    }
    match session.first(surface) {
        First::Refused { .. } => {
            return Some(format!(
                "genuine {} URLs are refused, see {}",
                surface.word(),
                surface.genuine_check()
            ));
        }
        First::Unclear(why) => return Some(why.clone()),
        First::Absent | First::Accepted { .. } => {}
    }
    let is_unheard = matches!(session.button, Button::Fails { .. });
    let needs_it = matches!(check.area, Area::Unlock | Area::Service) && check.id != BUTTON;
    // A service that serves everybody can be judged but for what hangs on an activation.
    let activates = check.area == Area::Unlock || matches!(check.probe, Probe::Own(_));
    (is_unheard && needs_it && activates)
        .then(|| format!("the button of the page reaches no API, see {BUTTON}"))
}

async fn request(
    session: &Session,
    trace: &mut Trace,
    surface: Surface,
    make: Make,
    accept: bool,
) -> Judged {
    let Some((launch, ticket)) = session.ticket(surface).await? else {
        return Ok(Outcome::Skipped(format!("no {} URL was given", surface.word())));
    };
    let ask = make(session, ticket, &launch);
    let answer = match surface {
        // A server calls it, which follows no redirect.
        Surface::Webhook => session.send(trace, &ask).await?,
        _ => session.browse(trace, &ask).await?,
    };
    if answer.is_server_error() {
        return Ok(Outcome::Failed(format!("answered with a server error, {}", answer.status)));
    }
    Ok(match (session.accepts(surface, &answer), accept) {
        (true, true) | (false, false) => Outcome::Passed,
        (true, false) => Outcome::failed("it was accepted as if it were genuine"),
        (false, true) => Outcome::failed("a genuine URL was refused"),
    })
}
