//! What has to come through a proxy unharmed.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use freischalt_protocol::{Secret, signed_url};

use super::{
    gateway::{PUBLIC, SECRET},
    proxy::Proxy,
};
use crate::wire::{Answer, send};

const MARKETPLACE: (&str, &str) = ("Host", "marketplace.example.com");
const PROVIDER: (&str, &str) = ("Host", "provider.example");
const API: &str = "/api/stable/api.php";
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// What the blocks set for bodies, and the server's own limit.
const LARGEST: usize = 32 << 20;
/// What the gateway passes on to an app.
const LARGEST_FOR_APP: usize = 10 << 20;

/// A proxy, and the two behind it.
pub(super) struct Through {
    pub(super) proxy: u16,
    pub(super) marketplace: u16,
}

impl Through {
    /// What is wrong; nothing, if all is well.
    pub(super) fn all(&self) -> Result<Vec<String>> {
        let mut wrong = self.same_as_direct()?;
        wrong.extend(self.signed_urls()?);
        wrong.extend(self.too_large()?);
        Ok(wrong)
    }

    /// The server's answers are the same with and without the proxy.
    fn same_as_direct(&self) -> Result<Vec<String>> {
        let call = |filler: usize| {
            let filler = "x".repeat(filler);
            format!(
                "{{\"token\":\"{}\",\"request\":{{\"actions\":[{{\"actionid\":\"read\",\"resourceid\":\"\",\
                 \"resourcetype\":\"estate\",\"identifier\":\"\",\"timestamp\":1,\"hmac_version\":\"2\",\
                 \"hmac\":\"x\",\"parameters\":{{\"filler\":\"{filler}\"}}}}]}}}}",
                "0".repeat(32),
            )
        };
        let (small, large) = (call(0), call(20 << 20));
        let chunked = format!("{:x}\r\n{small}\r\n0\r\n\r\n", small.len());
        let (length, long) = (small.len().to_string(), large.len().to_string());
        let query = format!("/healthz?{}", "x".repeat(59_900));
        type Request<'r> = (&'r str, &'r str, &'r str, Vec<(&'r str, &'r str)>, &'r [u8]);
        let requests: [Request<'_>; 8] = [
            ("POST", "POST", API, vec![JSON, ("Content-Length", &length)], small.as_bytes()),
            ("20 MB", "POST", API, vec![JSON, ("Content-Length", &long)], large.as_bytes()),
            (
                "chunks",
                "POST",
                API,
                vec![JSON, ("Transfer-Encoding", "chunked")],
                chunked.as_bytes(),
            ),
            (
                "GET with a body",
                "GET",
                API,
                vec![JSON, ("Content-Length", &length)],
                small.as_bytes(),
            ),
            (
                "Expect",
                "POST",
                API,
                vec![JSON, ("Content-Length", &length), ("Expect", "100-continue")],
                small.as_bytes(),
            ),
            ("HEAD", "HEAD", "/healthz", vec![], b""),
            (
                "Upgrade",
                "GET",
                "/healthz",
                vec![
                    ("Connection", "Upgrade, close"),
                    ("Upgrade", "websocket"),
                    // HAProxy refuses an upgrade to websocket without them.
                    ("Sec-WebSocket-Version", "13"),
                    ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
                ],
                b"",
            ),
            ("60 KB of query", "GET", &query, vec![], b""),
        ];
        let mut wrong = Vec::new();
        for (name, method, target, mut headers, body) in requests {
            headers.insert(0, MARKETPLACE);
            let direct = send(self.marketplace, method, target, &headers, body)?;
            let proxied = send(self.proxy, method, target, &headers, body)?;
            let told = |answer: &Answer| format!("{} `{}`", answer.status, start_of(&answer.body));
            if direct.status != 200
                || direct.status != proxied.status
                || direct.body != proxied.body
            {
                wrong.push(format!(
                    "{name}: direct {}, through it {}",
                    told(&direct),
                    told(&proxied)
                ));
            }
        }
        Ok(wrong)
    }

