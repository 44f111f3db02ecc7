//! What to do about an error code, as far as the code, the credentials' looks and the server's
//! clock tell.

use freischalt_protocol::{ErrorCode, Secret, UnixTime};

use crate::Credentials;

/// Seconds that a timestamp may differ from the API's clock (apidoc.onoffice.de, "Request").
const TIMESTAMP_WINDOW: i64 = 120;

/// What is known about a refused call.
pub(crate) struct Evidence<'a> {
    pub(crate) credentials: &'a Credentials,
    /// Known where the caller told it, to notice that it was taken for the key.
    pub(crate) provider_secret: Option<&'a Secret>,
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

/// The known mistakes, the surest first (innobraingmbh/laravel-onoffice-adapter
/// checks the lengths, the vendor's FAQ warns of the wrong secret).
fn wrong_signature(evidence: &Evidence<'_>) -> String {
    let credentials = evidence.credentials;
    if evidence.provider_secret.is_some_and(|secret| credentials.key_is(secret)) {
        return "The provider secret was used as API key. It only verifies URLs and signs orders; \
                calls are signed with the API key that the administrator pasted in the activation."
            .to_owned();
    }
    let mut sentences = credentials.doubts();
    if sentences.is_empty() {
        sentences.push(
            "The key does not belong to this token. Use the API key that the marketplace shows in \
             this activation: not the provider secret, and not the key of an earlier activation."
                .to_owned(),
        );
    }
    if skew(evidence).is_some_and(|ahead| ahead.abs() > TIMESTAMP_WINDOW) {
        sentences.push(wrong_clock(evidence));
    }
    sentences.join(" ")
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
    match skew(evidence) {
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

/// Seconds that our clock is ahead of the server's, as its `Date` header tells.
fn skew(evidence: &Evidence<'_>) -> Option<i64> {
    Some(evidence.now.since(unix_time(evidence.date?)?))
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
        let evidence = Evidence { credentials, provider_secret: None, now, date };
        hint(code, &evidence).unwrap_or_default()
    }

    #[test]
    fn a_wrong_signature_is_traced_to_the_looks_of_the_credentials() {
        let proper = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
        let swapped = Credentials::new("k".repeat(64), Secret::new("t".repeat(32)));
        assert!(hint_for(ErrorCode::HMAC_INVALID, &proper, None).contains("provider secret"));
        assert!(hint_for(ErrorCode::HMAC_INVALID, &swapped, None).contains("swapped"));
    }

    #[test]
    fn the_provider_secret_is_recognised_whatever_it_looks_like() {
        let secret = Secret::new("k".repeat(64));
        let credentials = Credentials::new("t".repeat(32), secret.clone());
        let evidence = Evidence {
            credentials: &credentials,
            provider_secret: Some(&secret),
            now: UnixTime(0),
            date: None,
        };
        let hint = hint(ErrorCode::HMAC_INVALID, &evidence).unwrap();
        assert!(hint.starts_with("The provider secret was used as API key"), "{hint}");
    }

    #[test]
    fn a_clock_that_is_off_is_told_with_a_wrong_signature() {
        let proper = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
        let tell = |date| hint_for(ErrorCode::HMAC_INVALID, &proper, Some(date));
        assert!(tell("Tue, 14 Nov 2023 22:18:20 GMT").contains("300 s behind"));
        assert!(!tell("Tue, 14 Nov 2023 22:14:20 GMT").contains("clock"));
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
        assert_eq!(hint_for(ErrorCode(141), &credentials, None), "");
    }
}
