//! The clients that call while the server is killed, and what they write down.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::Range,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::{Ground, Options, Victim};
use crate::{
    credential::Credential,
    http::{Connection, authorized, post},
    linear::{Call, Event, Stage},
};

const API: &str = "/api/stable/api.php";
/// The code of a call that failed inside the server.
const FAILED: u64 = 1;
/// The codes of calls that are refused for the time: the timestamp's, the entry's and the claim's.
const OF_TIME: [u64; 3] = [136, 177, 201];
/// How many calls must be served for a server to be called well again.
const AGAIN: u64 = 20;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// No life is shorter than this, or nothing would ever be asked.
const SHORTEST: u64 = 20;

/// An activation as it is in the end.
#[derive(Debug)]
pub(super) struct Final {
    pub(super) activation: String,
    pub(super) stage: Stage,
    /// Unlocks in its history.
    pub(super) unlocks: usize,
}

/// All activations, and what was asked of each.
pub(super) struct Clients {
    shared: Arc<Shared>,
    chance: Chance,
    /// Servers that go on from one harm to the next.
    servers: Vec<Victim>,
}

struct Shared {
    credentials: Vec<Credential>,
    token: String,
    /// Whether an answer may say that something failed: the server lives, and what it stands on is
    /// harmed.
    may_fail: bool,
    /// Whether nothing more is to be asked in this cycle.
    enough: AtomicBool,
    /// Calls that were answered with what they asked for.
    served: AtomicU64,
    clock: Instant,
    /// How many seconds the clock of the first server is ahead, where it can be.
    ahead: Option<Arc<AtomicI64>>,
    events: Mutex<BTreeMap<usize, Vec<Event>>>,
    noted: Mutex<Noted>,
}

/// Answers that are no part of a history.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// How many said that something failed.
    pub(super) uncertain: u64,
    /// How many were refused for the time.
    pub(super) refused: u64,
    /// Those that nothing explains.
    pub(super) unexpected: Vec<String>,
}

impl Clients {
    pub(super) fn new(options: &Options, ground: &Ground, credentials: Vec<Credential>) -> Self {
        let shared = Shared {
            credentials,
            token: options.token.clone(),
            may_fail: !options.harm.kills_servers(),
            enough: AtomicBool::new(false),
            served: AtomicU64::new(0),
            clock: Instant::now(),
            ahead: ground.ahead(),
            events: Mutex::default(),
            noted: Mutex::default(),
        };
        Self { shared: Arc::new(shared), chance: Chance(options.seed), servers: Vec::new() }
    }

    /// Starts the servers, calls, and kills one of them at a random moment.
    pub(super) async fn kill(
        &mut self,
        options: &Options,
        ground: &Ground,
        window: Range<usize>,
    ) -> Result<()> {
        let mut victims = start(options, ground)?;
        let tasks = self.call(options, &victims, &window);
        tokio::time::sleep(self.life(options)).await;
        // The others go on for a moment: what one had acknowledged must hold for them.
        let chosen = usize::try_from(self.chance.below(victims.len() as u64))?;
        victims.swap(0, chosen);
        for victim in &mut victims {
            victim.kill()?;
            tokio::time::sleep(Duration::from_millis(SHORTEST)).await;
        }
        finish(tasks).await
    }

    /// Calls servers that go on, harms what they stand on, and goes on calling until it works again.
    pub(super) async fn harm(
        &mut self,
        options: &Options,
        ground: &mut Ground,
        window: Range<usize>,
    ) -> Result<()> {
        if self.servers.is_empty() {
            self.servers = start(options, ground)?;
        }
        tokio::task::block_in_place(|| ground.begin())?;
        self.shared.enough.store(false, Ordering::SeqCst);
        let victims = std::mem::take(&mut self.servers);
        let tasks = self.call(options, &victims, &window);
        let (life, chance) = (self.life(options), self.chance.next());
        let (shared, before) = (Arc::clone(&self.shared), lock(&self.shared.noted).uncertain);
        let is_felt = || lock(&shared.noted).uncertain > before;
        tokio::time::sleep(life).await;
        tokio::task::block_in_place(|| ground.harm(chance, is_felt))?;
        self.shared.works_again().await?;
        self.shared.enough.store(true, Ordering::SeqCst);
        finish(tasks).await?;
        tokio::task::block_in_place(|| ground.repair());
        // They found the new server by themselves; the one after it has an address that they were
        // not told when they started.
        self.servers = if ground.moves() { Vec::new() } else { victims };
        Ok(())
    }

