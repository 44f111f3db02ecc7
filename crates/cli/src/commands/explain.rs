//! `freischalt explain`: which step of signing differs, and which idiom causes it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use freischalt_diagnosis::{
    ALL, Cause, Explanation, Found, Hints, SignedPort, Verdict, explain_order, explain_request,
    explain_url,
};
use freischalt_protocol::Secret;

use super::sign::SecretArguments;
use crate::{
    arguments::Format,
    failure::Failure,
    input::{self, InputError},
    output,
};

const EXAMPLES: &str = "\
Examples:
  freischalt explain url --secret-file secret.txt \\
      'https://provider.example/activate?…&signature=…'
  freischalt explain order order.json --secret-file secret.txt
  freischalt explain request request.json --key-file key.txt
  freischalt explain causes

The signature is made again with every mistake that is known, with every two of
them and every three of the usual ones, until one makes exactly the signature
that was given.";

/// What to explain.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ExplainCommand {
    /// Why the signature of a URL is wrong
    #[command(after_help = EXAMPLES)]
    Url(UrlArguments),
    /// Why the signature of an order or a window message is wrong
    #[command(after_help = EXAMPLES)]
    Order(OrderArguments),
    /// Why the signature of an action of an API request is wrong
    #[command(after_help = EXAMPLES)]
    Request(RequestArguments),
    /// List the mistakes that are known
    Causes {
        /// Whether a script reads the output
        #[command(flatten)]
        format: Format,
    },
}

/// Secrets that may have been taken by mistake.
#[derive(Clone, Debug, Args)]
pub(crate) struct OtherSecrets {
    /// File with a secret that may have been used by mistake; may be repeated
    #[arg(long = "other-secret-file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The URL to explain.
#[derive(Clone, Debug, Args)]
pub(crate) struct UrlArguments {
    /// The complete URL with its signature
    url: String,
    #[command(flatten)]
    secret: SecretArguments,
    #[command(flatten)]
    others: OtherSecrets,
    /// An address that is registered at the marketplace, where the program sees another one; may
    /// be repeated
    #[arg(long = "registered-url", value_name = "URL")]
    registered: Vec<String>,
    #[command(flatten)]
    format: Format,
}

/// The order to explain.
#[derive(Clone, Debug, Args)]
pub(crate) struct OrderArguments {
    /// File with the JSON object; standard input by default
    file: Option<PathBuf>,
    #[command(flatten)]
    secret: SecretArguments,
    #[command(flatten)]
    others: OtherSecrets,
    #[command(flatten)]
    format: Format,
}

/// The request to explain.
#[derive(Clone, Debug, Args)]
pub(crate) struct RequestArguments {
    /// File with the body of the request; standard input by default
    file: Option<PathBuf>,
    /// Which action, counted from 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    action: usize,
    /// Judge the timestamp by this machine's clock: for a request that was made just now
    #[arg(long)]
    now: bool,
    /// File with the API key
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The API key itself; a file or the environment is safer
    #[arg(
        long,
        env = "FREISCHALT_API_KEY",
        hide_env_values = true,
        value_parser = input::parse_secret,
    )]
    key: Option<Secret>,
    #[command(flatten)]
    others: OtherSecrets,
    #[command(flatten)]
    format: Format,
}

/// Runs one of the commands.
pub(crate) fn run(command: &ExplainCommand) -> Result<(), Failure> {
    match command {
        ExplainCommand::Url(arguments) => {
            let (secret, others) = (arguments.secret.read()?, arguments.others.read()?);
            let addresses = &arguments.registered;
            let hints = Hints { others: &others, addresses, ..Hints::default() };
            report(&explain_url(&arguments.url, &secret, &hints), "URL", arguments.format)
        }
        ExplainCommand::Order(arguments) => {
            let (secret, others) = (arguments.secret.read()?, arguments.others.read()?);
            let json = input::read(arguments.file.as_deref())?;
            let hints = Hints { others: &others, ..Hints::default() };
            report(&explain_order(&json, &secret, &hints), "order", arguments.format)
        }
        ExplainCommand::Request(arguments) => {
            let (key, others) = (arguments.key()?, arguments.others.read()?);
            let body = input::read(arguments.file.as_deref())?;
            let now = arguments.now.then(input::now);
            let hints = Hints { others: &others, ..Hints::default() };
            let explanation = explain_request(&body, arguments.action, &key, &hints, now);
            report(&explanation, "action", arguments.format)
        }
        ExplainCommand::Causes { format } if format.json => output::print_json(&ALL),
        ExplainCommand::Causes { .. } => {
            let rows = ALL
                .iter()
                .map(|cause| [cause.id.to_owned(), cause.step.to_string(), cause.what.to_owned()]);
            output::print(&output::table(["NAME", "STEP", "WHAT WAS DONE"], rows))
        }
    }
}

