//! Half of what a server can do, for as long as one likes: are memory and handles the same in the
//! end as after the first while?
//!
//! Each client has a customer of its own and lets a provider be activated there again and again: a
//! start by the management API, an unlock by the provider, now and then a block. So every turn
//! writes, and nothing is repeated.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    credential::Credential,
    http::{Connection, post},
    process::Cost,
    torture::Victim,
};

/// How to soak.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server's program
    #[arg(long, value_name = "FILE")]
    pub program: PathBuf,
    /// Its configuration, with an empty store
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// A folder for its log
    #[arg(long, value_name = "DIR")]
    pub folder: PathBuf,
    /// The bearer token of the management API
    #[arg(long, value_name = "TOKEN")]
    pub token: String,
    /// How long
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    pub minutes: f64,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub clients: u64,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Activations, each a start and an unlock.
    pub activations: u64,
    /// Calls that were not answered as they should be.
    pub failed: u64,
    /// One of those.
    pub failure: Option<String>,
    /// Activations per second when nobody waits.
    pub full_rate: f64,
    /// Activations per second while it soaked.
    pub rate: f64,
    /// The server at equal distances in time.
    pub samples: Vec<Sample>,
    /// Why memory or handles were not flat.
    pub risen: Option<String>,
}

/// The server at one moment.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Since the beginning.
    pub seconds: u64,
    /// Memory, in bytes.
    pub resident: u64,
    /// Files, sockets and the like that are open.
    pub handles: u64,
    /// Half of the activations since the last sample took no longer, in microseconds.
    pub p50_us: u64,
    /// And 99 of 100.
    pub p99_us: u64,
}

/// How long the full rate is measured.
const FULL: Duration = Duration::from_secs(5);
/// Samples that are taken.
const SAMPLES: u32 = 40;
/// One run of so many is blocked.
const BLOCKED: u64 = 20;
/// Memory may rise by this share of it, and by this many bytes: caches fill up to their limits.
const SHARE: f64 = 0.1;
const BYTES: u64 = 8 * 1024 * 1024;
/// Handles may differ by so many: connections come and go.
const HANDLES: u64 = 8;

/// Starts a server, soaks it, judges.
pub fn run(options: &Options) -> Result<Report> {
    let log = options.folder.join("server.log");
    let server = Victim::start(&options.program, &options.config, None, &log, &[])?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(soak(options, &server, &log))
}

async fn soak(options: &Options, server: &Victim, log: &Path) -> Result<Report> {
    let load = Arc::new(Load::new(server, options));
    load.populate(options.clients).await?;
    let begun = Instant::now();
    load.run(options.clients, None, FULL).await?;
    let full_rate = per_second(load.take().len(), begun.elapsed());
    let half = full_rate / 2.0;
    let slice = Duration::from_secs_f64(options.minutes * 60.0 / f64::from(SAMPLES));
    let pause = Duration::from_secs_f64(options.clients as f64 / half.max(1.0));
    let (begun, mut samples, mut activations) = (Instant::now(), Vec::new(), 0);
    for _ in 0..SAMPLES {
        load.run(options.clients, Some(pause), slice).await?;
        let mut times = load.take();
        times.sort_unstable();
        activations += times.len() as u64;
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        let cost = Cost::of(&[server.id()])?;
        samples.push(Sample {
            seconds: begun.elapsed().as_secs(),
            resident: cost.resident,
            handles: cost.handles,
            p50_us: at(50),
            p99_us: at(99),
        });
        // The log of hours is nobody's interest, and a full disk would end them.
        std::fs::OpenOptions::new().write(true).open(log)?.set_len(0)?;
    }
    let failure = lock(&load.failure).clone();
    Ok(Report {
        activations,
        failed: load.failed.load(Ordering::SeqCst),
        failure,
        full_rate,
        rate: per_second(usize::try_from(activations)?, begun.elapsed()),
        risen: risen(&samples),
        samples,
    })
}

fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// What has risen between the second quarter and the last; the first is for warming up.
fn risen(samples: &[Sample]) -> Option<String> {
    let quarter = samples.len() / 4;
    let highest = |from: usize, read: fn(&Sample) -> u64| {
        samples.iter().skip(from).take(quarter).map(read).max().unwrap_or_default()
    };
    let compare = |what: &str, read: fn(&Sample) -> u64, limit: fn(u64) -> u64| {
        let (early, late) = (highest(quarter, read), highest(samples.len() - quarter, read));
        (late > limit(early)).then(|| format!("{what} rose from {early} to {late}"))
    };
    compare(
        "memory",
        |sample| sample.resident,
        |early| early + BYTES.max((early as f64 * SHARE) as u64),
    )
    .or_else(|| compare("handles", |sample| sample.handles, |early| early + HANDLES))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Load {
    api: SocketAddr,
    management: SocketAddr,
    token: String,
    times: Mutex<Vec<u64>>,
    failed: AtomicU64,
    failure: Mutex<Option<String>>,
}

impl Load {
    fn new(server: &Victim, options: &Options) -> Self {
        Self {
            api: server.api,
            management: server.management,
            token: options.token.clone(),
            times: Mutex::default(),
            failed: AtomicU64::new(0),
            failure: Mutex::default(),
        }
    }

    async fn populate(&self, customers: u64) -> Result<()> {
        let mut connection = Connection::new(self.management);
        let url = "https://provider.example/activate";
        let provider = json!({ "slug": "plan", "name": "Plan", "activationUrl": url });
        self.manage(&mut connection, "/v1/providers", &provider).await?;
        for number in 0..customers {
            let users = json!([{ "id": 1, "name": "Ada", "administrator": true }]);
            let customer = json!({ "slug": format!("c{number}"), "users": users });
            self.manage(&mut connection, "/v1/customers", &customer).await?;
        }
        Ok(())
    }

    /// How long each activation took since the last time, in microseconds.
    fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *lock(&self.times))
    }

    /// Lets each client make an activation every `pause`, or one after the other.
    async fn run(
        self: &Arc<Self>,
        clients: u64,
        pause: Option<Duration>,
        time: Duration,
    ) -> Result<()> {
        let enough = Arc::new(AtomicBool::new(false));
        let mut all = JoinSet::new();
        for number in 0..clients {
            let (load, enough) = (Arc::clone(self), Arc::clone(&enough));
            all.spawn(async move { load.client(number, clients, pause, &enough).await });
        }
        tokio::time::sleep(time).await;
        enough.store(true, Ordering::SeqCst);
        all.join_all().await;
        if lock(&self.times).is_empty() {
            bail!("nothing was answered: {:?}", lock(&self.failure));
        }
        Ok(())
    }

    async fn client(
        &self,
        number: u64,
        clients: u64,
        pause: Option<Duration>,
        enough: &AtomicBool,
    ) {
        let mut connections = (Connection::new(self.management), Connection::new(self.api));
        // Clients begin one after the other, so that the load is even.
        let offset = pause.map(|pause| pause.mul_f64(number as f64 / clients as f64));
        let mut due = Instant::now() + offset.unwrap_or_default();
        for turn in 0.. {
            if enough.load(Ordering::SeqCst) {
                return;
            }
            if let Some(pause) = pause {
                tokio::time::sleep_until(due.into()).await;
                due += pause;
            }
            let begun = Instant::now();
            match self.activate(&mut connections, number, turn % BLOCKED == 0).await {
                Ok(()) => {
                    let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
                    lock(&self.times).push(took);
                }
                Err(error) => {
                    self.failed.fetch_add(1, Ordering::SeqCst);
                    lock(&self.failure).get_or_insert(format!("{error:#}"));
                }
            }
        }
    }

    async fn activate(
        &self,
        (management, api): &mut (Connection, Connection),
        customer: u64,
        block: bool,
    ) -> Result<()> {
        let wanted = json!({ "provider": "plan", "customer": format!("c{customer}") });
        let started = self.manage(management, "/v1/activations", &wanted).await?;
        let text = |name: &str| started[name].as_str().unwrap_or_default().to_owned();
        let credential = Credential {
            activation: text("id"),
            token: text("apiToken"),
            key: text("apiKey"),
            cache_id: text("parameterCacheId"),
            claim: text("apiClaim"),
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let request = post("/api/stable/api.php", &credential.unlock_body(now, 1));
        let answer: Value = serde_json::from_slice(api.ask(&request).await?)?;
        if answer["response"]["results"][0]["status"]["errorcode"] != 0 {
            bail!("an unlock was answered with {answer}");
        }
        if block {
            let path = format!("/v1/activations/{}/block", credential.activation);
            self.manage(management, &path, &json!({})).await?;
        }
        Ok(())
    }

    async fn manage(&self, to: &mut Connection, path: &str, body: &Value) -> Result<Value> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        let answer: Value = serde_json::from_slice(to.ask(request.as_bytes()).await?)?;
        if answer["status"].is_number() {
            bail!("{path} was answered with {answer}");
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(memory: impl Fn(u64) -> u64, handles: impl Fn(u64) -> u64) -> Vec<Sample> {
        let sample = |number| Sample {
            seconds: number,
            resident: memory(number) * 1024 * 1024,
            handles: handles(number),
            p50_us: 1,
            p99_us: 2,
        };
        (0..40).map(sample).collect()
    }

    #[test]
    fn what_rises_after_the_first_while_is_found() {
        assert_eq!(risen(&samples(|_| 30, |_| 50)), None);
        assert_eq!(risen(&samples(|number| 20 + number.min(9), |number| 40 + number % 5)), None);
        let memory = risen(&samples(|number| 30 + number, |_| 50)).unwrap();
        assert!(memory.starts_with("memory rose from"), "{memory}");
        let handles = risen(&samples(|_| 30, |number| 50 + number)).unwrap();
        assert_eq!(handles, "handles rose from 69 to 89");
    }
}
