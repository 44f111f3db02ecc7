//! Inputs that look for trouble: every odd corner of URLs, query strings and JSON, alone and in
//! combination, beside friendly ones.

mod json;
mod url;

use freischalt_protocol::{Secret, signed_order, signed_url};

use super::{
    case::{Case, Kind, SECRET},
    random::Random,
};

/// Case number `index` of a run: of ten, four are URLs, four orders, one a URL to be taken apart
/// and one a JSON text.
pub(super) fn case(seed: u64, index: u64) -> Case {
    let kind = match index % 10 {
        0..=3 => Kind::Url,
        4..=7 => Kind::Order,
        8 => Kind::Parts,
        _ => Kind::Json,
    };
    of_kind(kind, &mut Random::for_case(seed, index))
}

/// An endless supply of one kind.
pub(super) fn cases(kind: Kind, seed: u64) -> impl Iterator<Item = Case> {
    (0..).map(move |index| of_kind(kind, &mut Random::for_case(seed, index)))
}

fn of_kind(kind: Kind, random: &mut Random) -> Case {
    let input = match kind {
        Kind::Parts => url::url(random),
        Kind::Url => signed_now_and_then(random, url::url, |text| {
            signed_url::sign(&String::from_utf8_lossy(text), &Secret::new(SECRET)).ok()
        }),
        Kind::Order => signed_now_and_then(random, json::order, |text| {
            signed_order::sign(text, &Secret::new(SECRET)).ok()
        }),
        Kind::Json => json::text(random),
    };
    Case { kind, input }
}

/// One input in four is signed by us; one of eight of those is spoilt afterwards.
fn signed_now_and_then(
    random: &mut Random,
    generate: fn(&mut Random) -> Vec<u8>,
    sign: impl Fn(&[u8]) -> Option<String>,
) -> Vec<u8> {
    let plain = generate(random);
    if !random.one_in(4) {
        return plain;
    }
    let Some(signed) = sign(&plain) else { return plain };
    let mut signed = signed.into_bytes();
    if random.one_in(8) {
        let place = random.below(signed.len());
        // Within a character of several bytes this would make something that is no text.
        if signed[place].is_ascii() {
            signed[place] = b'0' + random.byte() % 10;
        }
    }
    signed
}

/// Changes a few bytes of an input: removes, repeats or replaces them.
fn mutate(random: &mut Random, input: &mut Vec<u8>, alphabet: &[u8]) {
    for _ in 0..=random.below(3) {
        let place = random.below(input.len() + 1);
        let byte = alphabet[random.below(alphabet.len())];
        match random.below(4) {
            0 if place < input.len() => {
                input.remove(place);
            }
            1 if place < input.len() => input[place] = byte,
            2 if place < input.len() => {
                let end = (place + 1 + random.below(6)).min(input.len());
                let copy = input[place..end].to_vec();
                input.splice(place..place, copy);
            }
            _ => input.insert(place, byte),
        }
    }
}
