//! What a framework makes of the inputs, as a row of the document.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, ensure};
use freischalt_protocol::{
    Secret,
    php::{Value, query::parse_str},
    signed_url::Port,
};
use serde_json::Value as Json;

use super::{
    inputs::{Input, LENGTHS, NAMES, PATHS, QUERIES},
    install::Packages,
    list::{Framework, Kind},
    serve::{MARKETPLACE, Running, SECRET, What, start},
};
use crate::wire::{Answer, get};

/// The input whose answer says which of two equal names counts.
const TWICE: &str = "same name twice";

/// Everything that the document says of a framework's behaviour.
pub(super) struct Row {
    /// How many of the queries the page verifies, and which not.
    pub(super) verifies: String,
    /// Names that the page does not verify.
    pub(super) names: String,
    /// The longest target that the page takes, and what a longer one gets.
    pub(super) longest: String,
    /// Headers about frames that nobody asked for.
    pub(super) framing: String,
    /// What the full URL is.
    pub(super) full: String,
    /// Queries that the usual parameter object reads otherwise than PHP.
    pub(super) reads: String,
    /// Which of two equal names counts there.
    pub(super) twice: String,
}

/// Starts the page and the probe in turn.
pub(super) fn measure(framework: &Framework, packages: &Packages) -> Result<Row> {
    let page = start(framework, What::Page, packages)?;
    let refused = |inputs: &[Input]| -> Result<Vec<&'static str>> {
        let mut refused = Vec::new();
        for input in inputs {
            if get(page.port, &target(page.port, input, Port::Kept)?)?.status != 200 {
                refused.push(input.name);
            }
        }
        Ok(refused)
    };
    honest(&page)?;
    let unread = refused(QUERIES)?;
    let verified = format!("{} of {}", QUERIES.len() - unread.len(), QUERIES.len());
    let names = refused(NAMES)?;
    let longest = longest(&page)?;
    drop(page);
    let probe = start(framework, What::Probe, packages)?;
    let below = if framework.kind == Kind::Next { "/probe" } else { "" };
    let probed = Probed::ask(&probe, below)?;
    Ok(Row {
        verifies: but(&verified, "not", &unread),
        names: if names.is_empty() { "all".to_owned() } else { but("", "not", &names) },
        longest,
        framing: probed.framing,
        full: probed.full,
        reads: probed.reads,
        twice: probed.twice,
    })
}

fn but(start: &str, word: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return start.to_owned();
    }
    let names: Vec<_> = names.iter().map(|name| code(name)).collect();
    let separator = if start.is_empty() { "" } else { "; " };
    format!("{start}{separator}{word} {}", names.join(", "))
}

fn code(name: &str) -> String {
    // Words are words; everything else is a piece of a URL.
    let words = name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') && name.len() > 3;
    if words { name.to_owned() } else { format!("`{name}`") }
}

/// The target of a URL that was signed just now.
fn target(port: u16, input: &Input, reading: Port) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let address = format!("http://127.0.0.1:{port}");
    let url = format!(
        "{address}{}?{}&customerName=Muster&customerWebId=4fe8c2&userId=21&apiToken=0123456789abcdef\
         &parameterCacheId=6802c44a-7fd6&apiClaim=eyJhbGciOi&timestamp={now}",
        input.path, input.query,
    );
    let signed = reading.sign(&url, &Secret::new(SECRET))?;
    signed
        .strip_prefix(&address)
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("signing changed the address"))
}

/// The page takes both readings, nothing that was changed, and has the headers that it should have.
fn honest(page: &Running) -> Result<()> {
    let plain = QUERIES.first().context("there are inputs")?;
    for reading in [Port::Kept, Port::Dropped] {
        let target = target(page.port, plain, reading)?;
        let answer = get(page.port, &target)?;
        ensure!(
            answer.status == 200,
            "{reading:?}: the page answers {} to a plain URL",
            answer.status
        );
        let policy = answer.header("content-security-policy").unwrap_or_default();
        ensure!(
            policy.contains(&format!("frame-ancestors {MARKETPLACE}")),
            "the policy is `{policy}`"
        );
        ensure!(answer.header("x-frame-options").is_none(), "the page has X-Frame-Options");
        let cookie = answer.header("set-cookie").unwrap_or_default().to_ascii_lowercase();
        for part in ["secure", "httponly", "samesite=none", "partitioned"] {
            ensure!(cookie.contains(part), "the cookie `{cookie}` lacks {part}");
        }
        let changed = get(page.port, &target.replace("userId=21", "userId=1"))?;
        ensure!(changed.status == 403, "the page answers {} to a changed URL", changed.status);
    }
    Ok(())
}

