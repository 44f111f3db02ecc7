//! A short, repeatable fuzz run within the ordinary tests. The long ones are in `fuzz/`.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod invariants;

/// How often each seed is changed and tried.
const ROUNDS: usize = 1500;

const URLS: [&str; 5] = [
    "https://provider.example:8443/shop/index.php?theme=dark+mode&userId=7&signature=abc#frag",
    "https://u:p@[::1]:80/a//b?a[]=1&a[k][=2&b.c=%C3%9C&1e1=x&01=y&10=z&9a=w&__Host-x=1",
    "h_t:80//x?y",
    "https://h?signature[x]=1&&=&%73ignature=2&a[9223372036854775807]=1&a[]=2",
    "file:///c:/x?_.Host-x=1",
];
const ORDERS: [&str; 4] = [
    r#"{"parametercacheid":"p","totalprice":38.7,"products":[{"name":"a b","flag":true,"x":null}]}"#,
    r#"{"signature":"x","10":1,"9a":2,"9":3,"1.5":[],"a":{"b":{"c":[1,{"d":2}]}},"signature":"y"}"#,
    r#" { "s" : "\"\\\/\u00e4\ud83c\udfe0" , "\u0073ignature" : 1 } "#,
    r#"{"b":1E25,"a":-0.0,"c":[1e400,9223372036854775808,123456789012345678901234567890]}"#,
];
const REQUESTS: [&str; 2] = [
    r#"{"token":"t","request":{"actions":[{"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":null,"resourcetype":"unlockProvider","identifier":7,"timestamp":"1","hmac_version":"2","hmac":"x","parameters":[]},{"actionid":"a","resourcetype":"","resourceid":1,"parameters":{"a":1.5}}]}}"#,
    r#"{"request":{"actions":[{},[],null,{"actionid":"","resourcetype":[]},{"actionid":"a","resourcetype":"b","parameters":{"":1}}]},"token":"ä","x":{"0":1}}"#,
];
const INTERESTING: &[u8] = b"\"\\/{}[]:,&=%#?@+-. _0159aeEu\0\x01\x7f\x80\xbf\xc3\xed\xf0\xff";

/// SplitMix64, so that every run does the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }
}

fn mutated(random: &mut Random, seed: &str) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=random.below(8) {
        let place = random.below(bytes.len() + 1);
        let byte = INTERESTING[random.below(INTERESTING.len())];
        match random.below(5) {
            0 => bytes.truncate(place.max(1)),
            1 if place < bytes.len() => bytes[place] = byte,
            2 if place < bytes.len() => {
                bytes.remove(place);
            }
            3 => {
                let end = (place + random.below(20)).min(bytes.len());
                let copy = bytes[place..end].repeat(1 + random.below(3));
                bytes.splice(place..place, copy);
            }
            _ => bytes.insert(place, byte),
        }
    }
    bytes
}

fn run(seeds: &[&str], check: fn(&[u8])) {
    let mut random = Random(2026);
    for seed in seeds {
        check(seed.as_bytes());
        for _ in 0..ROUNDS {
            check(&mutated(&mut random, seed));
        }
    }
}

#[test]
fn urls() {
    run(&URLS, invariants::url);
}

#[test]
fn orders() {
    run(&ORDERS, invariants::order);
}

#[test]
fn json() {
    run(&ORDERS, invariants::php_json);
}

#[test]
fn requests() {
    run(&REQUESTS, invariants::envelope);
}
