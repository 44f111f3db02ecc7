//! `freischalt sign`: sign a URL or an order with a provider secret.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use freischalt_protocol::{Secret, UnixTime, signed_order, signed_url::Port};
use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::{
    failure::Failure,
    input::{self, InputError},
    output,
};

const EXAMPLES: &str = "\
Examples:
  freischalt sign url --timestamp now 'https://provider.example/?userId=21'
  freischalt sign order order.json --secret-file secret.txt
  freischalt sign order --timestamp now < order.json

The secret is safest in a file or in FREISCHALT_PROVIDER_SECRET: other users
of the machine can read command lines.";

/// What to sign.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum SignCommand {
    /// Print the complete signed URL
    #[command(after_help = EXAMPLES)]
    Url(UrlArguments),
    /// Print a signed order or window message: a JSON object with its signature
    #[command(after_help = EXAMPLES)]
    Order(OrderArguments),
}

/// The provider secret, of which there must be one.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Provider secret")]
pub(crate) struct SecretArguments {
    /// File with the provider secret
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// The provider secret itself; a file or the environment is safer
    #[arg(
        long,
        env = "FREISCHALT_PROVIDER_SECRET",
        hide_env_values = true,
        value_parser = input::parse_secret,
    )]
    secret: Option<Secret>,
}

impl SecretArguments {
    /// The secret; a file wins over the environment.
    pub(super) fn read(&self) -> Result<Secret, InputError> {
        input::secret(
            self.secret_file.as_deref(),
            self.secret.as_ref(),
            "the provider secret",
            "--secret-file FILE, or with FREISCHALT_PROVIDER_SECRET in the environment",
        )
    }
}

/// The URL to sign.
#[derive(Clone, Debug, Args)]
pub(crate) struct UrlArguments {
    /// The URL; an old signature is replaced
    url: String,
    /// Add or replace the timestamp: `now`, or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    timestamp: Option<Timestamp>,
    /// Sign the URL's port as well, as some hosts do
    #[arg(long)]
    keep_port: bool,
    #[command(flatten)]
    secret: SecretArguments,
}

/// The order to sign.
#[derive(Clone, Debug, Args)]
pub(crate) struct OrderArguments {
    /// File with the JSON object; standard input by default
    file: Option<PathBuf>,
    /// Add or replace the timestamp, which orders must have: `now`, or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    timestamp: Option<Timestamp>,
    #[command(flatten)]
    secret: SecretArguments,
}

/// When something is to have been signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timestamp {
    Now,
    At(UnixTime),
}

impl Timestamp {
    /// The time that is meant.
    fn or(self, now: UnixTime) -> UnixTime {
        match self {
            Self::Now => now,
            Self::At(time) => time,
        }
    }
}

/// Runs one of the commands.
pub(crate) fn run(command: &SignCommand) -> Result<(), Failure> {
    match command {
        SignCommand::Url(arguments) => output::print(&url(arguments, input::now())?),
        SignCommand::Order(arguments) => output::print(&order(arguments, input::now())?),
    }
}

fn url(arguments: &UrlArguments, now: UnixTime) -> Result<String, InputError> {
    let secret = arguments.secret.read()?;
    let url = match arguments.timestamp {
        None => arguments.url.clone(),
        Some(timestamp) => with_timestamp(&arguments.url, timestamp.or(now)),
    };
    let port = if arguments.keep_port { Port::Kept } else { Port::Dropped };
    port.sign(&url, &secret).map_err(|error| InputError::Unsignable {
        place: "the URL",
        why: format!("{error}; expected one like https://provider.example/activate?userId=21"),
    })
}

fn order(arguments: &OrderArguments, now: UnixTime) -> Result<String, InputError> {
    let secret = arguments.secret.read()?;
    let file = arguments.file.as_deref();
    let mut json = input::read(file)?;
    if let Some(timestamp) = arguments.timestamp {
        let stamped = with_timestamp_member(&json, timestamp.or(now));
        json = stamped.map_err(|cause| InputError::Document {
            place: input::place(file),
            expected: "a JSON object",
            cause,
        })?;
    }
    signed_order::sign(&json, &secret)
        .map_err(|error| InputError::Unsignable { place: "the order", why: error.to_string() })
}

/// Drops every `timestamp` of the query and appends another one. All else stays as it was typed.
fn with_timestamp(url: &str, time: UnixTime) -> String {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, format!("#{fragment}")),
        None => (url, String::new()),
    };
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_old = |pair: &&str| pair.split('=').next() == Some("timestamp");
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !is_old(pair)).collect();
    let timestamp = format!("timestamp={time}");
    pairs.retain(|pair| !pair.is_empty());
    pairs.push(&timestamp);
    format!("{base}?{}{fragment}", pairs.join("&"))
}

/// Replaces the member `timestamp`, or appends it. All other members stay as they were written.
fn with_timestamp_member(json: &[u8], time: UnixTime) -> Result<Vec<u8>, serde_json::Error> {
    let mut members: IndexMap<String, Box<RawValue>> = serde_json::from_slice(json)?;
    members.insert("timestamp".to_owned(), RawValue::from_string(time.to_string())?);
    serde_json::to_vec(&members)
}

fn parse_timestamp(text: &str) -> Result<Timestamp, String> {
    if text == "now" {
        return Ok(Timestamp::Now);
    }
    let seconds = text.parse().map_err(|_| "expected `now` or whole Unix seconds".to_owned())?;
    Ok(Timestamp::At(UnixTime(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_of_an_order_is_added_or_replaced_and_the_rest_stays() {
        let stamped = |json: &str| {
            let bytes = with_timestamp_member(json.as_bytes(), UnixTime(7)).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(stamped(r#"{"b":38.70,"a":"\/"}"#), r#"{"b":38.70,"a":"\/","timestamp":7}"#);
        assert_eq!(stamped(r#"{"timestamp":"x","a":1}"#), r#"{"timestamp":7,"a":1}"#);
        assert!(with_timestamp_member(b"[]", UnixTime(7)).is_err());
    }

    #[test]
    fn a_timestamp_is_added_or_replaced() {
        let stamped = |url| with_timestamp(url, UnixTime(7));
        assert_eq!(stamped("https://h/p"), "https://h/p?timestamp=7");
        assert_eq!(stamped("https://h?a=%20#f"), "https://h?a=%20&timestamp=7#f");
        assert_eq!(stamped("https://h/?timestamp=1&b=2&timestamp"), "https://h/?b=2&timestamp=7");
    }
}
