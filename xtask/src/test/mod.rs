//! `cargo xtask test`: the one command behind which every test of the workspace stands.
//!
//! It must not know how a suite works inside: a suite is a name, what it needs, and a function.

mod outcome;
mod suites;
mod tools;

use std::env;
use std::time::Instant;

use anyhow::{Result, bail};

use self::outcome::{Outcome, Tally};
pub(crate) use self::suites::build_for_browser;
use self::suites::{SUITES, Suite};
pub(crate) use self::tools::{BROWSER, Installer, NODE, PHP, Tool};

/// What to run, and whether programs may be installed for it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only this suite (may be given several times)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// List the suites and what each needs, and run nothing
    #[arg(long)]
    list: bool,
    /// Never install programs; skip the suites that lack one
    #[arg(long)]
    no_install: bool,
}

/// Runs the chosen suites; an error when one failed, or when one was skipped and `CI` is set.
pub(crate) fn run(args: &Args) -> Result<()> {
    let chosen = choose(&args.only)?;
    if args.list {
        list(&chosen);
        return Ok(());
    }
    let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    let mut installer = Installer::new(!args.no_install);
    let mut tally = Tally::new(ci);
    for (index, suite) in chosen.iter().enumerate() {
        println!("\n==> [{}/{}] {}: {}", index + 1, chosen.len(), suite.name, suite.about);
        let started = Instant::now();
        let outcome = tally.record(suite.name, run_suite(suite, &mut installer));
        println!("    {} {outcome} ({:.1} s)", suite.name, started.elapsed().as_secs_f32());
    }
    finish(&tally)
}

fn run_suite(suite: &Suite, installer: &mut Installer) -> Outcome {
    for tool in suite.needs {
        match installer.ensure(tool) {
            Ok(()) => {}
            Err(reason) if suite.optional => return Outcome::LeftOut(reason),
            Err(reason) => return Outcome::Skipped(reason),
        }
    }
    match (suite.run)() {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed(format!("{error:#}")),
    }
}

fn choose(only: &[String]) -> Result<Vec<&'static Suite>> {
    if let Some(unknown) = only.iter().find(|name| SUITES.iter().all(|s| s.name != **name)) {
        let names: Vec<_> = SUITES.iter().map(|suite| suite.name).collect();
        bail!("there is no suite `{unknown}`; the suites are: {}", names.join(", "));
    }
    Ok(SUITES.iter().filter(|s| only.is_empty() || only.iter().any(|n| n == s.name)).collect())
}

fn list(suites: &[&Suite]) {
    for suite in suites {
        let needs: Vec<_> = suite.needs.iter().map(|tool| tool.name).collect();
        let needs = if needs.is_empty() { "nothing more".into() } else { needs.join(", ") };
        println!("{:<10} {} (needs {needs})", suite.name, suite.about);
    }
}

fn finish(tally: &Tally) -> Result<()> {
    println!("\n{}", tally.details());
    println!("{tally}");
    if tally.failed() > 0 {
        bail!("not every suite passed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_choice_every_suite_runs_in_the_order_of_the_table() {
        let names: Vec<_> = choose(&[]).unwrap().iter().map(|suite| suite.name).collect();
        assert_eq!(names.first(), Some(&"fmt"));
        assert_eq!(names.len(), SUITES.len());
    }

    #[test]
    fn an_unknown_suite_is_named_with_the_known_ones() {
        let error = choose(&["nope".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("`nope`") && error.contains("clippy"), "{error}");
    }

    #[test]
    fn a_suite_whose_tool_is_missing_is_skipped_and_not_run() {
        const NOWHERE: tools::Tool = tools::Tool {
            name: "nowhere",
            probe: tools::Probe::Programs(&[&["no-such-program-here"]]),
            source: tools::Source::Apt(&[&["no-such-package"]]),
        };
        let suite = Suite::new("x", "x", &[&NOWHERE], || bail!("must not run"));
        let outcome = run_suite(&suite, &mut Installer::new(false));
        assert!(matches!(outcome, Outcome::Skipped(reason) if reason.contains("nowhere")));
        let suite = Suite { optional: true, ..suite };
        let outcome = run_suite(&suite, &mut Installer::new(false));
        assert!(matches!(outcome, Outcome::LeftOut(reason) if reason.contains("nowhere")));
    }
}
