//! The advice that the doctor gives, run: what it tells to write in PHP, Node, Python and Ruby has to
//! accept what is genuine, and nothing else.

use std::{fs, process::Command};

use freischalt_doctor::CHECKS;
use freischalt_protocol::{
    Secret,
    hmac::{SigningKey, V2Message},
    signed_url,
};
use serde_json::{Value, json};

use crate::provider::is_installed;

const BASE: &str = "http://127.0.0.1/activate";
const SECRET: &str = "corpus-secret-0123456789";
const ACTION: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:do";

/// A language: its program, its part of the advice, and what makes a program of it. In a frame `SIGNATURE`,
/// `AGE` and `CALL` stand for the advice.
struct Language {
    name: &'static str,
    program: &'static str,
    frame: &'static str,
}

const LANGUAGES: [Language; 4] = [
    Language {
        name: "PHP",
        program: "php",
        frame: r#"<?php
[$cases, $ages, [$ts, $token, $type, $action, $key]] = json_decode(file_get_contents($argv[1]), true);
foreach ($cases as [$base, $secret, $query]) { $_SERVER['QUERY_STRING'] = $query; SIGNATURE
  echo $ok ? 1 : 0; }
foreach ($ages as $t) { echo (AGE) ? 1 : 0; }
echo CALL;"#,
    },
    Language {
        name: "Node",
        program: "node",
        frame: r#"const crypto = require('node:crypto'); const { createHmac } = crypto;
const [cases, ages, [ts, token, type, action, key]] = JSON.parse(require('node:fs').readFileSync(process.argv[2]));
let out = '';
for (const [base, secret, query] of cases) { SIGNATURE
  out += ok ? 1 : 0; }
for (const t of ages) out += (AGE) ? 1 : 0;
process.stdout.write(out + CALL);"#,
    },
    Language {
        name: "Python",
        program: "python3",
        frame: r#"import hmac, json, sys, time
from base64 import b64encode
from urllib.parse import parse_qsl, urlencode
cases, ages, call = json.load(open(sys.argv[1], encoding="utf-8"))
out = ""
for base, secret, query in cases:
    SIGNATURE
    out += str(int(ok))
for t in ages:
    out += str(int(AGE))
key, msg = call[4].encode(), "".join(call[:4]).encode()
sys.stdout.write(out + CALL.decode())"#,
    },
    Language {
        name: "Ruby",
        program: "ruby",
        frame: r#"require 'base64'; require 'json'; require 'openssl'; require 'uri'
cases, ages, call = JSON.parse(File.read(ARGV[0], encoding: 'UTF-8'))
cases.each { |base, secret, query| SIGNATURE
  print ok ? 1 : 0 }
ages.each { |t| print((AGE) ? 1 : 0) }
key, msg = call[4], call[0..3].join
print CALL"#,
    },
];

/// Runs all of it; what is wrong, if anything is.
pub fn run(now: i64) -> Result<(), String> {
    let secret = Secret::new(SECRET);
    let (cases, ages) = (cases(&secret), ages(now));
    let parts =
        [now.to_string(), "t".repeat(32), "unlockProvider".into(), ACTION.into(), "k".repeat(64)];
    let message = V2Message {
        timestamp: &parts[0],
        token: &parts[1],
        resource_type: &parts[2],
        action_id: ACTION,
    };
    let signature = SigningKey::new(&Secret::new(parts[4].as_str())).sign(&message);
    let input = json!([
        cases.iter().map(|(query, _)| json!([BASE, SECRET, query])).collect::<Vec<_>>(),
        ages.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>(),
        parts,
    ]);
    let marks = cases.iter().map(|(_, ok)| *ok).chain(ages.iter().map(|(_, ok)| *ok));
    let expected: String = marks.map(|ok| if ok { '1' } else { '0' }).collect();
    let expected = format!("{expected}{signature}");
    println!("\nRemedies: {} URLs and {} times", cases.len(), ages.len());
    for language in &LANGUAGES {
        if !is_installed(language.program) {
            println!("  skipped: {} is not installed", language.program);
            continue;
        }
        let printed = language.run(&input)?;
        if printed != expected {
            return Err(format!("{}: {printed} in place of {expected}", language.name));
        }
        println!("  {:<8} right", language.name);
    }
    Ok(())
}

impl Language {
    fn advice(&self, check: &str) -> Result<&'static str, String> {
        let check = CHECKS.iter().copied().flatten().find(|one| one.id == check);
        let how = check.map(|check| check.mend.how).unwrap_or_default();
        let found = how.iter().find(|(name, _)| *name == self.name).map(|(_, text)| *text);
        found.ok_or_else(|| format!("no advice for {}", self.name))
    }

    fn run(&self, input: &Value) -> Result<String, String> {
        let program = self
            .frame
            .replace("SIGNATURE", self.advice("FD-ACT-001")?)
            .replace("AGE", self.advice("FD-ACT-012")?)
            .replace("CALL", self.advice("FD-UNL-001")?);
        let folder =
            std::env::temp_dir().join(format!("freischalt-remedies-{}", std::process::id()));
        let failed = |error: std::io::Error| format!("{}: {error}", self.name);
        fs::create_dir_all(&folder).map_err(failed)?;
        // Node takes a name without an end for an old module.
        let (code, data) = (folder.join("program.cjs"), folder.join("input.json"));
        fs::write(&code, program).map_err(failed)?;
        fs::write(&data, input.to_string()).map_err(failed)?;
        let output = Command::new(self.program).arg(&code).arg(&data).output().map_err(failed)?;
        let _ = fs::remove_dir_all(&folder);
        if !output.status.success() {
            return Err(format!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Queries, and whether they are genuine.
fn cases(secret: &Secret) -> Vec<(String, bool)> {
    let query =
        |url: &str| url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    let mut all = Vec::new();
    for name in [
        "Muster",
        "",
        "Muster & Söhne",
        " two  blanks ",
        "O'Brien \\ \"Haus\"",
        "a=b&c;d,e/f?g#h",
        "*~()!-._@:$^|`{}<>[]",
        "50%25 + %41",
        "é🏠\u{308}",
    ] {
        let parameters =
            [("customerName", name), ("userId", "21"), ("apiToken", "t"), ("UserLanguage", "ENG")];
        let signed = signed_url::sign_with(BASE, &parameters, secret).unwrap_or_default();
        let signed = query(&signed);
        let cut = signed.len() - 64;
        all.push((signed.replace('+', "%20"), true));
        all.push((signed.replace("userId=21", "userId=1"), false));
        all.push((format!("{signed}&extra=1"), false));
        all.push((format!("{}{}", &signed[..cut], "0".repeat(64)), false));
        all.push((format!("{}{}", &signed[..cut], signed[cut..].to_uppercase()), false));
        all.push((signed[..cut + 32].to_owned(), false));
        all.push((signed[..cut].to_owned(), false));
        all.push((signed.replace("&signature=", "&signature[]="), false));
        all.push((signed, true));
    }
    all
}

/// Timestamps, and whether they are young enough.
fn ages(now: i64) -> Vec<(String, bool)> {
    let near = [(0, true), (-200, true), (100, true), (-400, false), (86_400, false)];
    let near = near.map(|(seconds, ok)| ((now + seconds).to_string(), ok));
    let texts = ["", "soon", "1e9", "-5"].map(|text| (text.to_owned(), false));
    near.into_iter()
        .chain(texts)
        .chain([(format!("{now}abc"), false), (format!(" {now}"), false)])
        .collect()
}
