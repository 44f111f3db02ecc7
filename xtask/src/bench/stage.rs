//! What stands while a group is measured: filled stores, and servers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::folder;
use super::measure::{API, Load, Measurement, UNLOCKED, load_tool};
use super::peers::{Peer, Theatre};
use super::postgres::{Cluster, Pgbench};
use super::rows::{BASE, ON_POSTGRES, Row, Subject};
use super::server::Running;
use super::world::{Shape, World, plan, text};
use crate::shell::workspace_root;
use crate::world::{configure, make_folder};

/// Before a measurement, so that the server has read what it always needs.
const WARM_UP: f64 = 0.3;
/// The most unlocks of a bare loop; it is so fast that it would use up everything.
const LOOP_UNLOCKS: usize = 150_000;

/// See the module. Ends what it started when it is dropped.
pub(super) struct Stage {
    seconds: f64,
    rounds: u64,
    worlds: Vec<World>,
    memory: Option<InMemory>,
    /// Once it is needed; the problem if there can be none here.
    postgres: Option<Result<OnPostgres, String>>,
    peers: Theatre,
}

/// A filled PostgreSQL with the credentials of what waits in it.
struct OnPostgres {
    cluster: Cluster,
    folder: PathBuf,
}

/// It has to be filled by the process that serves it, so it stays.
struct InMemory {
    server: Running,
    credentials: PathBuf,
    used: usize,
}

impl Stage {
    pub(super) fn new(seconds: f64, rounds: usize) -> Self {
        let (worlds, memory, postgres, peers) = (Vec::new(), None, None, Theatre::default());
        Self { seconds, rounds: rounds as u64, worlds, memory, postgres, peers }
    }

    /// What was left out, and why.
    pub(super) fn notes(self) -> Vec<String> {
        let mut notes = self.peers.notes();
        if let Some(Err(problem)) = self.postgres {
            notes.push(format!("PostgreSQL was left out: {problem}"));
        }
        notes
    }

    /// One measurement; none if the row has to be left out here.
    pub(super) fn measure(&mut self, row: &Row, rate: Option<f64>) -> Result<Option<Measurement>> {
        let report = match row.subject {
            Subject::Echo => self.echo(row)?,
            Subject::Memory => self.memory(row)?,
            Subject::Sqlite(log) => self.sqlite(row, rate, log)?,
            Subject::Loop(batch) => self.bare_loop(row, batch)?,
            Subject::Postgres(servers) => match self.on_postgres(row, servers)? {
                None => return Ok(None),
                Some(report) => report,
            },
            Subject::Pgbench(script) => return self.pgbench(row, script),
            Subject::Peer(peer) => match self.peer(row, peer)? {
                None => return Ok(None),
                Some(report) => report,
            },
        };
        let mut measured: Measurement = serde_json::from_value(report)?;
        measured.rate *= row.actions as f64;
        Ok(Some(measured))
    }

