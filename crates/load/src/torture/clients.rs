//! The clients that call while the server is killed, and what they write down.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Options, Victim};
use crate::{
    credential::Credential,
    http::{Connection, authorized, post},
    linear::{Call, Event, Stage},
};

const API: &str = "/api/stable/api.php";
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
}

struct Shared {
    credentials: Vec<Credential>,
    token: String,
    clock: Instant,
    events: Mutex<BTreeMap<usize, Vec<Event>>>,
    unexpected: Mutex<Vec<String>>,
}

impl Clients {
    pub(super) fn new(options: &Options, credentials: Vec<Credential>) -> Self {
        let shared = Shared {
            credentials,
            token: options.token.clone(),
            clock: Instant::now(),
            events: Mutex::default(),
            unexpected: Mutex::default(),
        };
        Self { shared: Arc::new(shared), chance: Chance(options.seed) }
    }

    /// Starts the servers, calls, and kills one of them at a random moment.
    pub(super) async fn cycle(&mut self, options: &Options, window: Range<usize>) -> Result<()> {
        let mut victims = start(options)?;
        let addresses: Vec<_> = victims.iter().map(|one| (one.api, one.management)).collect();
        let tasks: Vec<_> = (0..options.clients)
            .map(|_| {
                let (shared, window) = (Arc::clone(&self.shared), window.clone());
                let (addresses, chance) = (addresses.clone(), Chance(self.chance.next()));
                tokio::spawn(async move { shared.call(&addresses, window, chance).await })
            })
            .collect();
        let life = SHORTEST + self.chance.below(options.life.saturating_sub(SHORTEST).max(1));
        tokio::time::sleep(Duration::from_millis(life)).await;
        // The others go on for a moment: what one had acknowledged must hold for them.
        let chosen = usize::try_from(self.chance.below(victims.len() as u64))?;
        victims.swap(0, chosen);
        for victim in &mut victims {
            victim.kill()?;
            tokio::time::sleep(Duration::from_millis(SHORTEST)).await;
        }
        for task in tasks {
            task.await.context("a client broke off")?;
        }
        Ok(())
    }

    /// Reads every activation that was called, from a server that nobody kills.
    pub(super) async fn read_all(&self, options: &Options) -> Result<Vec<Final>> {
        let victims = start(options)?;
        let management = victims.first().context("there is no configuration")?.management;
        let mut connection = Connection::new(management);
        let mut all = Vec::new();
        for credential in &self.shared.credentials {
            let shown = self.shared.read(&mut connection, credential).await;
            let shown = shown.with_context(|| format!("cannot read {}", credential.activation))?;
            let stage = stage(&shown).with_context(|| format!("what is {shown}?"))?;
            let history = shown["history"].as_array().map(Vec::as_slice).unwrap_or_default();
            let unlocks = history.iter().filter(|entry| entry["event"] == "unlocked").count();
            if (unlocks == 0) != shown["activatedAt"].is_null() {
                bail!("state and history of an activation say different things: {shown}");
            }
            all.push(Final { activation: credential.activation.clone(), stage, unlocks });
        }
        Ok(all)
    }

    /// What was asked of each activation, by its place, and answers that nothing explains.
    pub(super) fn into_events(self) -> (BTreeMap<usize, Vec<Event>>, Vec<String>) {
        let take = |shared: &Shared| {
            let events = std::mem::take(&mut *lock(&shared.events));
            (events, std::mem::take(&mut *lock(&shared.unexpected)))
        };
        take(&self.shared)
    }
}

fn start(options: &Options) -> Result<Vec<Victim>> {
    let each = options.configs.iter().enumerate();
    each.map(|(number, config)| {
        let log = options.folder.join(format!("server-{number}.log"));
        Victim::start(&options.program, Path::new(config), &log)
    })
    .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Calls until a server does not answer any more.
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
        loop {
            let key = window.start + chance.index(window.len());
            let server = chance.index(servers.len());
            let (Some(credential), Some(server)) =
                (self.credentials.get(key), servers.get_mut(server))
            else {
                return;
            };
            let begun = self.now();
            let call = match chance.below(10) {
                0 => self.block(&mut server.1, credential).await,
                1..=3 => self.look(&mut server.1, credential).await,
                _ => self.unlock(&mut server.0, credential).await,
            };
            let Some(call) = call else { return };
            let answered = call.is_answered();
            let event = Event { begun, ended: answered.then(|| self.now()), call };
            lock(&self.events).entry(key).or_default().push(event);
            if !answered {
                return;
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    async fn unlock(&self, server: &mut Connection, credential: &Credential) -> Option<Call> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        let Ok(answer) = server.ask(&post(API, &credential.unlock_body(now, 1))).await else {
            return Some(Call::Unlock { done: None });
        };
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let result = &answer["response"]["results"][0]["status"]["errorcode"];
        let code = if result.is_null() { &answer["status"]["errorcode"] } else { result };
        match code.as_u64() {
            Some(0) => Some(Call::Unlock { done: Some(true) }),
            Some(22) => Some(Call::Unlock { done: Some(false) }),
            _ => {
                lock(&self.unexpected).push(answer.to_string());
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
            lock(&self.unexpected).push(answer.to_string());
        }
        Some(Call::Block { answered })
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
