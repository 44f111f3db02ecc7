//! A PostgreSQL server of its own for a test: made by `initdb`, reached through a socket in a
//! temporary folder, with `fsync` on, stopped and removed when the value is dropped.
//!
//! PostgreSQL refuses to run as root, so root becomes somebody else for it.

#![expect(clippy::expect_used, reason = "this is for tests only")]

mod pooler;
mod proxy;

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub use pooler::Pooler;
pub use proxy::{Cut, Proxy};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server. Only its own machine reaches it, through the socket.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: String,
    /// Whether it also listens on 127.0.0.1, with TLS.
    tls: bool,
    server: Option<Child>,
}

impl Cluster {
    /// Starts a server. Without PostgreSQL on the machine there is none, which is printed, and is
    /// a failure where the variable `CI` is set. `FREISCHALT_POSTGRES=skip` leaves the test to a
    /// later suite of the same run.
    pub fn start() -> Option<Self> {
        if env::var_os("FREISCHALT_POSTGRES").is_some_and(|wish| wish == "skip") {
            return None;
        }
        let Some(programs) = programs() else {
            assert!(env::var_os("CI").is_none(), "PostgreSQL is missing, and CI skips nothing");
            skipped();
            return None;
        };
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a folder");
        give_away(folder.path());
        let port = free_port();
        let mut cluster = Self { folder, programs, port, tls: false, server: None };
        let data = cluster.data();
        let made = cluster
            .command("initdb")
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C", "--pgdata"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.resume();
        Some(cluster)
    }

    /// A second server that follows this one, as a standby does.
    pub fn standby(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a folder");
        give_away(folder.path());
        let programs = self.programs.clone();
        let port = free_port();
        let mut standby = Self { folder, programs, port, tls: false, server: None };
        let copied = standby
            .command("pg_basebackup")
            .args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"])
            .args(["--username=postgres", "--port", &self.port, "--host"])
            .arg(self.folder.path())
            .arg("--pgdata")
            .arg(standby.data())
            .output()
            .expect("pg_basebackup runs");
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        standby.resume();
        standby
    }

    /// From now on a commit is answered when a standby has it too. Waits until one follows.
    pub fn wait_for_standbys(&self) {
        self.run_sql("ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (*)'");
        self.run_sql("SELECT pg_reload_conf()");
        let deadline = Instant::now() + PATIENCE;
        let synchronous = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while self.run_sql(synchronous) == "0" {
            assert!(Instant::now() < deadline, "no standby follows: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes a standby a server of its own, which waits for no standby before it has one.
    pub fn promote(&self) {
        let mut command = self.command("pg_ctl");
        command.args(["promote", "--wait", "--silent", "--pgdata"]).arg(self.data());
        let promoted = command.status().expect("pg_ctl runs");
        assert!(promoted.success(), "it is not promoted: {}", self.log());
        self.run_sql("ALTER SYSTEM RESET synchronous_standby_names");
        self.run_sql("SELECT pg_reload_conf()");
    }

    /// Kills the server without any warning (SIGKILL). It is not to be used again.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it runs");
            server.wait().expect("it is ours");
        }
    }

    /// The URL of a database that is on one of two servers, whichever accepts writes.
    pub fn url_of_either(&self, other: &Self) -> String {
        let folder = |cluster: &Self| {
            let folder = cluster.folder.path().display().to_string().replace('/', "%2F");
            format!("{folder}:{}", cluster.port)
        };
        format!("postgres://postgres@{},{}/postgres", folder(self), folder(other))
    }

    /// The URL of the database that every server has.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/postgres", self.port)
    }

    /// The URL of an empty schema of this name, for a test of its own.
    pub fn schema(&self, name: &str) -> String {
        self.run_sql(&format!("CREATE SCHEMA {name}"));
        format!("{}?options=-csearch_path%3D{name}", self.url())
    }

    /// The folder with the socket.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// The port that the socket is named after.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// Lets the server listen on `localhost` too, with a certificate for that name; the URL, and
    /// the file with the authority that signed it.
    pub fn listen_with_tls(&mut self) -> (String, PathBuf) {
        let authority = self.folder.path().join("authority.pem");
        let (key, request) = (self.folder.path().join("ca.key"), self.data().join("server.csr"));
        let names = self.folder.path().join("names");
        fs::write(&names, "subjectAltName = DNS:localhost\n").expect("a file");
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        openssl("req", |command| {
            command.args(["-x509", "-subj", "/CN=Test authority", "-days", "2"]).args(new_key);
            command.arg("-keyout").arg(&key).arg("-out").arg(&authority);
        });
        openssl("req", |command| {
            command.args(["-subj", "/CN=localhost"]).args(new_key);
            command.arg("-keyout").arg(self.data().join("server.key")).arg("-out").arg(&request);
        });
        openssl("x509", |command| {
            command.args(["-req", "-days", "2", "-CAcreateserial", "-in"]).arg(&request);
            command.arg("-CA").arg(&authority).arg("-CAkey").arg(&key);
            command.arg("-extfile").arg(&names);
            command.arg("-out").arg(self.data().join("server.crt"));
        });
        give_away_file(&self.data().join("server.key"));
        give_away_file(&self.data().join("server.crt"));
        self.stop("fast");
        self.tls = true;
        self.resume();
        (format!("postgres://postgres@localhost:{}/postgres", self.port), authority)
    }

