//! A PostgreSQL of its own for the benchmark, with `pgbench` on the same data.
//!
//! It is durable: `fsync` and `synchronous_commit` stay on. What is measured uses up what waits, so
//! each measurement is of a fresh copy of the filled database.

use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::measure::Measurement;
use crate::shell::{find_program, succeeds, workspace_root};

/// The copy that is measured.
const IN_USE: &str = "in_use";
const PATIENCE: Duration = Duration::from_secs(60);
const SETTINGS: [&str; 6] = [
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "max_connections=200",
    "listen_addresses=",
    "fsync=on",
    "synchronous_commit=on",
];

/// A server that ends and is removed when it is dropped.
pub(super) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    port: String,
    server: Child,
}

impl Cluster {
    /// Makes and starts one; an error if PostgreSQL is not installed.
    pub(super) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let folder = env::temp_dir().join(format!("freischalt-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let data = folder.join("data");
        let mut initdb = as_nobody(&programs.join("initdb"));
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
        let made = initdb.arg("--pgdata").arg(&data).output()?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr).trim());
        }
        let log = File::create(folder.join("log"))?;
        let mut postgres = as_nobody(&programs.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-p", &port]);
        postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let server = postgres.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let cluster = Self { folder, programs, port, server };
        let started = Instant::now();
        while !succeeds(cluster.client("pg_isready").arg("--quiet")) {
            if started.elapsed() > PATIENCE {
                bail!("PostgreSQL does not start; its log is in {}", cluster.folder.display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(cluster)
    }

    /// Makes a database that is to be filled; its URL. Nobody relies on it while that is done.
    pub(super) fn create(&self, database: &str) -> Result<String> {
        self.run("postgres", &format!("CREATE DATABASE {database}"))?;
        Ok(format!("{}&options=-csynchronous_commit%3Doff", self.url(database)))
    }

    /// The URL of the copy that is measured.
    pub(super) fn in_use(&self) -> String {
        self.url(IN_USE)
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}?connections=8", self.port)
    }

    /// Copies what is stored in a database until there is so much of it.
    pub(super) fn grow(&self, database: &str, stored: u64, one_customer: bool) -> Result<()> {
        let script = workspace_root().join("bench/pgbench/grow.sql");
        let mut psql = self.psql(database);
        psql.arg(format!("--set=stored={stored}")).arg(format!("--set=one={one_customer}"));
        succeed("grow.sql", psql.arg("--file").arg(script))
    }

    /// After filling: `pgbench` can count but not read a file, so the tokens become a table.
    pub(super) fn filled(&self, database: &str, tokens: &[String]) -> Result<()> {
        let table = "CREATE TABLE bench_tokens (n BIGINT PRIMARY KEY, token TEXT NOT NULL)";
        self.run(database, table)?;
        let rows = (1..).zip(tokens).map(|(number, token)| format!("{number}\t{token}\n"));
        let file = self.folder.join("tokens");
        fs::write(&file, rows.collect::<String>())?;
        self.run(database, &format!("\\copy bench_tokens FROM '{}'", file.display()))?;
        self.run(database, "VACUUM (FREEZE, ANALYZE)")
    }

    /// Makes a fresh copy of what was filled in, written to disk.
    pub(super) fn refresh(&self, database: &str) -> Result<()> {
        self.run("postgres", &format!("DROP DATABASE IF EXISTS {IN_USE} WITH (FORCE)"))?;
        let copy = format!("CREATE DATABASE {IN_USE} TEMPLATE {database} STRATEGY file_copy");
        self.run("postgres", &copy)?;
        self.run("postgres", "CHECKPOINT")
    }

    fn run(&self, database: &str, sql: &str) -> Result<()> {
        succeed(sql, self.psql(database).args(["--command", sql]))
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username=postgres"]);
        psql.args(["--dbname", database]);
        psql
    }

    /// Lets `pgbench` unlock by a script, with so many clients.
    pub(super) fn pgbench(&self, load: &Pgbench<'_>) -> Result<Measurement> {
        let mut pgbench = self.client("pgbench");
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--username=postgres"]);
        pgbench.arg(format!("--file={}", load.script.display()));
        pgbench.arg(format!("--client={}", load.clients));
        pgbench.arg(format!("--jobs={}", load.clients.min(2)));
        pgbench.arg(format!("--time={}", (load.seconds.ceil() as u64).max(1)));
        pgbench.arg(format!("--define=waiting={}", load.waiting));
        let output = pgbench.arg(IN_USE).output().context("cannot start pgbench")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let figure = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        };
        let rate = figure("tps = ").context("pgbench says no rate")?;
        let failed = figure("number of failed transactions: ").unwrap_or_default();
        if failed > 0.0 {
            bail!("{failed} transactions of pgbench failed");
        }
        Ok(Measurement { rate, ..Measurement::default() })
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("--host").arg(&self.folder).args(["--port", &self.port]);
        command
    }
}

fn succeed(what: &str, command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{what}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// What `pgbench` is told.
pub(super) struct Pgbench<'a> {
    pub(super) script: &'a Path,
    pub(super) clients: usize,
    pub(super) waiting: u64,
    pub(super) seconds: f64,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = as_nobody(&self.programs.join("pg_ctl"));
        stop.args(["stop", "--silent", "--mode=immediate", "--pgdata"]);
        if !succeeds(stop.arg(self.folder.join("data"))) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the programs of the newest version are.
fn programs() -> Option<PathBuf> {
    if let Some(postgres) = find_program("postgres") {
        return postgres.canonicalize().ok()?.parent().map(Path::to_owned);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("postgres").is_file() && folder.join("pgbench").is_file())
        .collect();
    found.sort();
    found.pop()
}

/// PostgreSQL refuses to be root, so root becomes somebody else for it.
fn as_nobody(program: &Path) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| {
        use std::os::unix::fs::MetadataExt;
        own.uid() == 0
    });
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command
}