    fn life(&mut self, options: &Options) -> Duration {
        let span = options.life.saturating_sub(SHORTEST).max(1);
        Duration::from_millis(SHORTEST + self.chance.below(span))
    }

    fn call(
        &mut self,
        options: &Options,
        victims: &[Victim],
        window: &Range<usize>,
    ) -> Vec<JoinHandle<()>> {
        let addresses: Vec<_> = victims.iter().map(|one| (one.api, one.management)).collect();
        (0..options.clients)
            .map(|_| {
                let (shared, window) = (Arc::clone(&self.shared), window.clone());
                let (addresses, chance) = (addresses.clone(), Chance(self.chance.next()));
                tokio::spawn(async move { shared.call(&addresses, window, chance).await })
            })
            .collect()
    }

    /// Reads every activation that was called, from a server that nobody harms.
    pub(super) async fn read_all(
        &mut self,
        options: &Options,
        ground: &Ground,
    ) -> Result<Vec<Final>> {
        self.servers.clear();
        let victims = start(options, ground)?;
        let management = victims.first().context("there is no configuration")?.management;
        let mut connection = Connection::new(management);
        let mut all = Vec::new();
        for credential in &self.shared.credentials {
            let shown = self.shared.read(&mut connection, credential).await;
            let shown = shown.with_context(|| format!("cannot read {}", credential.activation))?;
            let stage = stage(&shown).with_context(|| format!("what is {shown}?"))?;
            let history = shown["history"].as_array().map(Vec::as_slice).unwrap_or_default();
            let unlocks = history.iter().filter(|entry| entry["event"] == "unlocked").count();
            if !is_in_order(history) {
                bail!("a history is not in the order of what happened: {shown}");
            }
            if (unlocks == 0) != shown["activatedAt"].is_null() {
                bail!("state and history of an activation say different things: {shown}");
            }
            all.push(Final { activation: credential.activation.clone(), stage, unlocks });
        }
        Ok(all)
    }

    /// What was asked of each activation, by its place, and what else was answered.
    pub(super) fn into_events(self) -> (BTreeMap<usize, Vec<Event>>, Noted) {
        let events = std::mem::take(&mut *lock(&self.shared.events));
        (events, std::mem::take(&mut *lock(&self.shared.noted)))
    }
}

/// Whether what happened stands in the only order in which it can have happened, whatever the clock
/// showed.
fn is_in_order(history: &[Value]) -> bool {
    const ORDER: [&str; 4] = ["termsAccepted", "rightChosen", "unlocked", "blocked"];
    let place = |entry: &Value| ORDER.iter().position(|event| entry["event"] == *event);
    let places: Vec<_> = history.iter().map(place).collect();
    places.iter().all(Option::is_some) && places.is_sorted_by(|one, next| one < next)
}

async fn finish(tasks: Vec<JoinHandle<()>>) -> Result<()> {
    for task in tasks {
        task.await.context("a client broke off")?;
    }
    Ok(())
}

