//! What one unlock needs, in a file with a line of JSON for each, and the body made of it.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use freischalt_protocol::{
    Secret, Verb,
    hmac::{SigningKey, V2Message},
};
use serde::{Deserialize, Serialize};

const KIND: &str = "unlockProvider";

/// The credentials of an activation that waits for its unlock. Test data, so that it may be written
/// to a file in clear.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// The id of the activation, which only the management API is asked for.
    pub activation: String,
    /// `apiToken`.
    pub token: String,
    /// The API key.
    pub key: String,
    /// `parameterCacheId`.
    pub cache_id: String,
    /// `apiClaim`.
    pub claim: String,
}

/// Writes credentials, one to a line.
pub struct Writer(BufWriter<File>);

impl Writer {
    /// Begins a new file.
    pub fn create(path: &Path) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(BufWriter::new(file)))
    }

    /// Adds one.
    pub fn add(&mut self, credential: &Credential) -> Result<()> {
        serde_json::to_writer(&mut self.0, credential)?;
        Ok(self.0.write_all(b"\n")?)
    }

    /// Makes sure that everything is written.
    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Which credentials of a file to use.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Choice {
    /// Leave out this many of them, which were used before
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: usize,
    /// Use at most this many of them
    #[arg(long, value_name = "N", default_value_t = usize::MAX)]
    pub take: usize,
    /// Take them in the order in which the activations began, and not as they stand in the file
    #[arg(long)]
    pub in_order: bool,
}

impl Choice {
    /// All of them.
    pub const ALL: Self = Self { skip: 0, take: usize::MAX, in_order: false };
}

/// Reads the chosen credentials; fewer when the file has fewer.
pub fn read(path: &Path, choice: Choice) -> Result<Vec<Credential>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let Choice { skip, take, in_order } = choice;
    let parse = |line: std::io::Result<String>| Ok(serde_json::from_str(&line?)?);
    let lines = BufReader::new(file).lines();
    if !in_order {
        return lines.skip(skip).take(take).map(parse).collect();
    }
    let mut all: Vec<Credential> = lines.map(parse).collect::<Result<_>>()?;
    // Tokens begin with the time.
    all.sort_by(|one, other| one.token.cmp(&other.token));
    Ok(all.into_iter().skip(skip).take(take).collect())
}

impl Credential {
    /// The body of an unlock as the official PHP SDK writes it, with the same action `actions`
    /// times. A request has one token and with it one run, so only the first changes anything.
    pub fn unlock_body(&self, timestamp: u64, actions: usize) -> String {
        let action = self.action(timestamp);
        let all = vec![action; actions].join(",");
        format!(r#"{{"token":"{}","request":{{"actions":[{all}]}}}}"#, self.token)
    }

    fn action(&self, timestamp: u64) -> String {
        let (action_id, time) = (Verb::Do.action_id(), timestamp.to_string());
        let message = V2Message {
            timestamp: &time,
            token: &self.token,
            resource_type: KIND,
            action_id: &action_id,
        };
        let hmac = SigningKey::new(&Secret::new(&self.key)).sign(&message);
        let Self { cache_id, claim, .. } = self;
        // No value here has a character that JSON escapes.
        format!(
            r#"{{"actionid":"{action_id}","identifier":"","parameters":{{"parameterCacheId":"{cache_id}","isRegularCustomer":0,"extendedclaim":"{claim}"}},"resourceid":"","resourcetype":"{KIND}","timestamp":{timestamp},"hmac_version":2,"hmac":"{hmac}"}}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use freischalt_protocol::envelope::{Request, Signature};

    use super::*;

    fn credential() -> Credential {
        let hex = |digits: usize| "0123456789abcdef".repeat(4)[..digits].to_owned();
        Credential {
            activation: String::new(),
            token: hex(32),
            key: hex(64),
            cache_id: "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6".to_owned(),
            claim: "AbC_-9".to_owned(),
        }
    }

    #[test]
    fn a_body_is_what_the_server_verifies() {
        let credential = credential();
        let body = credential.unlock_body(1_700_000_000, 3);
        let request = Request::parse(body.as_bytes(), 500).unwrap();
        assert_eq!(request.token, credential.token);
        assert_eq!(request.actions.len(), 3);
        let parsed = &request.actions[2];
        let action = parsed.action.as_ref().unwrap();
        let Signature::V2(signature) = &action.signature else { panic!("not version 2") };
        let key = SigningKey::new(&Secret::new(&credential.key));
        let message = V2Message {
            timestamp: "1700000000",
            token: &credential.token,
            resource_type: &parsed.echo.resource_type,
            action_id: &parsed.echo.action_id,
        };
        assert!(key.verify(&message, signature));
    }

    #[test]
    fn a_part_of_a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        let mut writer = Writer::create(&path).unwrap();
        for number in [3, 0, 4, 1, 2] {
            writer.add(&Credential { token: number.to_string(), ..credential() }).unwrap();
        }
        writer.finish().unwrap();
        let tokens = |skip, take, in_order| -> Vec<String> {
            let choice = Choice { skip, take, in_order };
            read(&path, choice).unwrap().into_iter().map(|c| c.token).collect()
        };
        assert_eq!(tokens(1, 2, false), ["0", "4"]);
        assert_eq!(tokens(4, 9, false), ["2"]);
        assert_eq!(tokens(1, 2, true), ["1", "2"]);
        assert_eq!(tokens(4, 9, true), ["4"]);
    }
}
