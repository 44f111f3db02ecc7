//! What to do about an error code, as far as the code, the credentials' looks and the server's
//! clock tell.

use freischalt_protocol::{ErrorCode, UnixTime};

use crate::Credentials;

/// What is known about a refused call.
pub(crate) struct Evidence<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) now: UnixTime,
    /// The answer's `Date` header.
    pub(crate) date: Option<&'a str>,
}

pub(crate) fn hint(code: ErrorCode, evidence: &Evidence<'_>) -> Option<String> {
    let text = match code {
        ErrorCode::HMAC_INVALID | ErrorCode::SECRET_WRONG => {
            return Some(wrong_signature(evidence));
        }
        ErrorCode::TIMESTAMP => return Some(wrong_clock(evidence)),
        ErrorCode::NOT_AUTHENTICATED => return Some(not_authenticated(evidence)),
        ErrorCode::USER_NOT_ACTIVE | ErrorCode::USER_ACCESS_NOT_GRANTED => {
            "The customer may have blocked the provider, or the user lost the right. An \
             administrator has to activate the provider again or give the right back."
        }
        ErrorCode::PARAMETER_CACHE_MISSING => {
            "The parameterCacheId is unknown, too old, or was already used with other values. Take \
             it from the newest activation URL; an administrator may have to open the activation \
             again."
        }
        ErrorCode::PARAMETER_CACHE_INCOMPLETE => {
            "Use the parameterCacheId of an activation URL, not one of a service call."
        }
        ErrorCode::CLAIM_INVALID => {
            "Send the apiClaim of the signed URL, decoded and unchanged, as the parameter \
             extendedclaim."
        }
        ErrorCode::CLAIM_OUTDATED => {
            "Use the apiClaim of the newest signed URL; older ones run out."
        }
        ErrorCode::CLAIM_MISMATCH => {
            "Token, parameterCacheId and apiClaim must come from the same signed URL. The claim of \
             an activation serves unlockProvider only."
        }
        ErrorCode::NOT_FOR_MARKETPLACE_USERS => {
            "During activation only unlockProvider may be called; some calls are never open to \
             marketplace API users."
        }
        ErrorCode::CUSTOMER_SWITCH_FAILED | ErrorCode::USER_SWITCH_FAILED => {
            "The customer or user of the claim no longer exists or is switched off. Open the \
             service again from the marketplace."
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn wrong_signature(evidence: &Evidence<'_>) -> String {
    let doubts = evidence.credentials.doubts();
    if doubts.is_empty() {
        return "The key does not belong to this token. Use the API key that the marketplace shows \
                in this activation: not the provider secret, and not the key of an earlier \
                activation."
            .to_owned();
    }
    doubts.join(" ")
}

fn not_authenticated(evidence: &Evidence<'_>) -> String {
    let mut sentences = evidence.credentials.doubts();
    sentences.push(
        "The token is unknown or switched off: the provider may have been blocked or activated \
         again since. Only a new activation brings a new token."
            .to_owned(),
    );
    sentences.join(" ")
}

fn wrong_clock(evidence: &Evidence<'_>) -> String {
    let server = evidence.date.and_then(unix_time);
    match server.map(|server| evidence.now.since(server)) {
        Some(ahead) if ahead > 0 => {
            format!("This machine's clock is {ahead} s ahead of the API's. Set it by NTP.")
        }
        Some(behind) if behind < 0 => {
            let behind = behind.unsigned_abs();
            format!("This machine's clock is {behind} s behind the API's. Set it by NTP.")
        }
        _ => "The timestamp may differ from the API's clock by 120 s at most. Set this machine's \
              clock by NTP."
            .to_owned(),
    }
}

fn unix_time(date: &str) -> Option<UnixTime> {
    let moment = httpdate::parse_http_date(date).ok()?;
    let elapsed = moment.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(UnixTime(i64::try_from(elapsed.as_secs()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use freischalt_protocol::Secret;

    fn hint_for(code: ErrorCode, credentials: &Credentials, date: Option<&str>) -> String {
        let now = UnixTime(1_700_000_000);
        hint(code, &Evidence { credentials, now, date }).unwrap_or_default()
    }

    #[test]
    fn a_wrong_signature_is_traced_to_the_looks_of_the_credentials() {
        let proper = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
        let swapped = Credentials::new("k".repeat(64), Secret::new("t".repeat(32)));
        assert!(hint_for(ErrorCode::HMAC_INVALID, &proper, None).contains("provider secret"));
        assert!(hint_for(ErrorCode::HMAC_INVALID, &swapped, None).contains("swapped"));
    }

    #[test]
    fn the_date_header_tells_which_clock_is_off_and_by_how_much() {
        let credentials = Credentials::new("t", Secret::new("k"));
        let tell = |date| hint_for(ErrorCode::TIMESTAMP, &credentials, date);
        assert!(tell(Some("Tue, 14 Nov 2023 22:18:20 GMT")).contains("300 s behind"));
        assert!(tell(Some("Tue, 14 Nov 2023 22:03:20 GMT")).contains("600 s ahead"));
        assert!(tell(Some("yesterday")).contains("120 s"));
        assert!(tell(None).contains("120 s"));
    }

    #[test]
    fn a_code_that_says_it_all_gets_no_hint() {
        let credentials = Credentials::new("t", Secret::new("k"));
        let evidence = Evidence { credentials: &credentials, now: UnixTime(0), date: None };
        assert_eq!(hint(ErrorCode(141), &evidence), None);
    }
}
