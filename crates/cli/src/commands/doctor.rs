//! `freischalt doctor`: attack a provider's endpoints and grade them.

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, ValueEnum};
use freischalt_client::management::Management;
use freischalt_doctor::{
    ApiChoice, Grade, Limits, OrderAddress, OrderHop, Report, SandboxAddress, Selection, Target,
    UnlockBody, UnlockHop, Url, report as writers,
};
use freischalt_protocol::{Secret, signed_url::Port};
use freischalt_server::{
    ServerError, config,
    seeds::{self, SeedError},
};
use freischalt_store::{Creation, Keys, Kind, Store};

use super::sign::SecretArguments;
use crate::{
    arguments::StoreOption,
    failure::Failure,
    input::{self, InputError},
    output, runtime,
};

const EXAMPLES: &str = "\
Examples:
  freischalt doctor http://localhost:3000/activate --secret-file secret.txt
  freischalt doctor http://localhost:3000/activate --secret-file secret.txt \\
      --unlock-url http://localhost:3000/unlock --unlock-body json \\
      --unlock-field query={query} --unlock-field key={key}
  freischalt doctor http://localhost:3000/activate --secret-file secret.txt \\
      --service http://localhost:3000/service \\
      --callback http://localhost:3000/result \\
      --format sarif --output doctor.sarif --fail-under B
  freischalt doctor http://localhost:3000/activate --secret-file secret.txt \\
      --sandbox http://127.0.0.1:8081
  freischalt doctor http://localhost:8082/activate \\
      --sandbox http://127.0.0.1:8081 --provider demo --data freischalt-data \\
      --order order --order-body json --order-field item=single
  freischalt doctor --list

The provider has to call the doctor's API instead of the marketplace's while
it is examined: by default http://127.0.0.1:8099/api/stable/api.php. With
--sandbox it goes on calling that sandbox. It must verify with the same secret.
docs/doctor.md says more.";

/// How a provider is examined.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = EXAMPLES,
    group(ArgGroup::new("results").args(["callback", "order"]).multiple(true)),
)]
pub(crate) struct DoctorArguments {
    /// The activation URL
    #[arg(value_name = "URL", required_unless_present = "list")]
    activation: Option<Url>,
    #[command(flatten)]
    secret: SecretArguments,
    /// A service URL
    #[arg(long, value_name = "URL")]
    service: Option<Url>,
    /// The URL of a webhook
    #[arg(long, value_name = "URL")]
    webhook: Option<Url>,
    /// The callback URL of an order; that of a new order each time if only --order is given
    #[arg(long, value_name = "URL")]
    callback: Option<Url>,
    /// An address of your test system that shows what was delivered, in any form
    #[arg(long, value_name = "URL", requires = "results")]
    delivered: Option<Url>,
    /// Origin of a marketplace whose pages frame yours; may be repeated. That of --sandbox, or any other
    /// site, if absent
    #[arg(long = "marketplace", value_name = "ORIGIN", value_parser = parse_origin)]
    marketplaces: Vec<Url>,
    /// Sign a port in the URL as well; the other way is tried if the provider refuses this one
    #[arg(long)]
    keep_port: bool,
    /// Where the doctor plays the API
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8099")]
    api_listen: SocketAddr,
    #[command(flatten)]
    sandbox: SandboxArguments,
    #[command(flatten)]
    hop: HopArguments,
    #[command(flatten)]
    order: OrderArguments,
    #[command(flatten)]
    choice: ChoiceArguments,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    written: ReportArguments,
}

/// A sandbox that is the marketplace in place of the doctor.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "With a running sandbox")]
struct SandboxArguments {
    /// Management API of the sandbox that the provider calls, such as http://127.0.0.1:8081
    #[arg(long, value_name = "URL", conflicts_with = "api_listen")]
    sandbox: Option<Url>,
    /// Slug of the provider in the sandbox; found by its activation URL, or registered, if absent
    #[arg(long, value_name = "SLUG", requires = "sandbox")]
    provider: Option<String>,
    /// File with the bearer token of the management API, if it wants one
    #[arg(long, value_name = "FILE", requires = "sandbox")]
    token_file: Option<PathBuf>,
    /// Data folder of the sandbox, to take the secret of --provider from; it is not shown
    #[arg(long, value_name = "DIR", requires = "provider", conflicts_with = "secret_file")]
    data: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOption,
}

