//! Others that answer the same request, made for this benchmark and as good as their means allow.
//! Those that keep state do so durably: a commit on disk before each answer.

use std::collections::HashMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::folder;
use super::measure::API;
use super::server::Running;
use super::world::text;
use crate::shell::{self, workspace_root};
use crate::test::{Installer, NODE, PHP as PHP_TOOL, Tool};

/// Somebody to compare with.
pub(super) struct Peer {
    name: &'static str,
    pub(super) about: &'static str,
    /// Whether an unlock changes anything.
    pub(super) keeps_state: bool,
    /// Where it takes the call.
    pub(super) path: &'static str,
    tool: &'static Tool,
    prepare: fn(&Scene) -> Result<()>,
    serve: fn(&Scene) -> Result<Command>,
}

/// PHP on SQLite, two workers.
pub(super) const PHP: Peer = Peer {
    name: "php",
    about: "PHP and SQLite, built-in server with 2 workers, a commit for each request",
    keeps_state: true,
    path: API,
    tool: &PHP_TOOL,
    prepare: |scene| shell::run(scene.php("setup.php").args(&scene.files()?)),
    serve: |scene| {
        let mut command = Command::new("php");
        let opcache = ["-d", "opcache.enable_cli=1", "-d", "opcache.validate_timestamps=0"];
        command.args(opcache).arg("-S").arg(scene.address.to_string());
        command.arg(scene.source().join("index.php")).env("PHP_CLI_SERVER_WORKERS", "2");
        command.env("DATABASE", scene.database());
        Ok(command)
    },
};

/// Node on SQLite, through the package that has the interface of `better-sqlite3` and comes compiled:
/// that one itself takes a quarter of an hour and the headers of Node to compile.
pub(super) const NODE_SQLITE: Peer = Peer {
    name: "node",
    about: "Node and SQLite (libsql), one process, a commit for each request",
    keeps_state: true,
    path: API,
    tool: &NODE,
    prepare: |scene| {
        scene.npm()?;
        shell::run(scene.node("setup.mjs").args(&scene.files()?))
    },
    serve: |scene| {
        let mut command = scene.node("server.mjs");
        command.arg(text(&scene.database())?).arg(scene.address.port().to_string());
        Ok(command)
    },
};

/// A mock server that is given the call as an OpenAPI document.
pub(super) const PRISM: Peer = Peer {
    name: "prism",
    about: "Prism mock server, stores nothing and verifies no signature",
    keeps_state: false,
    path: API,
    tool: &NODE,
    prepare: |scene| scene.npm(),
    serve: |scene| {
        let mut command = Command::new("node");
        command.arg(scene.folder.join("node_modules/@stoplight/prism-cli/dist/index.js"));
        command.args(["mock", "--verboseLevel", "silent", "--host", "127.0.0.1", "--port"]);
        command.arg(scene.address.port().to_string()).arg(scene.source().join("call.yaml"));
        Ok(command)
    },
};

/// Where a peer plays.
struct Scene {
    name: &'static str,
    folder: PathBuf,
    address: SocketAddr,
    credentials: PathBuf,
}

impl Scene {
    fn source(&self) -> PathBuf {
        workspace_root().join("bench/peers").join(self.name)
    }

    fn database(&self) -> PathBuf {
        self.folder.join("peer.db")
    }

    fn files(&self) -> Result<[String; 2]> {
        Ok([text(&self.credentials)?, text(&self.database())?])
    }

    fn php(&self, script: &str) -> Command {
        let mut command = Command::new("php");
        command.arg(self.source().join(script));
        command
    }

    /// The script is run from where its modules are.
    fn node(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join(script));
        command
    }

    /// Installs what `package.json` names beside a copy of the scripts. Scripts of packages do not run:
    /// nothing has to be compiled.
    fn npm(&self) -> Result<()> {
        for entry in fs::read_dir(self.source())? {
            let path = entry?.path();
            if let Some(name) = path.file_name() {
                fs::copy(&path, self.folder.join(name))?;
            }
        }
        let wanted = fs::read_to_string(self.folder.join("package.json"))?;
        let complete = self.folder.join("node_modules/.complete");
        if fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]);
        shell::run(npm.current_dir(&self.folder))?;
        Ok(fs::write(complete, wanted)?)
    }
}

/// The peers of a run: which are ready, and what each has used up.
#[derive(Default)]
pub(super) struct Theatre {
    ready: HashMap<&'static str, Result<usize, String>>,
}

impl Theatre {
    /// Starts a peer; the first time it is installed and filled. None if that is not possible here.
    pub(super) fn start(&mut self, peer: &Peer, credentials: &Path) -> Result<Option<Running>> {
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let scene = Scene {
            name: peer.name,
            folder: folder().join("peers").join(peer.name),
            address: free,
            credentials: credentials.to_owned(),
        };
        let ready = self.ready.entry(peer.name).or_insert_with(|| {
            Installer::new(true).ensure(peer.tool)?;
            prepare(peer, &scene).map(|()| 0).map_err(|problem| format!("{problem:#}"))
        });
        match ready {
            Err(_) => Ok(None),
            Ok(_) => Running::at((peer.serve)(&scene)?, peer.name, free).map(Some),
        }
    }

    /// How many credentials it has used up.
    pub(super) fn used(&self, peer: &Peer) -> usize {
        match self.ready.get(peer.name) {
            Some(Ok(used)) if peer.keeps_state => *used,
            _ => 0,
        }
    }

    /// Counts what a measurement used up.
    pub(super) fn use_up(&mut self, peer: &Peer, count: usize) {
        if let Some(Ok(used)) = self.ready.get_mut(peer.name) {
            *used += count;
        }
    }

    /// What was left out, and why.
    pub(super) fn notes(self) -> Vec<String> {
        let problem = |(name, ready): (&str, Result<usize, String>)| {
            ready.err().map(|problem| format!("{name} was left out: {problem}"))
        };
        self.ready.into_iter().filter_map(problem).collect()
    }
}

fn prepare(peer: &Peer, scene: &Scene) -> Result<()> {
    fs::create_dir_all(&scene.folder)?;
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", text(&scene.database())?));
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    (peer.prepare)(scene)
}