fn start(options: &Options, ground: &Ground) -> Result<Vec<Victim>> {
    let store = ground.store();
    let each = options.configs.iter().enumerate();
    each.map(|(number, config)| {
        let log = options.folder.join(format!("server-{number}.log"));
        let (config, environment) = (Path::new(config), ground.environment(number));
        let store = store.as_deref();
        let mut victim = Victim::start(&options.program, config, store, &log, &environment)?;
        if ground.is_slow_disk() {
            victim.slow_down()?;
        }
        Ok(victim)
    })
    .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Calls until a server does not answer any more, or until it is enough.
    async fn call(
        &self,
        addresses: &[(SocketAddr, SocketAddr)],
        window: Range<usize>,
        mut chance: Chance,
    ) {
        let connect = |(api, management): &(SocketAddr, SocketAddr)| {
            (Connection::new(*api), Connection::new(*management))
        };
        let mut servers: Vec<_> = addresses.iter().map(connect).collect();
        while !self.enough.load(Ordering::SeqCst) {
            let key = window.start + chance.index(window.len());
            let number = chance.index(servers.len());
            let (Some(credential), Some(server)) =
                (self.credentials.get(key), servers.get_mut(number))
            else {
                return;
            };
            let begun = self.now();
            let call = match chance.below(10) {
                0 => self.block(&mut server.1, credential).await,
                1..=3 => self.look(&mut server.1, credential).await,
                _ => self.unlock(&mut server.0, credential, self.time_of(number)).await,
            };
            let answered = call.is_some_and(Call::is_answered);
            if let Some(call) = call {
                let event = Event { begun, ended: answered.then(|| self.now()), call };
                lock(&self.events).entry(key).or_default().push(event);
            }
            if answered {
                self.served.fetch_add(1, Ordering::SeqCst);
            } else if !self.may_fail {
                return;
            }
        }
    }

    /// Waits until calls are served again, and then for a moment more.
    async fn works_again(&self) -> Result<()> {
        let (before, begun) = (self.served.load(Ordering::SeqCst), Instant::now());
        while self.served.load(Ordering::SeqCst) < before + AGAIN {
            if begun.elapsed() > PATIENCE {
                bail!("nothing is served {} s after the harm was over", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(SHORTEST)).await;
        }
        Ok(())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// What a server's clock shows, in Unix seconds.
    fn time_of(&self, server: usize) -> Option<u64> {
        let right = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        match &self.ahead {
            Some(ahead) if server == 0 => right.checked_add_signed(ahead.load(Ordering::SeqCst)),
            _ => Some(right),
        }
    }

    async fn unlock(
        &self,
        server: &mut Connection,
        credential: &Credential,
        now: Option<u64>,
    ) -> Option<Call> {
        let now = now?;
        let Ok(answer) = server.ask(&post(API, &credential.unlock_body(now, 1))).await else {
            return Some(Call::Unlock { done: None });
        };
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let result = &answer["response"]["results"][0]["status"]["errorcode"];
        let code = if result.is_null() { &answer["status"]["errorcode"] } else { result };
        match code.as_u64() {
            Some(0) => Some(Call::Unlock { done: Some(true) }),
            Some(22) => Some(Call::Unlock { done: Some(false) }),
            Some(code) if self.ahead.is_some() && OF_TIME.contains(&code) => {
                lock(&self.noted).refused += 1;
                None
            }
            code => {
                self.note(code == Some(FAILED), &answer);
                Some(Call::Unlock { done: None })
            }
        }
    }

    async fn block(&self, server: &mut Connection, credential: &Credential) -> Option<Call> {
        let path = format!("/v1/activations/{}/block", credential.activation);
        let request = authorized("POST", &path, &self.token);
        let Ok(answer) = server.ask(&request).await else {
            return Some(Call::Block { answered: false });
        };
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let answered = answer["state"] == "blocked";
        if !answered {
            self.note(answer["status"].as_u64().is_some_and(|status| status >= 500), &answer);
        }
        Some(Call::Block { answered })
    }

    /// Takes note of an answer that is no part of a history.
    fn note(&self, is_failure: bool, answer: &Value) {
        let mut noted = lock(&self.noted);
        if self.may_fail && (is_failure || answer.is_null()) {
            noted.uncertain += 1;
        } else {
            noted.unexpected.push(answer.to_string());
        }
    }

    /// Nothing is written down about a look without an answer: it changes nothing.
    async fn look(&self, server: &mut Connection, credential: &Credential) -> Option<Call> {
        self.read(server, credential).await.and_then(|shown| stage(&shown)).map(Call::Read)
    }

    async fn read(&self, server: &mut Connection, credential: &Credential) -> Option<Value> {
        let path = format!("/v1/activations/{}", credential.activation);
        let answer = server.ask(&authorized("GET", &path, &self.token)).await.ok()?;
        serde_json::from_slice(answer).ok()
    }
}

fn stage(shown: &Value) -> Option<Stage> {
    match shown["state"].as_str()? {
        "pending" => Some(Stage::Pending),
        "active" => Some(Stage::Active),
        "blocked" => Some(Stage::Ended),
        _ => None,
    }
}

/// Random numbers that a seed repeats (SplitMix64).
struct Chance(u64);

impl Chance {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_history_has_one_order() {
        let of = |events: &[&str]| -> Vec<Value> {
            events.iter().map(|event| json!({ "event": event, "at": "any" })).collect()
        };
        assert!(is_in_order(&of(&["termsAccepted", "rightChosen", "unlocked", "blocked"])));
        assert!(is_in_order(&of(&["termsAccepted", "rightChosen", "blocked"])));
        assert!(!is_in_order(&of(&["termsAccepted", "rightChosen", "blocked", "unlocked"])));
        assert!(!is_in_order(&of(&["termsAccepted", "rightChosen", "unlocked", "unlocked"])));
        assert!(!is_in_order(&of(&["termsAccepted", "unknown"])));
    }
}
