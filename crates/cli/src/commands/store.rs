//! `freischalt store create`, `freischalt store copy`, `freischalt backup`, `freischalt restore`: a whole installation on its
//! way to another engine, into a file, and back.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use freischalt_gateway::GatewayError;
use freischalt_protocol::seal::MasterKey;
use freischalt_server::config;
use freischalt_store::{
    Copied, Keys, Location, back_up, copy_installation, create_installation, restore_backup,
};
use serde::Serialize;

use crate::{
    arguments::{Format, StoreOption},
    failure::Failure,
    input,
    output::{self, Details},
};

/// What to do with a store.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make the empty store of a production server or a gateway, once, before its first start
    Create(CreateArguments),
    /// Copy an installation into an empty database, from SQLite to PostgreSQL or back
    Copy(CopyArguments),
}

/// Of which program.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
`freischalt serve` and `freischalt gateway` start with a store that is there
and never make one by themselves: an empty one in the place of yours would look
like a marketplace without customers. A store that is in use is not touched.

Examples:
  freischalt store create --config /etc/freischalt/freischalt.toml
  freischalt store create --gateway /etc/freischalt/gateway.toml")]
pub(crate) struct CreateArguments {
    /// The configuration of a server
    #[arg(long, value_name = "FILE", required_unless_present = "gateway")]
    config: Option<PathBuf>,
    /// The configuration of a gateway; --store is not for it
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    gateway: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOption,
    #[command(flatten)]
    format: Format,
}

/// From where to where.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Stop every server and sandbox on both databases first. Afterwards the two are
compared by rows and checksums of each table, which are printed. API keys and
secrets are copied as they are, sealed: start the servers on the target with
the same encryption key.

Examples:
  freischalt store copy freischalt-data/freischalt.db \\
      postgres://freischalt@localhost/freischalt
  freischalt store copy @/etc/freischalt/database-url /backup/freischalt.db \\
      --key-file /etc/freischalt/store.key")]
pub(crate) struct CopyArguments {
    /// The installation: the path of a SQLite database, a PostgreSQL URL, or @FILE with a URL in it
    #[arg(value_name = "FROM")]
    from: String,
    /// An empty database, written in the same ways; a SQLite one is made
    #[arg(value_name = "TO")]
    to: String,
    /// Refuse to copy unless this encryption key fits (64 hexadecimal digits)
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// Which backup.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The copy is made while the server goes on, is checked, and is on disk when the
command ends. The encryption key is not in it: keep a copy of the key apart
from it, because without the key nobody can read the API keys in a backup.

Examples:
  freischalt backup /backup/today.db --config /etc/freischalt/freischalt.toml
  freischalt backup before.db --data ~/marketplace

An installation on PostgreSQL is backed up with PostgreSQL's own tools:
  pg_dump --format=custom --file=freischalt.dump postgres://…
  pg_restore --dbname=postgres://… freischalt.dump")]
pub(crate) struct BackupArguments {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: Format,
}

/// Which backup, and where to.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The backup is checked, and the encryption key is tried on it. Nothing is
written over: to go back, stop the server and move its database away first,
with the files beside it that end in -wal and -shm.

Examples:
  freischalt restore /backup/today.db --config /etc/freischalt/freischalt.toml
  freischalt restore before.db --data ~/marketplace")]
pub(crate) struct RestoreArguments {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: Format,
}

/// Where an installation is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Installation")]
struct Place {
    /// The configuration of a server
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    config: Option<PathBuf>,
    /// The folder of a sandbox
    #[arg(long, value_name = "DIR", default_value = "./freischalt-data")]
    data: PathBuf,
    #[command(flatten)]
    store: StoreOption,
}

/// Runs `freischalt store …`.
pub(crate) fn run(command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Create(arguments) => create(arguments),
        StoreCommand::Copy(arguments) => copy(arguments),
    }
}

fn create(arguments: &CreateArguments) -> Result<(), Failure> {
    let store = match (&arguments.config, &arguments.gateway) {
        (Some(path), _) => {
            let config = config::read_file(path, arguments.store.named())?;
            create_installation(&config.location, &config.keys)?;
            config.location.to_string()
        }
        (None, gateway) => {
            let gateway =
                freischalt_gateway::read_file(gateway.as_deref().unwrap_or(Path::new("")))?;
            gateway.create_store().map_err(GatewayError::from)?;
            gateway.location.to_string()
        }
    };
    if arguments.format.json {
        return output::print_json(&CreateReport { store });
    }
    let done = output::good("The store is made and empty. Start the program that it is for.");
    output::print(&format!("{store}\n{done}"))
}

