//! What stands while a group is measured: filled stores, and servers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::folder;
use super::measure::{API, Load, Measurement, UNLOCKED, load_tool};
use super::on_postgres::OnPostgres;
use super::peers::{Peer, Theatre};
use super::postgres::Pgbench;
use super::rows::{BASE, Row, SHIPPED, Subject, Watch};
use super::server::Running;
use super::sink::Sink;
use super::world::{Shape, World, plan, text};
use crate::shell::workspace_root;

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

    /// One measurement, at this rate if there is one, and with so many unlocks in each commit of a
    /// loop; none if the row has to be left out here.
    pub(super) fn measure(
        &mut self,
        row: &Row,
        rate: Option<f64>,
        batch: usize,
    ) -> Result<Option<Measurement>> {
        let report = match row.subject {
            Subject::Echo => self.echo(row)?,
            Subject::Memory => self.memory(row)?,
            Subject::Sqlite(watch) => self.sqlite(row, rate, watch)?,
            Subject::Loop(_) => self.bare_loop(row, batch)?,
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
            in_order: row.in_order,
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

    fn sqlite(&mut self, row: &Row, rate: Option<f64>, watch: Watch) -> Result<Value> {
        let index = self.world(row.shape)?;
        self.worlds[index].refresh()?;
        let credentials = self.worlds[index].credentials();
        let sink = watch.traces.then(Sink::start).transpose()?;
        let config = self.worlds[index].config(watch.metrics);
        let server = Running::freischalt(&config, watch.log, sink.as_ref())?;
        let servers = [&server];
        let load = self.load(row, &servers, &credentials, self.worlds[index].used());
        let warm_up = Load { seconds: WARM_UP, ..load }.run()?;
        self.worlds[index].use_up(&warm_up);
        let load = self.load(row, &servers, &credentials, self.worlds[index].used());
        let take = usize::try_from(row.shape.waiting)?;
        let before = watch.metrics.then(|| server.commits()).transpose()?;
        let mut report = Load { rate, take, ..load }.run()?;
        self.worlds[index].use_up(&report);
        if let Some(before) = before {
            report["changesPerCommit"] = server.commits()?.mean_since(before).into();
        }
        // What was not sent so far is sent at the end.
        drop(server);
        if let Some(sink) = sink {
            ensure!(sink.bytes() > 0, "nothing was traced, so this says nothing of its cost");
        }
        Ok(since_start(report, &warm_up))
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
        let mut arguments: Vec<_> = std::iter::once("ceiling".to_owned()).chain(named).collect();
        arguments.extend(row.in_order.then(|| "--in-order".to_owned()));
        let report = load_tool(&arguments)?;
        world.use_up(&report);
        Ok(report)
    }

    /// PostgreSQL with a fresh copy of a filled database to be measured; none if there can be none
    /// here.
    fn postgres(&mut self, shape: Shape) -> Result<Option<&OnPostgres>> {
        let start = || OnPostgres::start().map_err(|problem| format!("{problem:#}"));
        match self.postgres.get_or_insert_with(start) {
            Err(_) => Ok(None),
            Ok(postgres) => {
                postgres.refresh(shape)?;
                Ok(Some(postgres))
            }
        }
    }

    fn on_postgres(&mut self, row: &Row, servers: usize) -> Result<Option<Value>> {
        let Some(ready) = self.postgres(row.shape)? else { return Ok(None) };
        let (config, credentials) = (ready.config(), ready.credentials(row.shape));
        let start = |_| Running::freischalt(&config, SHIPPED.log, None);
        let servers = (0..servers).map(start).collect::<Result<Vec<_>>>()?;
        let servers: Vec<_> = servers.iter().collect();
        let load = self.load(row, &servers, &credentials, 0);
        let warm_up = Load { seconds: WARM_UP, ..load }.run()?;
        let load = self.load(row, &servers, &credentials, used(&warm_up)?);
        Ok(Some(since_start(load.run()?, &warm_up)))
    }

    fn pgbench(&mut self, row: &Row, script: &str) -> Result<Option<Measurement>> {
        let seconds = self.seconds;
        let Some(ready) = self.postgres(row.shape)? else { return Ok(None) };
        let script = workspace_root().join("bench/pgbench").join(script);
        let load = Pgbench {
            script: &script,
            clients: row.connections,
            waiting: row.shape.waiting,
            seconds,
        };
        ready.pgbench(&load).map(Some)
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

/// A report whose memory at the beginning is that before the warm-up.
fn since_start(mut report: Value, warm_up: &Value) -> Value {
    const BEFORE: &str = "serverResidentBefore";
    report[BEFORE] = warm_up[BEFORE].clone();
    report
}

fn used(report: &Value) -> Result<usize> {
    let used = report["used"].as_u64().context("the report does not say what was used")?;
    Ok(usize::try_from(used)?)
}
