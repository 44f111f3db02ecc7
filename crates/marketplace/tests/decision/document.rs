//! `docs/decisions.md` is made from the table, and the committed file is what is made.

use std::fmt::Write;

use freischalt_marketplace::decision::{Place, Row, TABLE};
use freischalt_protocol::ErrorCode;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/decisions.md");
const REFRESH: &str = "UPDATE_DOCS=1 cargo test -p freischalt-marketplace decisions";

const INTRODUCTION: &str = "\
# Who fails with which code

Every call of a provider is answered with HTTP 200 and a JSON body. If something is wrong with the
call, the body has a code. This page lists every situation in which the marketplace refuses a call,
with the code it answers. (Another HTTP status means that no call arrived: a method other than POST
or GET, a body that is too large, too slow or was cut off; or that the server refused it because it has
too much to do.)

The checks run in the order of the rows, and the first that fails is told:
envelope, token, structure of each action, timestamp, signature, claim, name of the call,
permission, parameters, customer and user, parameter cache entry. So a call with a wrong signature
*and* an expired entry gets the code of the signature. A refused call changes nothing; above all, it
never uses up the parameter cache entry, and can be made again once the cause is repaired.

## Where the code stands

| name | where |
| --- | --- |
| request, 500 | `status.errorcode` at the top, `status.code` is 500, `response.results` is empty |
| request, 400 | `status.errorcode` at the top, `status.code` is 400, `response.results` is empty |
| action | `status.errorcode` in the action's own result; at the top stands 97 with `status.code` 500. The other actions of the request are performed all the same |

## Where the assignment comes from

The vendor publishes the codes and their texts, but hardly ever says which situation gets which.

| mark | meaning |
| --- | --- |
| documented | the vendor's documentation (apidoc.onoffice.de) names the situation |
| *inferred* | the code's text fits the situation best; the vendor may answer another code |
| **ours** | no text fits, or there is no such situation at the vendor; the choice is ours |

Do not build on an *inferred* or **ours** row alone: treat an unknown code as a refusal, too.
A *setting* is a key of the marketplace's policy that changes the row, so that a client can be
tried against both behaviours.

## The table
";

fn document() -> String {
    let mut text = format!(
        "<!-- Made from the decision table in crates/marketplace. Do not edit; refresh with:\n     \
         {REFRESH} -->\n\n{INTRODUCTION}"
    );
    text.push_str("\n| code | text | situation | stands at | source | setting | name |\n");
    text.push_str("| ---: | --- | --- | --- | --- | --- | --- |\n");
    for row in TABLE {
        writeln!(text, "{}", line(row)).unwrap();
    }
    text
}

fn line(row: &Row) -> String {
    let message = ErrorCode(row.code).message("…");
    let place = match row.place {
        Place::Top500 => "request, 500",
        Place::Top400 => "request, 400",
        Place::Result => "action",
    };
    let source = match row.source {
        "documented" => "documented",
        "ours" => "**ours**",
        "inferred from the code's text" => "*inferred*",
        other => panic!("the introduction does not explain the source {other:?}"),
    };
    let setting = row.setting.map(|name| format!("`{name}`")).unwrap_or_default();
    let cells = [
        &row.code.to_string(),
        &message,
        &marked_up(row.situation),
        place,
        source,
        &setting,
        &format!("`{}`", row.id),
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// The situation with the protocol's own words in code type.
fn marked_up(situation: &str) -> String {
    let is_name = |word: &str| {
        const WORDS: [&str; 9] = [
            "token",
            "request",
            "actions",
            "actionid",
            "resourceid",
            "resourcetype",
            "parameters",
            "timestamp",
            "hmac",
        ];
        let has_inner_capital = word.chars().skip(1).any(|letter| letter.is_ascii_uppercase());
        let is_long = word.len() > 5 && word.chars().all(|letter| letter.is_ascii_alphanumeric());
        WORDS.contains(&word)
            || TABLE.iter().any(|row| row.id == word)
            || ["extendedclaim", "hmac_version", "request.actions", "\\u"].contains(&word)
            || (is_long && has_inner_capital)
    };
    let words = situation.split(' ').map(|word| {
        let name = word.trim_end_matches(['.', ',', ':']);
        if is_name(name) { format!("`{name}`{}", &word[name.len()..]) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn decisions_are_documented() {
    let made = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(committed == made, "docs/decisions.md is not what the table says; run\n{REFRESH}");
}

#[test]
fn a_row_is_a_line_of_the_document() {
    let made = document();
    for row in TABLE {
        let name = format!("| `{}` |", row.id);
        assert_eq!(made.lines().filter(|line| line.ends_with(&name)).count(), 1, "{}", row.id);
    }
}