impl OtherSecrets {
    fn read(&self) -> Result<Vec<Secret>, InputError> {
        self.files.iter().map(|file| input::secret_file(file, "a secret")).collect()
    }
}

impl RequestArguments {
    fn key(&self) -> Result<Secret, InputError> {
        input::secret(
            self.key_file.as_deref(),
            self.key.as_ref(),
            "the API key",
            "--key-file FILE, or with FREISCHALT_API_KEY in the environment",
        )
    }
}

fn report(explanation: &Explanation, subject: &str, format: Format) -> Result<(), Failure> {
    if format.json {
        output::print_json(explanation)?;
    } else {
        output::print(&text(explanation, subject))?;
    }
    match explanation.verdict {
        Verdict::Genuine => Ok(()),
        _ => Err(Failure::AnsweredNo),
    }
}

fn text(explanation: &Explanation, subject: &str) -> String {
    let mut blocks = vec![headline(explanation, subject)];
    if let Some(remark) = &explanation.remark
        && explanation.verdict != Verdict::Unreadable
    {
        blocks.push(output::wrap(remark, "", ""));
    }
    if let Some(signed) = explanation.signed_port {
        blocks.push(output::wrap(port_text(signed), "", ""));
    }
    let several = explanation.found.len() > 1;
    if several {
        let count = explanation.found.len();
        let text = format!(
            "{count} explanations fit. Each makes exactly this signature, and nothing in the \
             {subject} tells which of them it was."
        );
        blocks.push(output::wrap(&text, "", ""));
    }
    for (at, found) in explanation.found.iter().enumerate() {
        if several {
            blocks.push(output::bold(&format!("Explanation {}", at + 1)));
        }
        blocks.push(found_text(found));
    }
    if let Some(right) = &explanation.right_text {
        let heading = output::bold("The text that has to be signed (credentials masked)");
        blocks.push(format!("{heading}\n{right}"));
    }
    if let Some(right) = &explanation.right_text_with_port {
        let heading = output::bold("Or, from a host that signs the port, which is right as well");
        blocks.push(format!("{heading}\n{right}"));
    }
    if !explanation.besides.is_empty() {
        blocks.push(output::bold("Besides"));
        blocks.extend(explanation.besides.iter().map(|cause| cause_text(cause, None)));
    }
    blocks.join("\n\n")
}

fn port_text(signed: SignedPort) -> &'static str {
    match signed {
        SignedPort::Without => {
            "The URL has a port, and it was signed without it. Hosts of both kinds exist: a \
             provider accepts both."
        }
        SignedPort::With => {
            "The URL has a port, and it was signed with it, between host and path. Hosts of both \
             kinds exist: a provider accepts both."
        }
    }
}

fn headline(explanation: &Explanation, subject: &str) -> String {
    match explanation.verdict {
        Verdict::Genuine => output::good(&format!("The signature of the {subject} is right.")),
        Verdict::Explained => format!("The signature of the {subject} is wrong, and this is why."),
        Verdict::Missing => format!("The {subject} has no signature."),
        Verdict::Unreadable => {
            let why = explanation.remark.as_deref().unwrap_or_default();
            format!("The {subject} cannot be read: {why}")
        }
        Verdict::Unexplained => output::wrap(
            &format!(
                "The signature of the {subject} is wrong, and none of the known mistakes, nor two \
                 of them together, makes it. Most likely the secret is another one, or the \
                 {subject} was changed after it was signed."
            ),
            "",
            "",
        ),
    }
}

fn found_text(found: &Found) -> String {
    let causes = found.causes.iter();
    let mut blocks: Vec<_> = causes.map(|cause| cause_text(cause, found.about(cause))).collect();
    if let Some(signed) = &found.signed_text {
        blocks.push(format!("{}\n{signed}", output::bold("What was signed")));
    }
    if !found.same_here.is_empty() {
        let names = found.same_here.join(", ");
        blocks.push(output::dim(&format!("The same comes out, with this input, of: {names}")));
    }
    blocks.join("\n\n")
}

fn cause_text(cause: &Cause, about: Option<&str>) -> String {
    let mut lines = vec![
        format!("{}  {}", output::bold(cause.id), output::dim(&cause.step.to_string())),
        output::wrap(cause.what, "  ", "  "),
    ];
    lines.extend(about.map(|about| output::wrap(&format!("Here: {about}"), "  ", "  ")));
    lines.push(output::wrap(cause.mend, "  ", "  "));
    lines.extend(cause.idioms.iter().map(|idiom| {
        format!("    {}  {}", output::dim(&format!("{:<7}", idiom.language)), idiom.code)
    }));
    lines.join("\n")
}