    /// URLs for the gateway, as the marketplace signs them.
    fn signed_urls(&self) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        let mut expect = |what: &str, answer: &Answer, status: u16| {
            if answer.status != status {
                wrong.push(format!(
                    "{what}: {} instead of {status}, `{}`",
                    answer.status,
                    start_of(&answer.body)
                ));
            }
        };
        let long = signed("/activate", &format!("filler={}", "x".repeat(59_400)))?;
        expect("signed URL of 60 KB", &send(self.proxy, "GET", &long, &[PROVIDER], b"")?, 200);
        let name = signed("/activate", "n=M%C3%BCller+%26+S%C3%B6hne%20(Nord)+%7E%2A'&e=")?;
        expect("signed URL", &send(self.proxy, "GET", &name, &[PROVIDER], b"")?, 200);
        let changed = name.replace("userId=21", "userId=1");
        expect("changed URL", &send(self.proxy, "GET", &changed, &[PROVIDER], b"")?, 403);
        let service = signed("/services/shop", &format!("n={}", self.proxy))?;
        expect("HEAD of a service", &send(self.proxy, "HEAD", &service, &[PROVIDER], b"")?, 405);
        // Genuine, of a customer that has not activated; a forged one is 403.
        expect("service", &send(self.proxy, "GET", &service, &[PROVIDER], b"")?, 409);
        Ok(wrong)
    }

    /// What is over the limit is 413 and not 502, and nothing is cut off without a word.
    fn too_large(&self) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        for (host, target, limit, own) in
            // The gateway looks for the window before the body: where the proxy has no limit, 404 comes through.
            [
                (MARKETPLACE, API, LARGEST, 413),
                (PROVIDER, "/s/none/x", LARGEST_FOR_APP, 404),
            ]
        {
            let body = vec![b' '; limit + (1 << 20)];
            let length = body.len().to_string();
            let headers = [host, JSON, ("Content-Length", length.as_str())];
            let answer = send(self.proxy, "POST", target, &headers, &body)?;
            if answer.status != 413 && answer.status != own {
                wrong.push(format!(
                    "{length} bytes for {}: {} instead of 413",
                    host.1, answer.status
                ));
            }
        }
        Ok(wrong)
    }
}

fn start_of(body: &str) -> String {
    body.chars().take(120).collect()
}

/// Path and query of a URL that was signed just now.
fn signed(path: &str, own: &str) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let url = format!(
        "{PUBLIC}{path}?{own}&customerName=Muster&customerWebId=4fe8c2&userId=21&apiToken={:0>32}\
         &parameterCacheId=pc&apiClaim=claim&timestamp={now}",
        7
    );
    let signed = signed_url::sign(&url, &Secret::new(SECRET))?;
    Ok(signed.strip_prefix(PUBLIC).context("signing changed the address")?.to_owned())
}

/// Targets that have to arrive as they are sent, and what these proxies do to others.
const TARGETS: [&str; 20] = [
    "/activate",
    "/activate/",
    "/a%2Fb",
    "/a%2fb",
    "/a%20b",
    "/%C3%A4",
    "/%c3%a4",
    "/%7Eme",
    "/a//b",
    "/a/b//",
    "/a/%2E%2E/b",
    "/a+b",
    "/a%25b",
    "/a%3Fb",
    "/a;b=c",
    "/a'b(c)",
    "/activate?n=a%2Fb+c%20d&n=%7E~*'()",
    "/activate?n=a/../b//c?d",
    "/activate?a[]=1&a[k]=2&b=",
    "/activate?n=%26%3D%3B;&%6E=1",
];

/// In front of a program that says what arrived.
pub(super) fn untouched(proxy: Proxy, port: u16) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let forged = [PROVIDER, ("X-Forwarded-For", "203.0.113.9")];
    for target in TARGETS {
        let answer = send(port, "GET", target, &forged, b"")?;
        let arrived = answer.body.split(' ').nth(1).unwrap_or_default();
        if arrived != target {
            wrong.push(format!("{target} arrives as {arrived} ({})", answer.status));
        }
        let caller: Vec<_> = answer
            .body
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for"))
            .map(|(_, value)| value)
            .collect();
        if caller != ["127.0.0.1"] {
            wrong.push(format!(
                "the caller of {target} arrives as {caller:?}, {proxy:?} has to say who it is"
            ));
            break;
        }
    }
    Ok(wrong)
}
