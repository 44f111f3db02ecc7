//! Cookies as a browser keeps them for a page in a frame of another site, where nearly all die: only
//! those with `SameSite=None`, `Secure` and `Partitioned` are kept and sent. Measured with Chromium 156;
//! `Secure` is accepted over http on this machine.

use reqwest::header::HeaderMap;

/// A cookie that an answer sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    value: String,
    pub(crate) is_http_only: bool,
    pub(crate) is_secure: bool,
    is_partitioned: bool,
    /// In small letters; `None` if absent, which browsers take for `lax`.
    pub(crate) same_site: Option<String>,
    /// Whether it takes a cookie away.
    is_gone: bool,
}

/// Which cookies a browser sends back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Those that live in a frame of another site.
    #[default]
    InFrame,
    /// All, as on a page of its own.
    All,
}

impl Cookie {
    /// Those of an answer.
    pub(crate) fn all(headers: &HeaderMap) -> Vec<Self> {
        let values = headers.get_all("set-cookie").iter();
        values.filter_map(|value| Self::of(&String::from_utf8_lossy(value.as_bytes()))).collect()
    }

    fn of(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let attributes: Vec<(String, String)> = parts
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase())
            })
            .collect();
        // The last of two equal attributes counts.
        let get = |wanted: &str| attributes.iter().rev().find(|(name, _)| name == wanted);
        let age = get("max-age").and_then(|(_, text)| text.parse::<i64>().ok());
        Some(Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            is_http_only: get("httponly").is_some(),
            is_secure: get("secure").is_some(),
            is_partitioned: get("partitioned").is_some(),
            same_site: get("samesite").map(|(_, text)| text.clone()),
            is_gone: age.is_some_and(|age| age <= 0),
        })
    }

    /// Whether it lives in a frame of another site.
    pub(crate) fn lives_in_frames(&self) -> bool {
        self.is_secure && self.is_partitioned && self.same_site.as_deref() == Some("none")
    }

    /// What it lacks to live in a frame of another site.
    pub(crate) fn lacks(&self) -> String {
        let mut lacks = Vec::new();
        if self.same_site.as_deref() != Some("none") {
            lacks.push("SameSite=None");
        }
        if !self.is_secure {
            lacks.push("Secure");
        }
        if !self.is_partitioned {
            lacks.push("Partitioned");
        }
        lacks.join(", ")
    }

    /// Whether scripts are meant to read it: tokens against forged requests are copied into a header.
    pub(crate) fn is_token_of_forms(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        name.contains("csrf") || name.contains("xsrf")
    }
}

/// What a browser has kept so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    kept: Kept,
    cookies: Vec<Cookie>,
}

impl Jar {
    pub(crate) fn new(kept: Kept) -> Self {
        Self { kept, cookies: Vec::new() }
    }

    pub(crate) fn take(&mut self, headers: &HeaderMap) {
        for cookie in Cookie::all(headers) {
            if self.kept == Kept::InFrame && !cookie.lives_in_frames() {
                continue;
            }
            self.cookies.retain(|known| known.name != cookie.name);
            if !cookie.is_gone {
                self.cookies.push(cookie);
            }
        }
    }

    /// The header `Cookie`; empty if there is none to send.
    pub(crate) fn header(&self) -> String {
        let pairs = self.cookies.iter().map(|one| format!("{}={}", one.name, one.value));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kept: Kept, cookies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append("set-cookie", cookie.parse().unwrap());
        }
        let mut jar = Jar::new(kept);
        jar.take(&headers);
        jar.header()
    }

    /// The table of what Chromium keeps.
    #[test]
    fn only_partitioned_cookies_live_in_a_frame_of_another_site() {
        let all = [
            "a=1",
            "b=2; SameSite=Lax; Secure",
            "c=3; SameSite=Strict; Secure; Partitioned",
            "d=4; SameSite=None; Secure",
            "e=5; SameSite=None; Partitioned",
            "__Host-f=6; Path=/; secure; HttpOnly; samesite=none; PARTITIONED",
        ];
        assert_eq!(kept(Kept::InFrame, &all), "__Host-f=6");
        assert_eq!(kept(Kept::All, &all), "a=1; b=2; c=3; d=4; e=5; __Host-f=6");
    }

    #[test]
    fn a_cookie_that_comes_again_replaces_the_one_before_and_an_old_one_goes() {
        let changed = ["a=1; Path=/", "b=2", "a=3", "b=; Max-Age=0"];
        assert_eq!(kept(Kept::All, &changed), "a=3");
    }

    #[test]
    fn what_is_missing_is_named() {
        let lacks = |text: &str| Cookie::of(text).unwrap().lacks();
        assert_eq!(lacks("sid=1; HttpOnly"), "SameSite=None, Secure, Partitioned");
        assert_eq!(lacks("sid=1; SameSite=None; Secure"), "Partitioned");
        assert_eq!(lacks("sid=1; SameSite=None; Secure; Partitioned"), "");
    }
}
