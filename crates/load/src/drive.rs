//! The load generator: one thread, connections that are kept open, requests made beforehand.
//!
//! Closed loop: each connection sends its next request when it has its answer. Open loop: requests
//! become due at a fixed rate whatever the server does, and a request's time counts from the moment
//! it was due, so that a server which stalls cannot hide it.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use memchr::memmem::Finder;
use serde::Serialize;
use tokio::{sync::mpsc, task::LocalSet};

use crate::{
    credential,
    histogram::Histogram,
    http::{Connection, post},
    process::Cost,
};

/// What to send, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Where to send it; several are taken in turn
    #[arg(long = "target", value_name = "ADDR", required = true)]
    pub targets: Vec<SocketAddr>,
    /// The path
    #[arg(long, value_name = "PATH", default_value = "/api/stable/api.php")]
    pub path: String,
    /// The credentials to make unlocks of, each used once
    #[arg(long, value_name = "FILE")]
    pub credentials: PathBuf,
    /// Which of them
    #[command(flatten)]
    pub choice: credential::Choice,
    /// Begin again with the first when all are used
    #[arg(long)]
    pub repeat: bool,
    /// Actions in each request
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub actions: usize,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub connections: usize,
    /// Requests per second that become due; without it, each connection sends when it can
    #[arg(long, value_name = "N")]
    pub rate: Option<f64>,
    /// Stop after this time
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub seconds: f64,
    /// A text that a fine answer contains
    #[arg(long, value_name = "TEXT", default_value = r#""success":"success""#)]
    pub expect: String,
    /// A process of the server, whose cost is measured
    #[arg(long = "pid", value_name = "PID")]
    pub pids: Vec<u32>,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Answers that were fine.
    pub answered: u64,
    /// Answers that were not, and requests without one.
    pub failed: u64,
    /// One of those.
    pub failure: Option<String>,
    /// Credentials that are used up.
    pub used: usize,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Fine answers per second.
    pub rate: f64,
    /// Half of the answers came within this.
    pub p50_us: f64,
    /// 99 of 100.
    pub p99_us: f64,
    /// 999 of 1000.
    pub p999_us: f64,
    /// All.
    pub max_us: f64,
    /// What this generator itself spent on a request.
    pub load_cpu_us: f64,
    /// What the server's processes spent on a request.
    pub server_cpu_us: f64,
    /// The server's memory before the first request, in bytes.
    pub server_resident_before: u64,
    /// The server's memory at the end, in bytes.
    pub server_resident: u64,
}

