//! The signed URLs that every framework gets: valid ones, each with one thing that readers of queries or
//! paths treat differently.

/// A registered address and its own parameters, as somebody may register them.
pub(super) struct Input {
    /// What is special about it, in a word or two.
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    /// Added to the parameters of the marketplace, as it stands.
    pub(super) query: &'static str,
}

const fn query(name: &'static str, query: &'static str) -> Input {
    Input { name, path: "/activate", query }
}

const fn path(name: &'static str, path: &'static str) -> Input {
    Input { name, path, query: "x=1" }
}

/// Queries: the application of each framework has to verify them.
pub(super) const QUERIES: &[Input] = &[
    query("plain", "theme=dark"),
    query("blank as +", "n=Immo+Nord"),
    query("blank as %20", "n=Immo%20Nord"),
    query("blanks at the ends", "n=+Immo+"),
    query("two blanks", "n=Immo++Nord"),
    query("umlaut", "n=M%C3%BCller"),
    query("small hex", "n=M%c3%bcller"),
    query("'", "n=O'Brien"),
    query("%27", "n=O%27Brien"),
    query("\"", "n=%22Nord%22"),
    query("&", "n=M%C3%BCller+%26+S%C3%B6hne"),
    query("=", "n=a%3Db"),
    query("~", "n=%7Eme"),
    query("raw ~", "n=~me"),
    query("*", "n=%2A"),
    query("raw *", "n=*"),
    query("()", "n=Immo%20(Nord)"),
    query(",", "n=3,4"),
    query(";", "n=3%3B4"),
    query("raw ;", "n=3;4"),
    query("<>", "n=%3Cb%3E"),
    query("\\", "n=a%5Cb"),
    query("/", "n=a/b%2Fc"),
    query(":@!$", "n=:@!$"),
    query("+", "n=1%2B1"),
    query("% before hex", "n=%2541"),
    query("leading zeros", "n=007"),
    query("empty value", "n="),
    query("no value", "n"),
    query("capitals", "Name=a&aName=b&NAME=c"),
    query("emoji", "n=%F0%9F%8F%A0"),
];

/// Names that languages read differently; providers should not register them.
pub(super) const NAMES: &[Input] = &[
    query("same name twice", "n=1&n=2"),
    query("a.b", "a.b=1"),
    query("a b", "a+b=1"),
    query("a[]", "a%5B%5D=1"),
    query("a[k]", "a%5Bk%5D=1"),
    query("digits", "10=a&9=b"),
];

/// Paths: what the full URL of a framework makes of them.
pub(super) const PATHS: &[Input] = &[
    path("plain", "/activate"),
    path("slash at the end", "/activate/"),
    path("%2F", "/a%2Fb"),
    path("%20", "/a%20b"),
    path("%C3%A4", "/%C3%A4"),
    path("small hex", "/%c3%a4"),
    path("%7E", "/%7Eme"),
    path("~", "/~me"),
    path("//", "/a//b"),
    path("..", "/a/../b"),
    path("+", "/a+b"),
    path("capitals", "/Activate"),
];

/// Lengths of the target, in bytes.
pub(super) const LENGTHS: [usize; 4] = [4_200, 8_100, 16_000, 60_000];
