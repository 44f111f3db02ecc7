//! A marketplace in a process of its own that may die at any moment, and is started again then, on
//! the same data. Whoever asked asks again.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::child::{COMMIT, DATABASE, DIES, LISTENS, PROVIDERS, WROTE};
use crate::{
    wire::{self, Answer, Connection},
    world::{API, Run},
};

/// The process that serves, and what it says.
struct Process {
    child: Child,
    api: SocketAddr,
    management: SocketAddr,
    lines: mpsc::Receiver<String>,
}

pub struct Market {
    process: Process,
    database: PathBuf,
    /// Where the providers are.
    providers: String,
    cookie: String,
    /// The time that its clock was set to, in Unix seconds.
    time: i64,
    /// The tables that each commit wrote, before the kill.
    written: Vec<String>,
    /// Whether it has died.
    died: bool,
}

impl Market {
    /// Serves, dies at the commit of this number, and then serves on.
    pub fn start(database: &Path, commit: usize, providers: &str) -> Self {
        Self {
            process: Process::start(database, commit, providers),
            database: database.to_owned(),
            providers: providers.to_owned(),
            cookie: String::new(),
            time: 0,
            written: Vec::new(),
            died: false,
        }
    }

    /// Signs a user of the seeded customer in.
    pub async fn sign_in(&mut self, user: i64) {
        let signed_in =
            self.form("/sandbox/user", &format!("customer=musterimmo&user={user}")).await;
        let cookie = signed_in.header("set-cookie").expect("a session").split(';').next();
        cookie.unwrap().clone_into(&mut self.cookie);
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Accept-Language", "en")];
        let request = wire::request("GET", path, &headers, b"");
        self.ask(false, &request).await
    }

    pub async fn form(&mut self, path: &str, body: &str) -> Answer {
        self.post(path, "application/x-www-form-urlencoded", body).await
    }

    pub async fn post(&mut self, path: &str, content_type: &str, body: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Content-Type", content_type)];
        let request = wire::request("POST", path, &headers, body.as_bytes());
        self.ask(false, &request).await
    }

    pub async fn managed(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let headers = [("Content-Type", "application/json")];
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = wire::request(method, path, &headers, body.as_bytes());
        let answer = self.ask(true, &request).await;
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// A call of the API under somebody's token.
    pub async fn call(&mut self, user: &Run, kind: &str, parameters: Value) -> Answer {
        let now = self.managed("GET", "/v1/clock", None).await["unix"].as_i64().unwrap();
        let action = user.action(now, "do", kind, parameters);
        let body = user.envelope(&[action]).to_string();
        let request = wire::request("POST", API, &[], body.as_bytes());
        self.ask(false, &request).await
    }

    /// Sets the clock, for the next process as well if this one dies.
    pub async fn set_clock(&mut self, time: i64) {
        self.time = time;
        self.managed("PUT", "/v1/clock", Some(&json!({ "now": time }))).await;
    }

    /// Asks for something until it is as it should be.
    pub async fn until(&mut self, path: &str, fine: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let shown = self.managed("GET", path, None).await;
            if fine(&shown) {
                return;
            }
            assert!(Instant::now() < deadline, "it never came: {shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ask(&mut self, manages: bool, request: &[u8]) -> Answer {
        loop {
            let process = &self.process;
            let address = if manages { process.management } else { process.api };
            if let Some(answer) = exchange(address, request).await {
                return answer;
            }
            self.start_again().await;
        }
    }

    /// The process has died as it was to. The next one begins when what the first had taken for
    /// itself is anybody's again.
    async fn start_again(&mut self) {
        let status = self.process.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "{status}: {:?}", self.process.lines());
        assert!(!self.died, "it dies once");
        self.died = true;
        self.written = self.process.lines();
        self.process = Process::start(&self.database, usize::MAX, &self.providers);
        let body = json!({ "now": self.time + 120 }).to_string();
        let headers = [("Content-Type", "application/json")];
        let request = wire::request("PUT", "/v1/clock", &headers, body.as_bytes());
        let answer = exchange(self.process.management, &request).await.expect("it lives");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Ends it; what each commit wrote until it died, or to the end if it did not.
    pub fn end(mut self) -> (bool, Vec<String>) {
        self.process.child.kill().unwrap();
        self.process.child.wait().unwrap();
        if !self.died {
            self.written = self.process.lines();
            self.died = self.written.last().is_some_and(|line| line == DIES);
        }
        let written = self.written.iter().filter_map(|line| line.strip_prefix(WROTE));
        (self.died, written.map(str::to_owned).collect())
    }
}

impl Process {
    fn start(database: &Path, commit: usize, providers: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::child::child", "--nocapture"])
            .env(DATABASE, database)
            .env(COMMIT, commit.to_string())
            .env(PROVIDERS, providers)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let listens = output.find_map(|line| {
            // The first line begins with what the test program says.
            let line = line.unwrap();
            line.split_once(LISTENS).map(|(_, addresses)| addresses.to_owned())
        });
        let listens = listens.expect("it listens");
        let (api, management) = listens.split_once(' ').unwrap();
        let (api, management) = (api.parse().unwrap(), management.parse().unwrap());
        let (said, lines) = mpsc::channel();
        std::thread::spawn(move || {
            output.map_while(Result::ok).try_for_each(|line| said.send(line))
        });
        Self { child, api, management, lines }
    }

    /// What it has said; complete when it has ended.
    fn lines(&self) -> Vec<String> {
        self.lines.iter().collect()
    }
}

/// A process that outlives its test would serve for ever.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request; nothing if the server is dead by now.
async fn exchange(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut connection = Connection::try_open(address).await?;
    connection.try_write(request).await;
    connection.try_read().await
}