    fn load<'a>(
        &self,
        row: &Row,
        servers: &'a [&'a Running],
        credentials: &'a Path,
        skip: usize,
    ) -> Load<'a> {
        Load {
            servers,
            path: API,
            credentials,
            skip,
            take: usize::MAX,
            repeat: false,
            connections: row.connections,
            actions: row.actions,
            rate: None,
            seconds: self.seconds,
            expect: UNLOCKED,
        }
    }

    /// The server on a store of this shape, which is made when it is first asked for.
    fn world(&mut self, shape: Shape) -> Result<usize> {
        if let Some(index) = self.worlds.iter().position(|world| world.shape == shape) {
            return Ok(index);
        }
        let name = match (shape == BASE, shape.one_customer) {
            (true, _) => "base".to_owned(),
            (false, true) => format!("one-customer-{}", shape.stored),
            (false, false) => format!("stored-{}", shape.stored),
        };
        self.worlds.push(World::make(&name, shape, 3 * self.rounds)?);
        Ok(self.worlds.len() - 1)
    }

    fn base_credentials(&mut self) -> Result<PathBuf> {
        let index = self.world(BASE)?;
        Ok(self.worlds[index].credentials())
    }

    fn echo(&mut self, row: &Row) -> Result<Value> {
        let credentials = self.base_credentials()?;
        let server = Running::of_load_tool("echo", &[])?;
        let expect = "unlockProvider";
        let servers = [&server];
        let load = self.load(row, &servers, &credentials, 0);
        Load { path: "/", repeat: true, take: 10_000, expect, ..load }.run()
    }

    fn sqlite(&mut self, row: &Row, rate: Option<f64>, log: &str) -> Result<Value> {
        let index = self.world(row.shape)?;
        self.worlds[index].refresh()?;
        let credentials = self.worlds[index].credentials();
        let server = Running::freischalt(&self.worlds[index].config(), log)?;
        let servers = [&server];
        let load = self.load(row, &servers, &credentials, self.worlds[index].used());
        self.worlds[index].use_up(&Load { seconds: WARM_UP, ..load }.run()?);
        let load = self.load(row, &servers, &credentials, self.worlds[index].used());
        let take = usize::try_from(row.shape.waiting)?;
        let report = Load { rate, take, ..load }.run()?;
        self.worlds[index].use_up(&report);
        Ok(report)
    }

    fn memory(&mut self, row: &Row) -> Result<Value> {
        let memory = match self.memory.take() {
            Some(memory) => memory,
            None => {
                let credentials = folder().join("memory-credentials");
                let shape = Shape { waiting: BASE.waiting * self.rounds, ..BASE };
                println!("filling memory: {} stored, {} waiting", shape.stored, shape.waiting);
                let server = Running::of_load_tool("memory", &plan(shape, &credentials)?)?;
                InMemory { server, credentials, used: 0 }
            }
        };
        let servers = [&memory.server];
        let load = self.load(row, &servers, &memory.credentials, memory.used);
        let report = Load { take: usize::try_from(BASE.waiting)?, ..load }.run()?;
        let used = memory.used + used(&report)?;
        self.memory = Some(InMemory { used, ..memory });
        Ok(report)
    }

    fn bare_loop(&mut self, row: &Row, batch: usize) -> Result<Value> {
        let index = self.world(row.shape)?;
        let (seconds, world) = (self.seconds, &mut self.worlds[index]);
        world.refresh()?;
        let take = LOOP_UNLOCKS.min(usize::try_from(row.shape.waiting)?);
        let arguments = [
            ("database", text(&world.database())?),
            ("credentials", text(&world.credentials())?),
            ("skip", world.used().to_string()),
            ("take", take.to_string()),
            ("batch", batch.to_string()),
            ("seconds", seconds.to_string()),
        ];
        let named = arguments.into_iter().flat_map(|(name, value)| [format!("--{name}"), value]);
        let arguments: Vec<_> = std::iter::once("ceiling".to_owned()).chain(named).collect();
        let report = load_tool(&arguments)?;
        world.use_up(&report);
        Ok(report)
    }

    /// The filled PostgreSQL, with a fresh copy to be measured; none if there can be none here.
    fn postgres(&mut self) -> Result<Option<&OnPostgres>> {
        let filled = || OnPostgres::fill().map_err(|problem| format!("{problem:#}"));
        match self.postgres.get_or_insert_with(filled) {
            Err(_) => Ok(None),
            Ok(ready) => {
                ready.cluster.refresh()?;
                Ok(Some(ready))
            }
        }
    }

    fn on_postgres(&mut self, row: &Row, servers: usize) -> Result<Option<Value>> {
        let Some(ready) = self.postgres()? else { return Ok(None) };
        let (config, credentials) = (ready.folder.join("in-use.toml"), ready.credentials());
        let start = |_| Running::freischalt(&config, "info");
        let servers = (0..servers).map(start).collect::<Result<Vec<_>>>()?;
        let servers: Vec<_> = servers.iter().collect();
        let load = self.load(row, &servers, &credentials, 0);
        let warm_up = Load { seconds: WARM_UP, ..load }.run()?;
        let load = self.load(row, &servers, &credentials, used(&warm_up)?);
        load.run().map(Some)
    }

    fn pgbench(&mut self, row: &Row, script: &str) -> Result<Option<Measurement>> {
        let seconds = self.seconds;
        let Some(ready) = self.postgres()? else { return Ok(None) };
        let script = workspace_root().join("bench/pgbench").join(script);
        let load = Pgbench {
            script: &script,
            clients: row.connections,
            waiting: ON_POSTGRES.waiting,
            seconds,
        };
        ready.cluster.pgbench(&load).map(Some)
    }

    fn peer(&mut self, row: &Row, peer: &'static Peer) -> Result<Option<Value>> {
        let credentials = self.base_credentials()?;
        let Some(server) = self.peers.start(peer, &credentials)? else { return Ok(None) };
        let servers = [&server];
        let load = |this: &Self| Load {
            repeat: !peer.keeps_state,
            path: peer.path,
            ..this.load(row, &servers, &credentials, this.peers.used(peer))
        };
        let warm_up = Load { seconds: WARM_UP, ..load(self) }.run()?;
        self.peers.use_up(peer, used(&warm_up)?);
        let report = load(self).run()?;
        self.peers.use_up(peer, used(&report)?);
        Ok(Some(report))
    }
}

impl OnPostgres {
    fn fill() -> Result<Self> {
        let cluster = Cluster::start()?;
        let ready = Self { cluster, folder: folder().join("postgres") };
        make_folder(&ready.folder)?;
        let fill = configure(&ready.folder, "fill.toml", &ready.cluster.filling())?;
        configure(&ready.folder, "in-use.toml", &ready.cluster.in_use())?;
        println!(
            "filling PostgreSQL: {} stored, {} waiting",
            ON_POSTGRES.stored, ON_POSTGRES.waiting
        );
        let mut arguments = vec!["fill".to_owned(), "--config".to_owned(), text(&fill)?];
        arguments.extend(plan(ON_POSTGRES, &ready.credentials())?);
        let report = load_tool(&arguments)?;
        println!("    in {:.1} s", report["seconds"].as_f64().unwrap_or_default());
        let token = |line: &str| -> Result<String> {
            let line: Value = serde_json::from_str(line)?;
            Ok(line["token"].as_str().context("a credential has no token")?.to_owned())
        };
        let lines = std::fs::read_to_string(ready.credentials())?;
        let tokens = lines.lines().map(token).collect::<Result<Vec<_>>>()?;
        ready.cluster.filled(&tokens)?;
        Ok(ready)
    }

    fn credentials(&self) -> PathBuf {
        self.folder.join("credentials")
    }
}

fn used(report: &Value) -> Result<usize> {
    let used = report["used"].as_u64().context("the report does not say what was used")?;
    Ok(usize::try_from(used)?)
}
