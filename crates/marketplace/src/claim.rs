//! API claims: proof that a user of a customer was at a provider's page, for what, and until when.
//!
//! A claim is sealed, not stored: opening it needs no look-up, and nobody without the key can make
//! or change one. It still cannot outlive its activation, because it names the run and only an API
//! user of a live run gets as far as presenting it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use freischalt_protocol::{
    ApiClaim, UnixTime,
    seal::{MasterKey, NONCE_BYTES, SealingKeys},
};
use uuid::Uuid;

use crate::{Activation, ActivationId, CustomerId, ProviderId, UserId};

/// What a claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedClaim {
    /// The one kind of call it serves.
    pub purpose: ClaimPurpose,
    /// The provider it was handed to.
    pub provider: ProviderId,
    /// The customer it speaks for.
    pub customer: CustomerId,
    /// The user it speaks for.
    pub user: UserId,
    /// The run of the activation it belongs to.
    pub activation: ActivationId,
    /// When it was issued.
    pub issued: UnixTime,
    /// The last second it serves.
    pub expires: UnixTime,
}

/// The one kind of call that a claim serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimPurpose {
    /// Issued with an activation URL; serves `unlockProvider` and nothing else
    /// (marketplacedoc.onoffice.de, "API calls").
    Activation,
    /// Issued with a service call; serves everything but `unlockProvider`.
    Service,
}

/// Why a claim does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimProblem {
    /// It was never issued here, or it was changed.
    #[error("the claim was not issued by this marketplace, or it was changed on the way")]
    Unreadable,
    /// It belongs to another provider, customer or run.
    #[error("the claim belongs to another {0}")]
    Foreign(&'static str),
    /// Its time is over.
    #[error("the claim expired {ago} s ago")]
    Expired {
        /// Seconds since then.
        ago: i64,
    },
}

impl IssuedClaim {
    /// Checks that the claim belongs to this run, then that its time is not over.
    pub fn check(&self, activation: &Activation, now: UnixTime) -> Result<(), ClaimProblem> {
        if self.provider != activation.provider {
            return Err(ClaimProblem::Foreign("provider"));
        }
        if self.customer != activation.customer {
            return Err(ClaimProblem::Foreign("customer"));
        }
        if self.activation != activation.id {
            return Err(ClaimProblem::Foreign("activation of this provider"));
        }
        if now > self.expires {
            return Err(ClaimProblem::Expired { ago: now.since(self.expires) });
        }
        Ok(())
    }
}

/// Seals and opens claims.
#[derive(Clone, Debug)]
pub struct ClaimSealer(SealingKeys);

const KEY_PURPOSE: &str = "api claims";
const CONTEXT: &[u8] = b"apiClaim";
const PLAIN_BYTES: usize = 1 + 5 * 8 + 16;

impl ClaimSealer {
    /// Seals with the first key and opens with all of them, so that a key can be replaced while
    /// claims under the old one are still about.
    pub fn new(current: &MasterKey, previous: &[MasterKey]) -> Self {
        Self(SealingKeys::new(current, previous, KEY_PURPOSE))
    }

    /// The claim as text: 120 characters out of `A-Za-z0-9_-`. `nonce` must be random.
    pub fn seal(&self, claim: &IssuedClaim, nonce: [u8; NONCE_BYTES]) -> ApiClaim {
        let sealed = self.0.seal(nonce, CONTEXT, &encode(claim));
        ApiClaim::new(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What the text says, if it was sealed here.
    pub fn open(&self, claim: &ApiClaim) -> Result<IssuedClaim, ClaimProblem> {
        let sealed =
            URL_SAFE_NO_PAD.decode(claim.expose()).map_err(|_| ClaimProblem::Unreadable)?;
        let plain = self.0.open(CONTEXT, &sealed).ok_or(ClaimProblem::Unreadable)?;
        decode(&plain).ok_or(ClaimProblem::Unreadable)
    }
}

fn encode(claim: &IssuedClaim) -> Vec<u8> {
    let mut plain = Vec::with_capacity(PLAIN_BYTES);
    plain.push(match claim.purpose {
        ClaimPurpose::Activation => b'a',
        ClaimPurpose::Service => b's',
    });
    for number in
        [claim.provider.0, claim.customer.0, claim.user.0, claim.issued.0, claim.expires.0]
    {
        plain.extend_from_slice(&number.to_be_bytes());
    }
    plain.extend_from_slice(claim.activation.0.as_bytes());
    plain
}

fn decode(plain: &[u8]) -> Option<IssuedClaim> {
    let (purpose, rest) = plain.split_first()?;
    let (numbers, rest) = rest
        .as_chunks::<8>()
        .0
        .split_at_checked(5)
        .map(|(numbers, _)| (numbers, &rest[5 * 8..]))?;
    let number = |index: usize| i64::from_be_bytes(numbers[index]);
    Some(IssuedClaim {
        purpose: match purpose {
            b'a' => ClaimPurpose::Activation,
            b's' => ClaimPurpose::Service,
            _ => return None,
        },
        provider: ProviderId(number(0)),
        customer: CustomerId(number(1)),
        user: UserId(number(2)),
        issued: UnixTime(number(3)),
        expires: UnixTime(number(4)),
        activation: ActivationId(Uuid::from_slice(rest).ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> IssuedClaim {
        IssuedClaim {
            purpose: ClaimPurpose::Activation,
            provider: ProviderId(3),
            customer: CustomerId(-4),
            user: UserId(i64::MAX),
            activation: ActivationId::new(1_700_000_000_000, [9; 10]),
            issued: UnixTime(1_700_000_000),
            expires: UnixTime(1_700_086_400),
        }
    }

    #[test]
    fn travels_as_url_safe_text() {
        let sealer = ClaimSealer::new(&MasterKey::new([1; 32]), &[]);
        let text = sealer.seal(&claim(), [2; 12]);
        assert_eq!(text.expose().len(), 120);
        let safe = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(text.expose().chars().all(safe), "{}", text.expose());
        assert_eq!(sealer.open(&text), Ok(claim()));
        let service = IssuedClaim { purpose: ClaimPurpose::Service, ..claim() };
        assert_eq!(sealer.open(&sealer.seal(&service, [3; 12])), Ok(service));
    }

    #[test]
    fn a_changed_character_never_opens() {
        let sealer = ClaimSealer::new(&MasterKey::new([1; 32]), &[]);
        let text = sealer.seal(&claim(), [2; 12]).expose().to_owned();
        for index in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = ApiClaim::new(String::from_utf8(changed).unwrap());
            assert_eq!(sealer.open(&changed), Err(ClaimProblem::Unreadable), "at {index}");
        }
        for text in ["", "A", "=", &text[..119], &format!("{text}A")] {
            assert_eq!(sealer.open(&ApiClaim::new(text)), Err(ClaimProblem::Unreadable));
        }
    }

    #[test]
    fn an_older_key_still_opens() {
        let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let text = ClaimSealer::new(&old, &[]).seal(&claim(), [2; 12]);
        let rotated = ClaimSealer::new(&new, &[old]);
        assert_eq!(rotated.open(&text), Ok(claim()));
        assert_eq!(ClaimSealer::new(&new, &[]).open(&text), Err(ClaimProblem::Unreadable));
    }
}