/// How the activation page asks its back end for the unlock, where its form does not say it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The button of the page")]
struct HopArguments {
    /// Where the page sends the key
    #[arg(long, value_name = "URL")]
    unlock_url: Option<Url>,
    /// How the page writes its fields
    #[arg(long, value_name = "KIND")]
    unlock_body: Option<Body>,
    /// A field: NAME=TEMPLATE with {token}, {key}, {cache}, {claim}, {query} or {hidden:NAME}
    #[arg(long = "unlock-field", value_name = "FIELD", value_parser = parse_field)]
    unlock_fields: Vec<(String, String)>,
}

/// How the page of a service asks its back end for a signed order.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Orders")]
struct OrderArguments {
    /// Where it asks: a URL, or a path relative to the page that the service ends at, such as `order`
    #[arg(long, value_name = "URL|PATH", value_parser = parse_order)]
    order: Option<OrderAddress>,
    /// How it writes its fields [default: form]
    #[arg(long, value_name = "KIND", requires = "order")]
    order_body: Option<Body>,
    /// A field: NAME=TEMPLATE with {launch} or {quantity} [default: launch, product, quantity]
    #[arg(long = "order-field", value_name = "FIELD", value_parser = parse_field, requires = "order")]
    order_fields: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Body {
    Multipart,
    Form,
    Json,
}

/// Which checks are made.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Checks")]
struct ChoiceArguments {
    /// List the checks and do nothing
    #[arg(long)]
    list: bool,
    /// With --list: as the page of the documentation
    #[arg(long, requires = "list")]
    markdown: bool,
    /// Only these: ids, beginnings of ids, or areas such as `unlock`
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    only: Vec<String>,
    /// Not these
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    skip: Vec<String>,
}

/// What keeps a run harmless.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitArguments {
    /// A host beside this machine that you may examine; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Most requests of a run
    #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
    max_requests: usize,
    /// Most requests in a second
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    /// How long an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
}

/// What becomes of the findings.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Report")]
struct ReportArguments {
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: ReportFormat,
    /// Where the report is written; standard output by default
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print JSON, as --format json does
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Say how to mend things in these languages only, such as php,node
    #[arg(long, value_name = "LANGUAGES", value_delimiter = ',')]
    language: Vec<String>,
    /// The answer is no (exit code 1) if the grade is worse than this
    #[arg(long, value_name = "GRADE", default_value = "B")]
    fail_under: Grade,
    /// Checks that are known to fail; with one, only new failures make the answer no
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the checks that fail now to a file for --baseline
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Terminal,
    Html,
    Json,
    Junit,
    Sarif,
}

/// Examines, or lists the checks.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<(), Failure> {
    let selection =
        Selection { only: arguments.choice.only.clone(), skip: arguments.choice.skip.clone() };
    if arguments.choice.list {
        return list(arguments, &selection);
    }
    let runtime = runtime::servers()?;
    let target = target(arguments, runtime.block_on(secret(arguments))?)?;
    let known = arguments.written.baseline.as_deref().map(|path| input::read(Some(path)));
    let known = known.transpose()?;
    let limits = limits(&arguments.limits);
    let api = api(arguments)?;
    let examined = freischalt_doctor::run(target, &api, &limits, &selection);
    let mut report = runtime.block_on(examined)?;
    if let Some(known) = &known {
        report.apply_baseline(&String::from_utf8_lossy(known));
    }
    if let Some(path) = &arguments.written.write_baseline {
        write_file(path, &report.baseline())?;
    }
    write(arguments, &report)?;
    if is_fine(arguments, &report) { Ok(()) } else { Err(Failure::AnsweredNo) }
}

fn target(arguments: &DoctorArguments, secret: Secret) -> Result<Target, InputError> {
    let activation = arguments
        .activation
        .clone()
        .ok_or(InputError::Missing { what: "the activation URL", how: "the first argument" })?;
    Ok(Target {
        activation,
        service: arguments.service.clone(),
        webhook: arguments.webhook.clone(),
        callback: arguments.callback.clone(),
        order: order(&arguments.order),
        delivered: arguments.delivered.clone(),
        secret,
        port: if arguments.keep_port { Port::Kept } else { Port::Dropped },
        marketplaces: arguments.marketplaces.clone(),
        hop: UnlockHop {
            url: arguments.hop.unlock_url.clone(),
            body: arguments.hop.unlock_body.map(Body::kind),
            fields: arguments.hop.unlock_fields.clone(),
        },
    })
}