/// Sends and measures.
pub fn run(options: &Options) -> Result<Report> {
    let credentials = credential::read(&options.credentials, options.choice)?;
    if credentials.is_empty() {
        bail!("{} has no credentials left", options.credentials.display());
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let requests = credentials
        .iter()
        .map(|credential| post(&options.path, &credential.unlock_body(now, options.actions)))
        .collect();
    drop(credentials);
    let state = Rc::new(State {
        requests,
        next: Cell::new(0),
        repeat: options.repeat,
        expect: Finder::new(&options.expect).into_owned(),
        end: Cell::new(Instant::now()),
        results: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (own, servers) = (Cost::of_this()?, Cost::of(&options.pids)?);
    let started = Instant::now();
    state.end.set(started + Duration::try_from_secs_f64(options.seconds)?);
    LocalSet::new().block_on(&runtime, async {
        match options.rate {
            None => closed(options, &state).await,
            Some(rate) => open(options, &state, rate).await,
        }
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let before = servers.resident;
    let (own, servers) = (Cost::of_this()?.since(own), Cost::of(&options.pids)?.since(servers));
    Ok(Report { server_resident_before: before, ..state.report(seconds, own, servers) })
}

/// What all connections share.
struct State {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    repeat: bool,
    expect: Finder<'static>,
    end: Cell<Instant>,
    results: RefCell<Results>,
}

#[derive(Default)]
struct Results {
    times: Histogram,
    failed: u64,
    failure: Option<String>,
}

impl State {
    /// The next request; none when time or credentials are used up.
    fn take(&self) -> Option<&[u8]> {
        let next = self.next.get();
        if Instant::now() >= self.end.get() || (next >= self.requests.len() && !self.repeat) {
            return None;
        }
        self.next.set(next + 1);
        self.requests.get(next % self.requests.len()).map(Vec::as_slice)
    }

    /// Sends a request that was due at a moment, and counts what comes of it.
    async fn send(&self, connection: &mut Connection, request: &[u8], due: Instant) {
        let problem = match connection.ask(request).await {
            Ok(body) if self.expect.find(body).is_some() => None,
            Ok(body) => Some(String::from_utf8_lossy(body).chars().take(300).collect()),
            Err(error) => Some(error.to_string()),
        };
        let mut results = self.results.borrow_mut();
        match problem {
            None => results.times.add(due.elapsed()),
            Some(problem) => {
                results.failed += 1;
                results.failure.get_or_insert(problem);
            }
        }
    }

    fn report(&self, seconds: f64, own: Cost, servers: Cost) -> Report {
        let results = self.results.borrow();
        let answered = results.times.total();
        let each = |cost: Cost| cost.cpu_us as f64 / (answered.max(1)) as f64;
        Report {
            answered,
            failed: results.failed,
            failure: results.failure.clone(),
            used: self.next.get().min(self.requests.len()),
            seconds,
            rate: answered as f64 / seconds,
            p50_us: results.times.percentile_us(0.5),
            p99_us: results.times.percentile_us(0.99),
            p999_us: results.times.percentile_us(0.999),
            max_us: results.times.largest_us(),
            load_cpu_us: each(own),
            server_cpu_us: each(servers),
            server_resident_before: 0,
            server_resident: servers.resident,
        }
    }
}

fn connections(options: &Options) -> impl Iterator<Item = Connection> {
    options.targets.iter().cycle().take(options.connections).map(|target| Connection::new(*target))
}

async fn closed(options: &Options, state: &Rc<State>) -> Result<()> {
    let tasks: Vec<_> = connections(options)
        .map(|mut connection| {
            let state = Rc::clone(state);
            tokio::task::spawn_local(async move {
                while let Some(request) = state.take() {
                    state.send(&mut connection, request, Instant::now()).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.context("a connection's task broke off")?;
    }
    Ok(())
}

async fn open(options: &Options, state: &Rc<State>, rate: f64) -> Result<()> {
    let pace = Pace::start(rate, state.end.get())?;
    let due = Rc::new(tokio::sync::Mutex::new(pace));
    let tasks: Vec<_> = connections(options)
        .map(|mut connection| {
            let (state, due) = (Rc::clone(state), Rc::clone(&due));
            tokio::task::spawn_local(async move {
                loop {
                    let Some(at) = due.lock().await.recv().await else { return };
                    let Some(request) = state.take() else { return };
                    state.send(&mut connection, request, at).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.context("a connection's task broke off")?;
    }
    Ok(())
}

/// Says when requests are due. A thread of its own, because the event loop's timer counts whole
/// milliseconds and would send requests in bursts.
struct Pace;

impl Pace {
    fn start(rate: f64, end: Instant) -> Result<mpsc::UnboundedReceiver<Instant>> {
        let step = Duration::try_from_secs_f64(1.0 / rate).context("the rate must be positive")?;
        let (sender, receiver) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let mut due = Instant::now();
            while due < end {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                if sender.send(due).is_err() {
                    return;
                }
                due += step;
            }
        });
        Ok(receiver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{credential::Credential, echo};

    fn options(target: SocketAddr, credentials: PathBuf) -> Options {
        Options {
            targets: vec![target],
            path: "/".to_owned(),
            credentials,
            choice: credential::Choice::ALL,
            repeat: false,
            actions: 1,
            connections: 3,
            rate: None,
            seconds: 30.0,
            expect: "unlockProvider".to_owned(),
            pids: vec![std::process::id()],
        }
    }

    fn credentials(folder: &tempfile::TempDir, count: usize) -> PathBuf {
        let path = folder.path().join("credentials");
        let mut writer = credential::Writer::create(&path).unwrap();
        let text = "0".repeat(32);
        for _ in 0..count {
            let [activation, token, key, cache_id, claim] = std::array::from_fn(|_| text.clone());
            writer.add(&Credential { activation, token, key, cache_id, claim }).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    #[test]
    fn every_credential_is_used_once_and_what_is_not_expected_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let target = runtime.block_on(echo::start()).unwrap();
        let options = options(target, credentials(&folder, 100));
        let report = run(&options).unwrap();
        assert_eq!((report.answered, report.failed, report.used), (100, 0, 100), "{report:?}");
        assert!(report.p50_us > 0.0 && report.p50_us <= report.max_us);

        let report = run(&Options { expect: "nobody says this".to_owned(), ..options }).unwrap();
        assert_eq!((report.answered, report.failed), (0, 100));
        assert!(report.failure.unwrap().starts_with("{\"token\""));
    }

    #[test]
    fn at_a_rate_no_more_is_sent_than_becomes_due() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let target = runtime.block_on(echo::start()).unwrap();
        let options = Options {
            rate: Some(200.0),
            seconds: 0.5,
            repeat: true,
            ..options(target, credentials(&folder, 1))
        };
        let report = run(&options).unwrap();
        assert_eq!(report.failed, 0, "{report:?}");
        assert!((1..=100).contains(&report.answered), "{report:?}");
    }
}
