//! Where the result of an order goes, and what it says.

use std::fmt;

use freischalt_protocol::php::query;

use crate::{SubscriptionId, TransactionId};

/// A callback URL that the result of an order may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackUrl(String);

/// Why a callback URL cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackProblem {
    /// Neither http nor https, or no absolute URL at all.
    #[error("it must begin with http:// or https://")]
    Scheme,
    /// A user name or password.
    #[error("it must have no user name and no password")]
    Credentials,
    /// A host that is none, or not in ASCII.
    #[error(
        "its host must be a name in ASCII (xn-- for others) or an address, with a port or none"
    )]
    Host,
    /// A fragment, which no server ever sees.
    #[error("it must have no fragment (#)")]
    Fragment,
    /// White space, control characters, or something else that must be percent-encoded.
    #[error("spaces, control characters, \\ \" < > and, in the path, non-ASCII must be encoded")]
    Character,
    /// Too long for servers to take.
    #[error("it is longer than 2000 bytes")]
    Length,
    /// A parameter of its own that is one of ours.
    #[error("its own parameter {0} is one of the result's names")]
    Collision(&'static str),
}

impl CallbackUrl {
    const MAX: usize = 2000;

    /// The parameters of a result. A callback URL has none of these of its own.
    pub const RESULT_PARAMETERS: [&'static str; 8] = [
        "status",
        "transactionid",
        "referenceid",
        "aboid",
        "message",
        "errorCodes",
        "timestamp",
        "signature",
    ];

    /// Takes a URL that browsers and PHP's `parse_url` cannot understand in two ways.
    pub fn parse(text: &str) -> Result<Self, CallbackProblem> {
        if text.len() > Self::MAX {
            return Err(CallbackProblem::Length);
        }
        let scheme_end = text.find("://").ok_or(CallbackProblem::Scheme)?;
        let (scheme, rest) = (&text[..scheme_end], &text[scheme_end + 3..]);
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(CallbackProblem::Scheme);
        }
        if text.contains('#') {
            return Err(CallbackProblem::Fragment);
        }
        let forbidden = |letter: char| {
            letter.is_control() || letter.is_whitespace() || "\\\"<>".contains(letter)
        };
        if text.chars().any(forbidden) {
            return Err(CallbackProblem::Character);
        }
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(authority_end);
        if authority.contains('@') {
            return Err(CallbackProblem::Credentials);
        }
        check_authority(authority)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if !path.is_ascii() {
            return Err(CallbackProblem::Character);
        }
        let own = query::parse_str(query.as_bytes());
        match Self::RESULT_PARAMETERS.iter().find(|name| own.contains_key(name)) {
            Some(name) => Err(CallbackProblem::Collision(name)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_authority(authority: &str) -> Result<(), CallbackProblem> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or(CallbackProblem::Host)?;
            let hexadecimal = address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            if !hexadecimal || !address.contains(':') {
                return Err(CallbackProblem::Host);
            }
            (address, after)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let letters = |letter: u8| letter.is_ascii_alphanumeric() || b".-_:".contains(&letter);
    let host_is_fine = !host.is_empty() && !host.starts_with('.') && host.bytes().all(letters);
    let port_is_fine = match port.strip_prefix(':') {
        Some(number) => {
            number.parse::<u16>().is_ok_and(|port| port > 0) && !number.starts_with('+')
        }
        None => port.is_empty(),
    };
    if host_is_fine && port_is_fine { Ok(()) } else { Err(CallbackProblem::Host) }
}

impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a callback tells the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackResult {
    /// Paid, or settled between provider and regular customer.
    Success(CallbackIds),
    /// A direct debit is on its way, or the bank has not answered yet.
    InProcess(CallbackIds),
    /// Nothing was bought.
    Error {
        /// One of our own numbers; see [`OrderProblem::code`](super::OrderProblem::code).
        code: u32,
        /// For the person.
        message: String,
    },
}

/// What a result names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackIds {
    /// `transactionid`.
    pub transaction: TransactionId,
    /// `referenceid`.
    pub reference: String,
    /// `aboid`, of a subscription.
    pub abo: Option<SubscriptionId>,
}

impl CallbackResult {
    /// The parameters to put into the URL; `timestamp` and `signature` come on top.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let named = |status: &str, ids: &CallbackIds| {
            let mut all = vec![
                ("status", status.to_owned()),
                ("transactionid", ids.transaction.to_string()),
                ("referenceid", ids.reference.clone()),
            ];
            all.extend(ids.abo.map(|abo| ("aboid", abo.to_string())));
            all
        };
        match self {
            Self::Success(ids) => named("success", ids),
            Self::InProcess(ids) => named("inprocess", ids),
            Self::Error { code, message } => vec![
                ("status", "error".to_owned()),
                ("message", message.clone()),
                ("errorCodes", code.to_string()),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_everybody_reads_alike() {
        for fine in [
            "https://provider.example/result?order=17",
            "http://127.0.0.1:8080/shop/result",
            "http://[::1]:9/?a=%C3%BC&b=ü",
            "https://xn--mller-kva.example",
            "HTTPS://provider.example?own[]=1&statuses=2",
        ] {
            assert_eq!(CallbackUrl::parse(fine).unwrap().as_str(), fine);
        }
        use CallbackProblem::{Character, Collision, Credentials, Fragment, Host, Length, Scheme};
        for (text, problem) in [
            ("", Scheme),
            ("/result", Scheme),
            ("//provider.example/", Scheme),
            ("javascript:alert(1)", Scheme),
            ("javascript://provider.example/%0aalert(1)", Scheme),
            ("data:text/html,x", Scheme),
            ("ftp://provider.example/", Scheme),
            (" https://provider.example/", Scheme),
            ("https://user@provider.example/", Credentials),
            ("https://user:pass@provider.example/", Credentials),
            ("https://", Host),
            ("https:///result", Host),
            ("https://müller.example/", Host),
            ("https://provider.example:0/", Host),
            ("https://provider.example:99999/", Host),
            ("https://provider.example:+80/", Host),
            ("https://[::g]/", Host),
            ("https://prov%69der.example/", Host),
            ("https://provider.example/#frag", Fragment),
            ("https://provider.example\\@evil.example/", Character),
            ("https://provider.example/a b", Character),
            ("https://provider.example/a\nb", Character),
            ("https://provider.example/ü", Character),
            ("https://provider.example/?status=success", Collision("status")),
            ("https://provider.example/?a=1&transactionid[x]=1", Collision("transactionid")),
            ("https://provider.example/?%73ignature=1", Collision("signature")),
        ] {
            assert_eq!(CallbackUrl::parse(text), Err(problem), "{text}");
        }
        let long = format!("https://provider.example/{}", "a".repeat(2000));
        assert_eq!(CallbackUrl::parse(&long), Err(Length));
    }
}
