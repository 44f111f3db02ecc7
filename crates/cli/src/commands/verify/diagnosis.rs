//! Why a signature may be wrong: tries the mistakes that can be recognised, and otherwise names
//! those that cannot. Says which mistake it was, never what the signature should have been.

use freischalt_protocol::{Secret, signed_url};

/// What helps with a wrong signature of an order.
pub(super) const ORDER: &str = "Frequent reasons: another secret (the provider secret signs \
    orders, the API key does not); a text encoded by the rules of URLs (a space is %20 here, `~` \
    stays, `'()*!` are encoded); members not sorted at every level; a number instead of a text, \
    because 38.70 becomes 38.7.";

const URL: &str = "Frequent reasons: another secret (the provider secret signs URLs, the API key \
    does not); a URL that was cut off or decoded on the way; parameters added after signing. The \
    signed text leaves out port, user info and fragment.";

const CUT_OFF: &str = "Was the whole URL given, in quotes? Without them the shell cuts it off at \
    the first `&`.";

/// What helps with this URL, which has no signature.
pub(super) fn missing_signature(url: &str, secret: &Secret) -> &'static str {
    if verifies(&url.replace("&amp;", "&"), secret) {
        return "It does verify once `&amp;` is read as `&`: it was copied out of HTML source.";
    }
    CUT_OFF
}

/// What helps with this URL, whose signature is wrong.
pub(super) fn wrong_signature(url: &str, secret: &Secret) -> &'static str {
    if other_scheme(url).is_some_and(|url| verifies(&url, secret)) {
        return "It does verify with the other of http and https: the server that reads it stands \
            behind a proxy and takes the wrong one for the scheme of its own address.";
    }
    let trimmed = Secret::new(secret.expose().trim());
    if trimmed != *secret && verifies(url, &trimmed) {
        return "It does verify with the secret without the white space around it.";
    }
    URL
}

fn other_scheme(url: &str) -> Option<String> {
    match url.split_once("://")? {
        ("http", rest) => Some(format!("https://{rest}")),
        ("https", rest) => Some(format!("http://{rest}")),
        _ => None,
    }
}

fn verifies(url: &str, secret: &Secret) -> bool {
    signed_url::verify(url, secret).is_ok()
}