fn longest(page: &Running) -> Result<String> {
    let mut taken = None;
    for length in LENGTHS {
        let filler = Box::leak(format!("filler={}", "x".repeat(length)).into_boxed_str());
        let input = Input { name: "", path: "/activate", query: filler };
        let whole = target(page.port, &input, Port::Kept)?;
        // What the marketplace adds belongs to the length.
        let excess = whole.len() - length;
        let whole = {
            let shorter = &filler[..filler.len() - excess];
            target(
                page.port,
                &Input { query: Box::leak(shorter.to_owned().into_boxed_str()), ..input },
                Port::Kept,
            )?
        };
        let Answer { status, .. } = get(page.port, &whole)?;
        if status != 200 {
            let refusal = if status == 0 { "cut off".to_owned() } else { status.to_string() };
            return Ok(taken.map_or_else(
                || format!("{length}: {refusal}"),
                |taken: usize| format!("{taken}; {length}: {refusal}"),
            ));
        }
        taken = Some(length);
    }
    Ok(taken.map_or_else(String::new, |taken| taken.to_string()))
}

/// What the probe said.
struct Probed {
    framing: String,
    full: String,
    reads: String,
    twice: String,
}

impl Probed {
    fn ask(probe: &Running, below: &str) -> Result<Self> {
        let origin = format!("http://127.0.0.1:{}", probe.port);
        let (mut framing, mut twice) = (String::new(), String::new());
        let mut differs = Vec::new();
        let mut url = FullUrl::default();
        let named = NAMES.iter().filter(|input| input.name == TWICE);
        for input in PATHS.iter().chain(QUERIES).chain(named) {
            let target = format!("{below}{}", target(probe.port, input, Port::Kept)?);
            let answer = get(probe.port, &target)?;
            let said: Json = serde_json::from_str(&answer.body).unwrap_or(Json::Null);
            let Some(full) = said.get("url").and_then(Json::as_str) else {
                ensure!(
                    PATHS.iter().any(|path| path.name == input.name),
                    "the probe answers {}",
                    answer.status
                );
                url.refused.push(format!("{} ({})", code(input.name), answer.status));
                continue;
            };
            if framing.is_empty() {
                framing = framing_of(&answer);
            }
            url.compare(input, full, &target, &origin);
            if input.name == TWICE {
                twice = twice_of(&said);
            } else if !reads_as_php(&said, &target) {
                differs.push(input.name);
            }
        }
        let reads =
            if differs.is_empty() { "right".to_owned() } else { but("", "wrong:", &differs) };
        let full = url.told().replace(&probe.port.to_string(), "PORT");
        Ok(Self { framing, full, reads, twice })
    }
}

/// How a full URL differs from what was sent.
#[derive(Default)]
struct FullUrl {
    /// What stands before the path, if it is not the address that was called.
    start: Option<String>,
    paths: Vec<&'static str>,
    queries: Vec<&'static str>,
    refused: Vec<String>,
}

impl FullUrl {
    fn compare(&mut self, input: &Input, full: &str, target: &str, origin: &str) {
        let rest = full.strip_prefix(origin).unwrap_or_else(|| {
            let host =
                if full.starts_with('/') { 0 } else { full.find("//").map_or(0, |at| at + 2) };
            let path = full[host..].find('/').map_or(full.len(), |at| host + at);
            self.start = Some(full[..path].to_owned());
            &full[path..]
        });
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (sent_path, sent_query) = target.split_once('?').unwrap_or((target, ""));
        if path != sent_path {
            self.paths.push(input.name);
        }
        if query != sent_query {
            self.queries.push(input.name);
        }
    }

    fn told(&self) -> String {
        let mut parts = vec![match self.start.as_deref() {
            None => "with port".to_owned(),
            Some("") => "without host".to_owned(),
            Some(start) => format!("`{start}`"),
        }];
        parts.push(match self.paths.len() {
            0 => "path as sent".to_owned(),
            _ => but("", "path changed:", &self.paths),
        });
        parts.push(match self.queries.len() {
            0 => "query as sent".to_owned(),
            many if many > QUERIES.len() => "every query rewritten".to_owned(),
            _ => but("", "query changed:", &self.queries),
        });
        if !self.refused.is_empty() {
            parts.push(format!("refused: path {}", self.refused.join(", ")));
        }
        parts.join("; ")
    }
}

fn framing_of(answer: &Answer) -> String {
    let frame = answer.header("x-frame-options").map(|value| format!("`X-Frame-Options: {value}`"));
    let policy = answer.header("content-security-policy").map(|value| format!("`{value}`"));
    let both: Vec<_> = frame.into_iter().chain(policy).collect();
    if both.is_empty() { "none".to_owned() } else { both.join(", ") }
}

/// Whether every text that PHP finds in the query is there under its name.
fn reads_as_php(said: &Json, target: &str) -> bool {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    parse_str(query.as_bytes()).iter().all(|(key, value)| {
        let name = String::from_utf8_lossy(&key.to_bytes()).into_owned();
        match value {
            Value::Str(_) => said["read"].get(&name).and_then(Json::as_str) == value.as_str(),
            _ => said["read"].get(&name).is_some_and(Json::is_object),
        }
    })
}

fn twice_of(said: &Json) -> String {
    match &said["read"]["n"] {
        Json::String(value) if value == "1" => "first".to_owned(),
        Json::String(value) if value == "2" => "last".to_owned(),
        Json::Array(_) | Json::Object(_) => "list".to_owned(),
        other => other.to_string(),
    }
}
