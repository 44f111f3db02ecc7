//! `freischalt explain`: which step of signing differs, and which idiom causes it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use freischalt_diagnosis::{
    ALL, Cause, Explanation, Found, Verdict, explain_order, explain_request, explain_url,
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

The signature is made again with every mistake that is known, and with every
two of them, until one makes exactly the signature that was given.";

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
            report(&explain_url(&arguments.url, &secret, &others), "URL", arguments.format)
        }
        ExplainCommand::Order(arguments) => {
            let (secret, others) = (arguments.secret.read()?, arguments.others.read()?);
            let json = input::read(arguments.file.as_deref())?;
            report(&explain_order(&json, &secret, &others), "order", arguments.format)
        }
        ExplainCommand::Request(arguments) => {
            let (key, others) = (arguments.key()?, arguments.others.read()?);
            let body = input::read(arguments.file.as_deref())?;
            let now = arguments.now.then(input::now);
            let explanation = explain_request(&body, arguments.action, &key, &others, now);
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
    blocks.extend(explanation.found.iter().map(found_text));
    if let Some(right) = &explanation.right_text {
        let heading = output::bold("The text that has to be signed (credentials masked)");
        blocks.push(format!("{heading}\n{right}"));
    }
    if !explanation.besides.is_empty() {
        blocks.push(output::bold("Besides"));
        blocks.extend(explanation.besides.iter().map(|cause| cause_text(cause)));
    }
    blocks.join("\n\n")
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
    let mut blocks: Vec<_> = found.causes.iter().map(|cause| cause_text(cause)).collect();
    if let Some(signed) = &found.signed_text {
        blocks.push(format!("{}\n{signed}", output::bold("What was signed")));
    }
    if !found.same_here.is_empty() {
        let names = found.same_here.join(", ");
        blocks.push(output::dim(&format!("The same comes out, with this input, of: {names}")));
    }
    blocks.join("\n\n")
}

fn cause_text(cause: &Cause) -> String {
    let mut lines = vec![
        format!("{}  {}", output::bold(cause.id), output::dim(&cause.step.to_string())),
        output::wrap(cause.what, "  ", "  "),
        output::wrap(cause.mend, "  ", "  "),
    ];
    lines.extend(cause.idioms.iter().map(|idiom| {
        format!("    {}  {}", output::dim(&format!("{:<7}", idiom.language)), idiom.code)
    }));
    lines.join("\n")
}
