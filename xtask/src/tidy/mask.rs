//! Blanks out comments and literals of Rust source, so that the other checks see code only.
//!
//! Lines and columns stay where they are. Not a parser: it knows just enough of the lexical rules
//! not to be fooled by quotes in comments, nested comments, raw strings and lifetimes.

/// The same text with every character of comments, strings and character literals as a space.
pub(super) fn mask(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = blank_until(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    out
}

/// The end of the comment or literal that starts at `at`, or `at` when none does.
fn blank_until(chars: &[char], at: usize) -> usize {
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => line_end(chars, at),
        ('/', Some('*')) => block_end(chars, at),
        ('"', _) => string_end(chars, at + 1),
        ('r', Some('"' | '#')) if starts_literal(chars, at) => raw_end(chars, at),
        ('\'', _) => char_end(chars, at),
        _ => at,
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |found| at + found)
}

fn block_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = at;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// Not the end of an identifier, unless that is the `b` of `br"…"` or the `c` of `cr"…"`.
fn starts_literal(chars: &[char], at: usize) -> bool {
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let before = at.checked_sub(1).and_then(|i| chars.get(i));
    match before {
        Some('b' | 'c') => !at.checked_sub(2).and_then(|i| chars.get(i)).is_some_and(word),
        other => !other.is_some_and(word),
    }
}

fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at; // a raw identifier such as r#type
    }
    let mut close = open + 1;
    while close < chars.len() {
        let after = &chars[close + 1..];
        if chars[close] == '"' && after.iter().take(hashes).filter(|c| **c == '#').count() == hashes
        {
            return close + 1 + hashes;
        }
        close += 1;
    }
    chars.len()
}

/// A character literal ends soon; anything else after the quote is a lifetime or a label.
fn char_end(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let after = at + 3;
        let found = chars.get(after..).and_then(|rest| rest.iter().position(|c| *c == '\''));
        return found.map_or(at, |found| after + found + 1);
    }
    if chars.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, code: &str) {
        assert_eq!(mask(source), code);
    }

    #[test]
    fn comments_go_and_nest() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e");
    }

    #[test]
    fn strings_go_with_their_escapes() {
        check(r#"f("a\"b//", x)"#, "f(        , x)");
        check("r\"a\\\" + b", "      + b");
        check("br#\"a\"b\"# + r#type", "b         + r#type");
    }

    #[test]
    fn characters_go_and_lifetimes_stay() {
        check("'\"' + &'a str", "    + &'a str");
        check(r"'\'' + '\u{1F600}' + 'l: loop", "     +             + 'l: loop");
    }

    #[test]
    fn an_open_end_is_blank_to_the_end() {
        check("a \"b", "a   ");
        check("a /* b", "a     ");
    }
}