#[derive(Serialize)]
struct CreateReport {
    store: String,
}

fn copy(arguments: &CopyArguments) -> Result<(), Failure> {
    let from = location("FROM", &arguments.from)?;
    let to = location("TO", &arguments.to)?;
    let keys = arguments.key_file.as_deref().map(config::encryption_key).transpose()?;
    let copied = copy_installation(&from, &to, keys.map(only).as_ref(), input::now())?;
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    if arguments.format.json {
        let tables = copied.iter().map(TableReport::of).collect();
        return output::print_json(&CopyReport { tables, rows });
    }
    let table = output::table(
        ["TABLE", "ROWS", "CHECKSUM"],
        copied.iter().map(|table| {
            let report = TableReport::of(table);
            [report.table.to_owned(), report.rows.to_string(), report.checksum]
        }),
    );
    let done = output::good(&format!("{rows} rows are copied, and the same in both databases."));
    output::print(&format!("{table}\n\n{done}"))
}

/// A location from the command line; `@FILE` keeps a password off it.
fn location(name: &'static str, text: &str) -> Result<Location, Failure> {
    match text.strip_prefix('@') {
        Some(path) => {
            let url = input::secret_file(path.as_ref(), "the URL of a PostgreSQL database")?;
            Ok(config::store_location(name, url.expose())?)
        }
        None => Ok(config::store_location(name, text)?),
    }
}

const fn only(current: MasterKey) -> Keys {
    Keys { current, previous: Vec::new() }
}

#[derive(Serialize)]
struct CopyReport {
    tables: Vec<TableReport>,
    rows: u64,
}

#[derive(Serialize)]
struct TableReport {
    table: &'static str,
    rows: u64,
    checksum: String,
}

impl TableReport {
    fn of(copied: &Copied) -> Self {
        let checksum = copied.checksum.map(|part| format!("{part:016x}")).concat();
        Self { table: copied.table, rows: copied.rows, checksum }
    }
}

impl Place {
    /// The SQLite database of the installation, and its keys.
    fn find(&self) -> Result<(PathBuf, Keys), Failure> {
        let (location, keys) = match &self.config {
            Some(path) => {
                let config = config::read_file(path, self.store.named())?;
                (config.location, config.keys)
            }
            None => {
                let (location, key) = config::existing_sandbox(&self.data, self.store.named())?;
                (location, only(key))
            }
        };
        match location {
            Location::File(path) => Ok((path, keys)),
            _ => Err(Failure::No(POSTGRES.to_owned())),
        }
    }
}

const POSTGRES: &str = "the installation is on PostgreSQL, which has tools of its own for this:\n  \
     pg_dump --format=custom --file=freischalt.dump URL\n  \
     pg_restore --dbname=URL freischalt.dump\n\
     The encryption key is not in the dump: keep a copy of it elsewhere";

/// Runs `freischalt backup`.
pub(crate) fn run_backup(arguments: &BackupArguments) -> Result<(), Failure> {
    let (database, _) = arguments.place.find()?;
    let made = back_up(&database, &arguments.file)?;
    let report = FileReport { file: arguments.file.clone(), bytes: made.bytes, kind: None };
    report.print(arguments.format, "The backup is complete and on disk. The key is not in it.")
}

/// Runs `freischalt restore`.
pub(crate) fn run_restore(arguments: &RestoreArguments) -> Result<(), Failure> {
    let (database, keys) = arguments.place.find()?;
    let (made, kind) = restore_backup(&arguments.file, &database, Some(&keys))?;
    let kind = Some(kind.as_str());
    let report = FileReport { file: database, bytes: made.bytes, kind };
    report.print(arguments.format, "The backup is in its place. Start the server again.")
}

#[derive(Serialize)]
struct FileReport {
    file: PathBuf,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

impl FileReport {
    fn print(&self, format: Format, done: &str) -> Result<(), Failure> {
        if format.json {
            return output::print_json(self);
        }
        let mut details = Details::default();
        details.add("file", self.file.display().to_string());
        details.add("bytes", self.bytes.to_string());
        details.add_some("made for", self.kind.map(str::to_owned).as_ref());
        output::print(&format!("{}\n{}", details.lines(), output::good(done)))
    }
}
