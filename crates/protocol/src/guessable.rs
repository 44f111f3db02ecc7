//! Keys and tokens that anybody could guess: placeholders of examples and of hurried hands.
//!
//! What comes from a random source is never refused here: for 32 random hexadecimal digits the odds
//! are one in twenty million, for 32 random bytes they are nothing at all.

/// Different bytes that a text of chance has at least.
const DIFFERENT: usize = 8;
/// Different steps from one byte to the next that it has at least.
const STEPS: usize = 4;

/// What makes these bytes easy to guess, as the end of a sentence that begins with "it"; none if
/// nothing does. How long they have to be is for others to say.
pub fn reason(bytes: &[u8]) -> Option<&'static str> {
    let [first, rest @ ..] = bytes else { return None };
    if *first == 0 && rest.iter().all(|byte| byte == first) {
        return Some("is all zeros");
    }
    if rest.iter().all(|byte| byte == first) {
        return Some("is one value again and again");
    }
    let repeats =
        |length: usize| bytes.iter().zip(&bytes[length..]).all(|(one, other)| one == other);
    if (1..=bytes.len() / 2).any(repeats) {
        return Some("repeats itself");
    }
    if different(bytes.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]))) < STEPS {
        return Some("counts up or down");
    }
    (different(bytes.iter().copied()) < DIFFERENT).then_some("has hardly any different characters")
}

fn different(bytes: impl Iterator<Item = u8>) -> usize {
    let mut seen = [false; 256];
    bytes.for_each(|byte| seen[usize::from(byte)] = true);
    seen.into_iter().filter(|seen| *seen).count()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn placeholders_are_named() {
        let counting: Vec<u8> = (0..32).collect();
        for (bytes, expected) in [
            (&[0; 32][..], "is all zeros"),
            (&[0x0f; 32], "is one value again and again"),
            (b"0000000000000000000000000000000000000000", "is one value again and again"),
            (b"0123456789abcdef0123456789abcdef0123", "repeats itself"),
            (b"changemechangemechangemechangeme", "repeats itself"),
            (&counting, "counts up or down"),
            (b"0123456789abcdefghijklmnopqrstuv", "counts up or down"),
            (b"aaaaaaaaabbbbbcccccbbdddddeeeeaa", "has hardly any different characters"),
        ] {
            assert_eq!(reason(bytes), Some(expected), "{bytes:?}");
        }
    }

    #[test]
    fn what_chance_makes_is_none_of_them() {
        for number in 0_u32..20_000 {
            let bytes = Sha256::digest(number.to_be_bytes());
            assert_eq!(reason(&bytes), None, "{bytes:?}");
            let digits: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(reason(digits.as_bytes()), None, "{digits}");
        }
    }
}
