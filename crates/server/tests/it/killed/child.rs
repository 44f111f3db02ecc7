//! The server that dies: this test program once more, serving with the library. It kills itself with
//! SIGKILL as soon as a given commit is made, before anybody is answered.
//!
//! Commits that change nothing are not counted, nor are those of leases, which come by the clock.

use std::{
    collections::BTreeMap,
    env,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    process::{self, Command},
    sync::{Arc, Mutex},
};

use freischalt_server::{Server, seeds};
use freischalt_store::{Group, Location, Observer};
use rusqlite::{Connection, types::Value};

use crate::world::sandbox;

/// The variable with the path of the database.
pub const DATABASE: &str = "KILLED_DATABASE";
/// The variable with the number of the commit, from 1.
pub const COMMIT: &str = "KILLED_AT_COMMIT";
/// The variable with the address of the providers.
pub const PROVIDERS: &str = "KILLED_PROVIDERS";
/// Begins a line with the two addresses that the server listens on.
pub const LISTENS: &str = "listens on ";
/// Begins a line with the tables that a commit wrote.
pub const WROTE: &str = "wrote ";
/// The line before the end.
pub const DIES: &str = "dies";

#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(database) = env::var(DATABASE) else { return };
    let mut config = sandbox();
    config.location = Location::File(database.clone().into());
    let server = Server::bind(config).await.unwrap();
    let url = env::var(PROVIDERS).unwrap();
    let (activation, service) = (format!("{url}/activate"), format!("{url}/service"));
    for provider in ["demo", "preisradar"] {
        seeds::place(server.store(), provider, &activation, &service).await.unwrap();
    }
    let seen = Seen::of(Connection::open(&database).unwrap());
    let left = env::var(COMMIT).unwrap().parse().unwrap();
    server.store().observe(Arc::new(Killer { seen: Mutex::new(seen), left: Mutex::new(left) }));
    let (api, management) = (server.marketplace_addr().unwrap(), server.management_addr().unwrap());
    say(&format!("{LISTENS}{api} {management}"));
    server.run(std::future::pending()).await;
}

/// To whoever runs this program, past what captures the output of tests.
fn say(text: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "{text}").unwrap();
    output.flush().unwrap();
}

/// Counts commits, and does not survive the last.
#[derive(Debug)]
struct Killer {
    seen: Mutex<Seen>,
    left: Mutex<usize>,
}

impl Observer for Killer {
    fn group(&self, _group: Group) {
        let written = self.seen.lock().unwrap().look_again();
        if written.is_empty() {
            return;
        }
        say(&format!("{WROTE}{}", written.join(" ")));
        let mut left = self.left.lock().unwrap();
        *left -= 1;
        if *left > 0 {
            return;
        }
        say(DIES);
        Command::new("sh").args(["-c", &format!("kill -9 {}", process::id())]).status().unwrap();
        // The thread that writes waits here, so there is no later commit and no answer to this one.
        loop {
            std::thread::park();
        }
    }
}

/// What is in the database, as a number for each table.
#[derive(Debug)]
struct Seen {
    connection: Connection,
    tables: BTreeMap<String, u64>,
}

impl Seen {
    fn of(connection: Connection) -> Self {
        let tables = tables(&connection);
        Self { connection, tables }
    }

    /// The tables that are not as they were.
    fn look_again(&mut self) -> Vec<String> {
        let now = tables(&self.connection);
        let changed = now.iter().filter(|(name, number)| self.tables.get(*name) != Some(*number));
        let changed = changed.map(|(name, _)| name.clone()).collect();
        self.tables = now;
        changed
    }
}

fn tables(connection: &Connection) -> BTreeMap<String, u64> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'leases'
               AND name NOT LIKE 'sqlite_%'";
    let mut names = connection.prepare(sql).unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    names.map(Result::unwrap).map(|name| (name.clone(), table(connection, &name))).collect()
}

fn table(connection: &Connection, name: &str) -> u64 {
    let mut rows = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
    let columns = rows.column_count();
    let mut rows = rows.query([]).unwrap();
    let mut hasher = DefaultHasher::new();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            format!("{:?}", row.get::<_, Value>(column).unwrap()).hash(&mut hasher);
        }
    }
    hasher.finish()
}
