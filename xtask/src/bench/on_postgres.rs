//! A PostgreSQL with filled databases, each made when it is first asked for, and the credentials of
//! what waits in them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use super::folder;
use super::measure::{Measurement, load_tool};
use super::postgres::{Cluster, Pgbench};
use super::world::{Shape, plan, text};
use crate::world::{configure, make_folder};

/// See the module.
pub(super) struct OnPostgres {
    cluster: Cluster,
    folder: PathBuf,
    filled: Vec<Shape>,
}

/// What the load tool stores through the store; the rest is copied within PostgreSQL.
const MODELS: u64 = 1000;

impl OnPostgres {
    /// Starts it; an error if there can be none here.
    pub(super) fn start() -> Result<Self> {
        let (cluster, folder) = (Cluster::start()?, folder().join("postgres"));
        make_folder(&folder)?;
        configure(&folder, "in-use.toml", &cluster.in_use())?;
        Ok(Self { cluster, folder, filled: Vec::new() })
    }

    /// Makes a fresh copy of a database of this shape.
    pub(super) fn refresh(&mut self, shape: Shape) -> Result<()> {
        if !self.filled.contains(&shape) {
            self.fill(shape)?;
            self.filled.push(shape);
        }
        self.cluster.refresh(&name(shape))
    }

    fn fill(&self, shape: Shape) -> Result<()> {
        let Shape { stored, waiting, one_customer } = shape;
        println!("filling PostgreSQL: {stored} stored, {waiting} waiting");
        let (database, credentials) = (name(shape), self.credentials(shape));
        let fill = configure(&self.folder, "fill.toml", &self.cluster.create(&database)?)?;
        let mut arguments = vec!["fill".to_owned(), "--config".to_owned(), text(&fill)?];
        let through_the_store = Shape { stored: stored.min(MODELS), ..shape };
        arguments.extend(plan(through_the_store, &credentials)?);
        let started = std::time::Instant::now();
        load_tool(&arguments)?;
        if stored > MODELS {
            self.cluster.grow(&database, stored, one_customer)?;
        }
        let token = |line: &str| -> Result<String> {
            let line: Value = serde_json::from_str(line)?;
            Ok(line["token"].as_str().context("a credential has no token")?.to_owned())
        };
        let lines = std::fs::read_to_string(credentials)?;
        let tokens = lines.lines().map(token).collect::<Result<Vec<_>>>()?;
        self.cluster.filled(&database, &tokens)?;
        println!("    in {:.1} s", started.elapsed().as_secs_f64());
        Ok(())
    }

    /// The credentials of everything that waits in a database of this shape.
    pub(super) fn credentials(&self, shape: Shape) -> PathBuf {
        self.folder.join(format!("credentials-{}", name(shape)))
    }

    /// The configuration of a server on the copy that is measured.
    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("in-use.toml")
    }

    /// Lets `pgbench` unlock in that copy.
    pub(super) fn pgbench(&self, load: &Pgbench<'_>) -> Result<Measurement> {
        self.cluster.pgbench(load)
    }
}

/// What a database of this shape is called.
fn name(Shape { stored, waiting, one_customer }: Shape) -> String {
    let customers = if one_customer { "one" } else { "many" };
    format!("filled_{stored}_{waiting}_{customers}")
}
