//! Development tasks of the workspace.

mod vectors;

use clap::Parser;

#[derive(Parser)]
enum Task {
    /// Regenerate or check the vectors made by PHP
    Vectors(vectors::VectorsArgs),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Vectors(args) => vectors::run(&args),
    }
}