    /// Runs SQL in the database that every server has.
    pub fn run_sql(&self, sql: &str) -> String {
        let output = self
            .command("psql")
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--username=postgres"])
            .args(["--set=ON_ERROR_STOP=1", "--port", &self.port, "--dbname=postgres", "--host"])
            .arg(self.folder.path())
            .args(["--command", sql])
            .output()
            .expect("psql runs");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// From now on the server writes down every statement.
    pub fn listen_to_statements(&self) {
        self.run_sql("ALTER SYSTEM SET log_statement = 'all'");
        self.run_sql("SELECT pg_reload_conf()");
        // Every session hears of it before its next statement; this one is the first of those.
        self.run_sql("SELECT 'from here on'");
    }

    /// The statements that were run since [`listen_to_statements`](Self::listen_to_statements),
    /// each in one line.
    pub fn statements(&self) -> Vec<String> {
        let log = self.log();
        let begin = log.rfind("from here on").unwrap_or_default();
        let mut statements: Vec<String> = Vec::new();
        let mut goes_on = false;
        for line in log.get(begin..).unwrap_or_default().lines().skip(1) {
            if let Some(more) = line.strip_prefix('\t').filter(|_| goes_on) {
                if let Some(last) = statements.last_mut() {
                    last.push(' ');
                    last.push_str(more.trim());
                }
                continue;
            }
            let executed =
                line.split_once("LOG:  execute ").and_then(|(_, rest)| rest.split_once(": "));
            let run = line.split_once("LOG:  statement: ").map(|(_, statement)| ("", statement));
            goes_on = executed.is_some() || run.is_some();
            statements.extend(executed.or(run).map(|(_, statement)| statement.trim().to_owned()));
        }
        statements
    }

    /// Stops the server at once, as a crash would.
    pub fn crash(&mut self) {
        self.stop("immediate");
    }

    /// Starts a server that was stopped.
    pub fn resume(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).expect("a log");
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path())
            .args(["-p", &self.port, "-h", if self.tls { "127.0.0.1" } else { "" }])
            .args(["-c", "max_connections=200", "-c", "shared_buffers=32MB"])
            .args(if self.tls { &["-c", "ssl=on"][..] } else { &[] })
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log);
        self.server = Some(command.spawn().expect("postgres runs"));
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            assert!(Instant::now() < deadline, "PostgreSQL does not start: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        let mut command = self.command("pg_isready");
        command.args(["--quiet", "--port", &self.port, "--host"]).arg(self.folder.path());
        command.status().is_ok_and(|status| status.success())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn stop(&mut self, mode: &str) {
        let Some(mut server) = self.server.take() else { return };
        let mut command = self.command("pg_ctl");
        command.args(["stop", "--wait", "--silent", "--mode", mode, "--pgdata"]).arg(self.data());
        let stopped = command.status().is_ok_and(|status| status.success());
        if !stopped {
            let _ = server.kill();
        }
        let _ = server.wait();
    }

    /// One of PostgreSQL's programs, run by somebody who is not root.
    fn command(&self, program: &str) -> Command {
        as_nobody(self.programs.join(program))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop("immediate");
    }
}

/// A command that root runs as `nobody`, because some servers refuse to be root.
pub fn as_nobody(program: impl AsRef<OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command
}

/// Lets whoever `as_nobody` is write there.
pub fn give_away(folder: &Path) {
    if is_root() {
        std::os::unix::fs::chown(folder, Some(65534), Some(65534)).expect("root may give away");
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("our folder");
}

fn give_away_file(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("root may give away");
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("our file");
}

fn openssl(what: &str, arguments: impl FnOnce(&mut Command)) {
    let mut command = Command::new("openssl");
    command.arg(what);
    arguments(&mut command);
    let output = command.output().expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A port that nobody has at this moment.
pub fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("it has an address").port().to_string()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

/// The folder with PostgreSQL's programs: in `PATH`, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let in_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = debian.map(|version| version.path().join("bin")).collect();
    versions.sort();
    let mut folders = in_path.unwrap_or_default().into_iter().chain(versions.into_iter().rev());
    folders.find(|folder| {
        ["initdb", "postgres", "pg_ctl", "pg_isready", "psql"]
            .iter()
            .all(|program| folder.join(program).is_file())
    })
}

#[expect(clippy::print_stderr, reason = "a skip is printed")]
fn skipped() {
    eprintln!("SKIPPED: PostgreSQL is not installed (apt-get install postgresql)");
}

/// Fails with what went wrong in each of several checks, so that one does not hide another.
pub fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
