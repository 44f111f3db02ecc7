//! URLs, from ordinary activation links to texts that merely remind of one.

use super::{super::random::Random, mutate};

const SCHEMES: [&str; 9] =
    ["http://", "HTTPS://", "ht+tp://", "1x://", "ht_tp://", "https:/", "//", "file:///", "a:b://"];
const LOGINS: [&str; 5] = ["u@", "u:p@", ":@", "a@b:c@", "u:p:q@"];
const HOSTS: [&str; 16] = [
    "provider.example",
    "provider.example",
    "provider.example",
    "provider.example",
    "provider.example",
    "provider.example",
    "h",
    "[::1]",
    "127.0.0.1",
    "münchen.example",
    "H ost",
    "a:b",
    "",
    "h\u{1}\u{7f}",
    "[x",
    "h]",
];
const PORTS: [&str; 16] = [
    ":443", ":8443", ":80", ":0", ":", ":65535", ":65536", ":99999", ":100000", ":00080", ":+1",
    ":-1", ": 8", ":1a", ":\u{b}7", ":x",
];
const PATHS: [&str; 14] = [
    "/",
    "/activate",
    "/shop/index.php",
    "/a/b/",
    "",
    "//x",
    "/a b",
    "/%2F..%2f",
    "/ü",
    "/a:80",
    "/a:80/b",
    "/\u{2}",
    "/a@b",
    "/%C3%A4;v=1",
];
const NAMES: [&str; 33] = [
    "customerName",
    "customerWebId",
    "userId",
    "apiToken",
    "parameterCacheId",
    "apiClaim",
    "timestamp",
    "signature",
    "groupId",
    "UserLanguage",
    "a",
    "b",
    "B",
    "_",
    "0",
    "1",
    "10",
    "9",
    "-1",
    "-0",
    "01",
    "1e1",
    "9a",
    "10a",
    "",
    " ",
    "ü",
    "a b",
    "a.b",
    "1e400",
    "2e400",
    "-1e999",
    "__Host-",
];
/// Mixing these makes PHP's comparison of keys run in circles.
const NUMERIC_ALPHABET: &[u8] = b"0011299ae-+Ee \t_.xX";
const INDICES: [&str; 24] = [
    "[]",
    "[]",
    "[0]",
    "[1]",
    "[k]",
    "[k]",
    "[ k]",
    "[ ]",
    "[\t]",
    "[  ]",
    "[",
    "]",
    "[[",
    "[[k]",
    "[k]x",
    "[k.l m]",
    "[-5]",
    "[01]",
    "[9223372036854775807]",
    "[9223372036854775806]",
    "[%00]",
    "[k%00]",
    "[__Host-x]",
    "%5Bk%5D",
];
const PREFIXES: [&str; 8] = [" ", "+", "%20", ".", "_.Host-", "__Host-", "_ Secure-", "%09"];
const VALUES: [&str; 22] = [
    "",
    "1",
    "21",
    "M%C3%BCller+%26+S%C3%B6hne",
    "a%2Fb%2Bc%3D%3D",
    "%zz",
    "%",
    "%4",
    "%%41",
    "a=b=c",
    "+",
    " ",
    "~*'()!",
    "%00",
    "a%00b",
    "%ff%FE",
    "ü€🏠",
    "[]",
    "\"<>\\^`{|}",
    "\u{1}",
    "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6",
    "1700000000",
];
const SPECIAL: &[u8] = b":/?#[]@!$&'()*+,;=%. _-~0123456789abcefxAEX\t\n\x0b\x01\x7f";

pub(super) fn url(random: &mut Random) -> Vec<u8> {
    let mut url = String::from("https://");
    if random.one_in(6) {
        url = random.pick(&SCHEMES).to_owned();
    }
    if random.one_in(12) {
        url.push_str(random.pick(&LOGINS));
    }
    url.push_str(random.pick(&HOSTS));
    if random.one_in(4) {
        url.push_str(random.pick(&PORTS));
    }
    url.push_str(random.pick(&PATHS));
    if !random.one_in(20) {
        url.push('?');
        url.push_str(&query(random));
    }
    if random.one_in(8) {
        url.push_str(random.pick(&["#", "#frag", "#a?b#c", "#/x"]));
    }
    let mut url = url.into_bytes();
    if random.one_in(6) {
        mutate(random, &mut url, SPECIAL);
    }
    // A URL of ours is text.
    String::from_utf8_lossy(&url).into_owned().into_bytes()
}

fn query(random: &mut Random) -> String {
    if random.one_in(3000) {
        return format!("{}&z=1&signature=x", "a[]=1&".repeat(997 + random.below(5)));
    }
    if random.one_in(1000) {
        let depth = 62 + random.below(5);
        return format!("a=1&b=2&a{}=3&7=x&7{}=4", "[k]".repeat(depth), "[]".repeat(depth));
    }
    // More than 16 make PHP sort in another way.
    let (count, numeric) = match random.below(40) {
        0 => (17 + random.below(60), true),
        1 => (17 + random.below(20), false),
        2..=9 => (2 + random.below(15), true),
        _ => (random.below(9), false),
    };
    let pieces: Vec<_> = (0..count).map(|_| piece(random, numeric)).collect();
    pieces.join("&")
}

fn piece(random: &mut Random, numeric: bool) -> String {
    let mut name = if numeric && !random.one_in(4) {
        numeric_name(random)
    } else {
        String::from(random.pick(&NAMES))
    };
    if random.one_in(10) {
        name.insert_str(0, random.pick(&PREFIXES));
    }
    while random.one_in(4) {
        name.push_str(random.pick(&INDICES));
    }
    match random.below(12) {
        0 => name,
        1 => format!("{name}={}&", random.pick(&VALUES)),
        _ => format!("{name}={}", random.pick(&VALUES)),
    }
}

/// A name that is a number, or nearly.
fn numeric_name(random: &mut Random) -> String {
    if random.one_in(8) {
        return format!("922337203685477580{}", random.below(20));
    }
    let letters = (0..=random.below(4)).map(|_| {
        let byte = NUMERIC_ALPHABET[random.below(NUMERIC_ALPHABET.len())];
        // A plus or a space would be taken for a space and become an underscore.
        if byte == b'+' { "%2B".to_owned() } else { char::from(byte).to_string() }
    });
    letters.collect()
}