/// The provider secret, as it is given, or as a sandbox on this machine keeps it: that of the demo
/// provider is shown to nobody.
async fn secret(arguments: &DoctorArguments) -> Result<Secret, Failure> {
    let SandboxArguments { data, provider, store, .. } = &arguments.sandbox;
    let (Some(folder), Some(slug)) = (data, provider) else {
        return Ok(arguments.secret.read()?);
    };
    let (location, key) = config::existing_sandbox(folder, store.named())?;
    let keys = Keys { current: key, previous: Vec::new() };
    let store = Store::open_or_make(&location, Creation::Never, Kind::Sandbox, &keys)
        .map_err(ServerError::from)?;
    let secret = seeds::secret_of(&store, slug).await.map_err(SeedError::from)?;
    let missing = || InputError::NoProvider { slug: slug.clone(), folder: folder.clone() };
    Ok(secret.ok_or_else(missing)?)
}

fn order(arguments: &OrderArguments) -> Option<OrderHop> {
    let at = arguments.order.clone()?;
    let body = arguments.order_body.map(Body::kind);
    Some(OrderHop { at, body, fields: arguments.order_fields.clone() })
}

fn parse_origin(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}; expected https://host"))?;
    let is_origin =
        matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    let expected = "expected scheme, host and port alone, as in https://smart.onoffice.de";
    if is_origin { Ok(url) } else { Err(expected.to_owned()) }
}

fn parse_order(text: &str) -> Result<OrderAddress, String> {
    match text.starts_with("http://") || text.starts_with("https://") {
        true => text.parse().map(OrderAddress::Beside).map_err(|error| format!("{error}")),
        false => Ok(OrderAddress::InWindow(text.to_owned())),
    }
}

impl Body {
    fn kind(self) -> UnlockBody {
        match self {
            Self::Multipart => UnlockBody::Multipart,
            Self::Form => UnlockBody::Form,
            Self::Json => UnlockBody::Json,
        }
    }
}

fn api(arguments: &DoctorArguments) -> Result<ApiChoice, Failure> {
    let SandboxArguments { sandbox, provider, token_file, .. } = &arguments.sandbox;
    let Some(address) = sandbox else { return Ok(ApiChoice::Own(arguments.api_listen)) };
    let mut management = Management::new(address.as_str())?;
    if let Some(path) = token_file {
        management = management.with_token(input::secret_file(path, "the bearer token")?);
    }
    let (url, provider) = (address.clone(), provider.clone());
    Ok(ApiChoice::Sandbox(SandboxAddress { url, management, provider }))
}

fn limits(arguments: &LimitArguments) -> Limits {
    Limits {
        hosts: arguments.hosts.clone(),
        requests: arguments.max_requests,
        per_second: arguments.rate,
        timeout: Duration::from_secs(arguments.timeout),
        ..Limits::default()
    }
}

fn list(arguments: &DoctorArguments, selection: &Selection) -> Result<(), Failure> {
    if arguments.choice.markdown {
        return output::print(&writers::markdown());
    }
    let checks = selection.checks();
    if arguments.written.json || arguments.written.format == ReportFormat::Json {
        return output::print_json(&writers::catalogue(&checks));
    }
    let rows = checks.iter().map(|check| {
        [check.id.to_owned(), check.severity.word().to_owned(), check.title.to_owned()]
    });
    output::print(&output::table(["ID", "SEVERITY", "WHAT HAS TO HOLD"], rows))
}

fn write(arguments: &DoctorArguments, report: &Report) -> Result<(), Failure> {
    let format = if arguments.written.json { ReportFormat::Json } else { arguments.written.format };
    let text = match format {
        ReportFormat::Terminal => writers::terminal(report, &arguments.written.language),
        ReportFormat::Html => writers::html(report),
        ReportFormat::Json => writers::json(report).to_string(),
        ReportFormat::Junit => writers::junit(report),
        ReportFormat::Sarif => writers::sarif(report).to_string(),
    };
    let Some(path) = &arguments.written.output else { return output::print(&text) };
    write_file(path, &output::plain(&text))?;
    let (passed, failed, skipped) = report.counts();
    let grade = match report.grade() {
        Some(grade) => format!("Grade {grade}"),
        None => report.meaning().trim_end_matches('.').to_owned(),
    };
    output::print(&format!("{grade}: {passed} passed, {failed} failed, {skipped} not judged."))
}

fn write_file(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::Output)
}

/// With a baseline only what is new counts.
fn is_fine(arguments: &DoctorArguments, report: &Report) -> bool {
    let severities = |findings: Vec<&freischalt_doctor::Finding>| {
        findings.iter().map(|finding| finding.check.severity).collect::<Vec<_>>()
    };
    // Without a grade nothing is known to be fine, whatever a baseline says.
    report.grade().is_some_and(|grade| {
        let counts = match arguments.written.baseline {
            Some(_) => Grade::of(&severities(report.new_failures())),
            None => grade,
        };
        counts <= arguments.written.fail_under
    })
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("expected NAME=TEMPLATE, as in key={key}")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
