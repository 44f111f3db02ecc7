//! `freischalt verify`: check the signature of a URL or an order, and say what is wrong with it.
//!
//! It never prints the signature that would have been right: whoever asks may not be the one who
//! is entitled to sign.

mod diagnosis;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use freischalt_diagnosis::{Hints, explain_order, explain_url, masked};
use freischalt_protocol::{
    Secret, signed_order,
    signed_url::{self, Port, SignedUrlError, VerifiedUrl},
};
use serde::Serialize;

use super::sign::SecretArguments;
use crate::{arguments::Format, failure::Failure, input, output};

/// How far in the future a URL may claim to be signed, in seconds: clocks differ.
const MAX_AHEAD: i64 = 120;

const EXAMPLES: &str = "\
Examples:
  freischalt verify url --max-age 300 'https://provider.example/…&signature=…'
  freischalt verify order order.json --secret-file secret.txt
  freischalt verify order --json < order.json

Put the URL in quotes: without them the shell cuts it off at the first `&`.";

/// What to verify.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum VerifyCommand {
    /// Check the signature, and with --max-age the age, of a URL
    #[command(after_help = EXAMPLES)]
    Url(UrlArguments),
    /// Check the signature of an order or a window message
    #[command(after_help = EXAMPLES)]
    Order(OrderArguments),
}

/// The URL to verify.
#[derive(Clone, Debug, Args)]
pub(crate) struct UrlArguments {
    /// The complete URL with its signature
    url: String,
    /// Refuse a URL signed longer ago than this, or more than 120 s in the future
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(i64).range(0..),
    )]
    max_age: Option<i64>,
    #[command(flatten)]
    secret: SecretArguments,
    #[command(flatten)]
    format: Format,
}

/// The order to verify.
#[derive(Clone, Debug, Args)]
pub(crate) struct OrderArguments {
    /// File with the JSON object; standard input by default
    file: Option<PathBuf>,
    #[command(flatten)]
    secret: SecretArguments,
    #[command(flatten)]
    format: Format,
}

/// What a check found out.
#[derive(Serialize)]
struct Verdict {
    /// What was checked.
    #[serde(skip)]
    subject: &'static str,
    /// Whether it is genuine, and fresh if that was asked.
    valid: bool,
    /// Why it was refused; `None` if it was not.
    reason: Option<String>,
    /// Seconds since it was signed, by its own word, if it is genuine and says so.
    age: Option<i64>,
    /// The text that was signed, without credentials, where the signature is the problem.
    canonical: Option<String>,
    /// What is likely to help.
    hint: Option<String>,
}

/// Runs one of the commands.
pub(crate) fn run(command: &VerifyCommand) -> Result<(), Failure> {
    match command {
        VerifyCommand::Url(arguments) => {
            let secret = arguments.secret.read()?;
            report(verify_url(arguments, &secret), arguments.format)
        }
        VerifyCommand::Order(arguments) => {
            let secret = arguments.secret.read()?;
            let json = input::read(arguments.file.as_deref())?;
            report(verify_order(&json, &secret), arguments.format)
        }
    }
}

fn verify_url(arguments: &UrlArguments, secret: &Secret) -> Verdict {
    let (url, now) = (&arguments.url, input::now());
    let check = |port: Port| match arguments.max_age {
        None => port.verify(url, secret),
        Some(age) => port.verify_fresh(url, secret, now, age, MAX_AHEAD),
    };
    // Hosts are known that sign the port, and hosts that do not.
    let result = match check(Port::Dropped) {
        Err(SignedUrlError::WrongSignature) => check(Port::Kept),
        result => result,
    };
    let mut verdict = Verdict::new("URL", result.as_ref().err());
    let timestamp = result.as_ref().ok().and_then(VerifiedUrl::timestamp);
    verdict.age = timestamp.map(|timestamp| now.since(timestamp));
    match result {
        Err(SignedUrlError::WrongSignature) => {
            verdict.canonical = signed_url::canonical(url).ok().map(|text| masked(&text));
            verdict.hint = Some(diagnosis::hint(&explain_url(url, secret, &Hints::default())));
        }
        Err(SignedUrlError::MissingSignature) => {
            verdict.hint = Some(diagnosis::hint(&explain_url(url, secret, &Hints::default())));
        }
        _ => {}
    }
    verdict
}

fn verify_order(json: &[u8], secret: &Secret) -> Verdict {
    let result = signed_order::verify(json, secret);
    let mut verdict = Verdict::new("order", result.as_ref().err());
    if matches!(result, Err(signed_order::SignedOrderError::WrongSignature)) {
        verdict.canonical = signed_order::canonical(json).ok().map(|text| masked(&text));
        verdict.hint = Some(diagnosis::hint(&explain_order(json, secret, &Hints::default())));
    }
    verdict
}

impl Verdict {
    fn new(subject: &'static str, error: Option<&impl ToString>) -> Self {
        let reason = error.map(ToString::to_string);
        Self { subject, valid: error.is_none(), reason, age: None, canonical: None, hint: None }
    }

    fn praise(&self) -> String {
        let genuine = output::good(&format!("The {} is genuine.", self.subject));
        match self.age {
            Some(age @ 0..) => format!("{genuine} It was signed {age} s ago."),
            Some(ahead) => format!("{genuine} It is dated {} s from now.", ahead.unsigned_abs()),
            None => genuine,
        }
    }

    fn text(&self, reason: &str) -> String {
        let mut text = format!("the {} does not verify: {reason}", self.subject);
        if let Some(canonical) = &self.canonical {
            text.push_str(
                "\n\nThe signature has to be made over this text (credentials masked):\n",
            );
            text.push_str(canonical);
        }
        if let Some(hint) = &self.hint {
            text.push_str("\n\n");
            text.push_str(&output::wrap(hint, "", ""));
        }
        text
    }
}

fn report(verdict: Verdict, format: Format) -> Result<(), Failure> {
    if format.json {
        output::print_json(&verdict)?;
        return if verdict.valid { Ok(()) } else { Err(Failure::AnsweredNo) };
    }
    match &verdict.reason {
        None => output::print(&verdict.praise()),
        Some(reason) => Err(Failure::No(verdict.text(reason))),
    }
}
