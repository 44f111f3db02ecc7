//! Examines the doctor: providers that are right and providers that make one mistake each, in
//! several languages, and a table of what was found. `cargo xtask doctor-corpus` runs it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a command for developers; what it cannot do has to stop it"
)]

#[path = "corpus/mistakes.rs"]
mod mistakes;
#[path = "corpus/provider.rs"]
mod provider;
#[path = "corpus/remedies.rs"]
mod remedies;

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use freischalt_client::system_time;
use freischalt_doctor::{ApiChoice, Grade, Limits, Report, Selection, report};
use tokio::{sync::Semaphore, task::JoinSet};

use mistakes::{MISTAKES, Mistake, RIGHTS, Right};
use provider::{STYLES, Style};

/// One provider that is examined.
#[derive(Clone, Copy)]
struct Case {
    style: &'static Style,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Right(&'static Right),
    Mistake(&'static Mistake),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Right(right) => right.name,
            Self::Mistake(mistake) => mistake.name,
        }
    }
}

/// What came of one provider.
struct Examined {
    style: &'static Style,
    kind: Kind,
    failed: Vec<&'static str>,
    /// What the first of them saw.
    seen: String,
    grade: Option<Grade>,
    took: Duration,
    requests: usize,
}

struct Options {
    reduced: bool,
    jobs: usize,
    only: Option<String>,
}

fn options() -> Options {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    Options {
        reduced: words.iter().any(|word| word == "--reduced"),
        jobs: after("--jobs").and_then(|jobs| jobs.parse().ok()).unwrap_or(4),
        only: after("--only"),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = options();
    let (started, slots) = (Instant::now(), Arc::new(Semaphore::new(options.jobs)));
    let mut tasks = JoinSet::new();
    for case in chosen(&options) {
        let slots = slots.clone();
        tasks.spawn(async move {
            let _slot = slots.acquire().await;
            examine(case).await
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Ok(examined) => all.push(examined),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if options.only.is_none()
        && let Err(wrong) = remedies::run(system_time().0)
    {
        eprintln!("error: the advice does not work: {wrong}");
        return ExitCode::FAILURE;
    }
    print_table(&all, started.elapsed())
}

/// Every style as it should be, and with each mistake; reduced, each mistake in one style.
fn chosen(options: &Options) -> Vec<Case> {
    let styles: Vec<_> = STYLES.iter().filter(|style| style.is_here()).collect();
    for style in STYLES.iter().filter(|style| !style.is_here()) {
        println!("skipped: {} needs {} and its packages", style.name, style.program);
    }
    let mut all: Vec<_> = styles.iter().map(|style| Case { style, kind: Kind::Plain }).collect();
    let makers: Vec<_> = styles.iter().filter(|style| style.makes_mistakes).copied().collect();
    let kinds = RIGHTS.iter().map(Kind::Right).chain(MISTAKES.iter().map(Kind::Mistake));
    for (at, kind) in kinds.enumerate() {
        let here = makers
            .iter()
            .enumerate()
            .filter(|(index, _)| !options.reduced || *index == at % makers.len().max(1));
        all.extend(here.map(|(_, style)| Case { style, kind }));
    }
    if let Some(only) = &options.only {
        all.retain(|case| case.style.name.contains(only.as_str()) || case.kind.name() == only);
    }
    all
}

async fn examine(case: Case) -> Result<Examined, String> {
    let Case { style, kind } = case;
    let provider = match kind {
        Kind::Plain => style.start("", &[], None),
        Kind::Right(right) => style.start(right.switches, right.headers, None),
        Kind::Mistake(mistake) => style.start(mistake.switches, mistake.headers, mistake.told),
    }?;
    let limits = Limits {
        per_second: 500,
        slow: Duration::from_secs(1),
        delivery: Duration::from_millis(200),
        timeout: Duration::from_secs(30),
        ..Limits::default()
    };
    let report = freischalt_doctor::run(
        provider.target(),
        &ApiChoice::Own(provider.api),
        &limits,
        &Selection::default(),
    )
    .await
    .map_err(|error| format!("{} {}: {error}", style.name, kind.name()))?;
    tells_no_credentials(&report, provider.secret())?;
    let failures = report.failures();
    let failed = failures.iter().map(|finding| finding.check.id).collect();
    let seen = failures.first().map(|finding| format!("{:?}", finding.outcome));
    Ok(Examined {
        style,
        kind,
        failed,
        seen: seen.unwrap_or_default(),
        grade: report.grade(),
        took: report.took,
        requests: report.requests,
    })
}

/// No report holds a secret or a claim, although some of the providers tell theirs.
fn tells_no_credentials(report: &Report, secret: &str) -> Result<(), String> {
    let told = report::json(report).to_string();
    if told.contains(secret) || told.contains("\"claim-") || told.contains("=claim-") {
        return Err("the report holds a credential".to_owned());
    }
    Ok(())
}

/// Whether one of the checks that have to find it has found it; and, where nothing else can be judged,
/// whether nothing else was, and the reason is right.
fn is_found(mistake: &Mistake, one: &Examined) -> bool {
    let found = mistake.found_by.iter().any(|id| one.failed.contains(id));
    let alone = one.grade.is_none() && one.failed.len() == 1;
    let is_told = |says: &str| alone && one.seen.contains(says);
    found && mistake.says.map_or(one.grade.is_some(), is_told)
}

fn print_table(all: &[Examined], took: Duration) -> ExitCode {
    let right: Vec<_> = all.iter().filter(|one| !matches!(one.kind, Kind::Mistake(_))).collect();
    println!("\nRight providers\n  {:<16} {:<34} grade  alarms", "style", "what it is");
    for one in &right {
        let about = match one.kind {
            Kind::Right(right) => right.name,
            _ => one.style.about,
        };
        let grade = one.grade.map_or("-".to_owned(), |grade| grade.to_string());
        let (style, alarms) = (one.style.name, one.failed.join(" "));
        println!("  {style:<16} {about:<34} {grade}      {alarms} {}", one.seen);
    }
    let alarms: usize = right.iter().map(|one| one.failed.len()).sum();
    let mut rows: BTreeMap<&str, (usize, usize, Vec<String>)> = BTreeMap::new();
    for one in all {
        let Kind::Mistake(mistake) = one.kind else { continue };
        let row = rows.entry(mistake.name).or_default();
        row.1 += 1;
        if is_found(mistake, one) {
            row.0 += 1;
        } else {
            row.2.push(format!("{}: {} {}", one.style.name, one.failed.join(" "), one.seen));
        }
    }
    println!("\nMistakes\n  {:<22} {:<14} found", "mistake", "by");
    for mistake in MISTAKES {
        if let Some((found, of, missed)) = rows.get(mistake.name) {
            println!(
                "  {:<22} {:<14} {found}/{of}  {}",
                mistake.name,
                mistake.found_by[0],
                missed.join("; ")
            );
        }
    }
    let (found, of) = rows.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    let slowest = all.iter().map(|one| one.took).max().unwrap_or_default();
    let most = all.iter().map(|one| one.requests).max().unwrap_or_default();
    println!(
        "\n{} right providers, {alarms} false alarms; {of} faulty providers of {} mistakes, {found} found \
         ({}.{} %)\nslowest examination {:.1} s, most requests {most}, all together {:.0} s",
        right.len(),
        rows.len(),
        found * 100 / of.max(1),
        found * 1000 / of.max(1) % 10,
        slowest.as_secs_f64(),
        took.as_secs_f64(),
    );
    // 98 % in whole numbers.
    if alarms == 0 && found * 100 >= of * 98 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
