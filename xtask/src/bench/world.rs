//! A folder with a configuration, a filled store and the credentials of what waits in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{folder, measure};
use crate::world::{configure, make_folder};

/// How a store is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Active activations.
    pub(super) stored: u64,
    /// Activations that wait for their unlock.
    pub(super) waiting: u64,
    /// Everything in one customer.
    pub(super) one_customer: bool,
}

/// A filled store. What is measured uses up what waits, so small ones are measured on a copy and
/// large ones go on where the last measurement stopped.
pub(super) struct World {
    pub(super) shape: Shape,
    folder: PathBuf,
    used: usize,
}

/// Stores up to this size are copied for each measurement.
const COPIED: u64 = 300_000;
const CONFIG: &str = "freischalt.toml";
const UNCOUNTED: &str = "uncounted.toml";
const DATABASE: &str = "freischalt.db";
const IN_USE: &str = "in-use.db";
/// The log of SQLite on a server that has been at work for a while: 4,000 pages with their heads. It
/// is written from its beginning again and again, and takes longer to sync until it has its length.
const LOG_BYTES: usize = 4_000 * (4096 + 24) + 32;

impl World {
    /// Makes the folder and fills the store. What is not copied for each measurement gets as much
    /// as so many of them may use up.
    pub(super) fn make(name: &str, shape: Shape, measurements: u64) -> Result<Self> {
        let world = Self { shape, folder: folder().join(name), used: 0 };
        let waiting = shape.waiting * if world.is_copied() { 1 } else { measurements };
        if world.folder.exists() {
            fs::remove_dir_all(&world.folder)?;
        }
        make_folder(&world.folder)?;
        configure(&world.folder, "fill.toml", DATABASE)?;
        configure(&world.folder, CONFIG, world.database_name())?;
        without_metrics(&configure(&world.folder, UNCOUNTED, world.database_name())?)?;
        println!("filling {name}: {} stored, {waiting} waiting", shape.stored);
        let report = measure::load_tool(&world.fill_arguments(waiting)?)?;
        let seconds = report["seconds"].as_f64().unwrap_or_default();
        println!("    in {seconds:.1} s");
        Ok(world)
    }

    fn fill_arguments(&self, waiting: u64) -> Result<Vec<String>> {
        let mut arguments = vec!["fill".to_owned(), "--config".to_owned()];
        arguments.push(text(&self.folder.join("fill.toml"))?);
        arguments.extend(plan(Shape { waiting, ..self.shape }, &self.credentials())?);
        Ok(arguments)
    }

    /// The credentials of everything that waited at the beginning.
    pub(super) fn credentials(&self) -> PathBuf {
        self.folder.join("credentials")
    }

    /// The configuration of a server on the database that is measured.
    pub(super) fn config(&self, metrics: bool) -> PathBuf {
        self.folder.join(if metrics { CONFIG } else { UNCOUNTED })
    }

    /// The database that is measured.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(self.database_name())
    }

    /// How many credentials are used up.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// Counts what a measurement used up.
    pub(super) fn use_up(&mut self, report: &Value) {
        let used = report["used"].as_u64().and_then(|used| usize::try_from(used).ok());
        self.used += used.unwrap_or_default();
    }

    /// Makes the store ready for a measurement.
    pub(super) fn refresh(&mut self) -> Result<()> {
        if !self.is_copied() {
            return self.lengthen_log();
        }
        for suffix in ["", "-wal", "-shm"] {
            let copy = self.folder.join(format!("{IN_USE}{suffix}"));
            if copy.exists() {
                fs::remove_file(copy)?;
            }
        }
        let copy = self.database();
        fs::copy(self.folder.join(DATABASE), &copy).context("cannot copy the database")?;
        // What the copy left to be written would be written during the measurement.
        fs::File::open(&copy)?.sync_all()?;
        self.used = 0;
        self.lengthen_log()
    }

    /// Gives the database a log of its usual length, unless one was left there.
    fn lengthen_log(&self) -> Result<()> {
        let log = self.folder.join(format!("{}-wal", self.database_name()));
        if !log.exists() {
            fs::write(&log, vec![0; LOG_BYTES]).context("cannot write a log")?;
            fs::File::open(&log)?.sync_all()?;
        }
        Ok(())
    }

    fn is_copied(&self) -> bool {
        self.shape.stored + self.shape.waiting <= COPIED
    }

    fn database_name(&self) -> &'static str {
        if self.is_copied() { IN_USE } else { DATABASE }
    }
}

fn without_metrics(config: &Path) -> Result<()> {
    let text = fs::read_to_string(config)?;
    Ok(fs::write(config, text + "[metrics]\nenabled = false\n")?)
}

/// The arguments that describe what to fill in.
pub(super) fn plan(shape: Shape, credentials: &Path) -> Result<Vec<String>> {
    let mut arguments = vec![
        "--stored".to_owned(),
        shape.stored.to_string(),
        "--waiting".to_owned(),
        shape.waiting.to_string(),
        "--credentials".to_owned(),
        text(credentials)?,
    ];
    if shape.one_customer {
        arguments.push("--one-customer".to_owned());
    }
    Ok(arguments)
}

/// A path as an argument.
pub(super) fn text(path: &Path) -> Result<String> {
    match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => bail!("{} is not UTF-8", path.display()),
    }
}
