//! The members of a JSON object as raw text, so that one can be replaced without rewriting the
//! others. Only for text that `json_decode` has accepted as an object.

use crate::php::{Value, json};

/// Walks over the members in their order.
pub(super) struct Members<'a> {
    rest: &'a [u8],
}

/// One member: name, colon and value, without white space around.
pub(super) struct Member<'a>(&'a [u8]);

impl<'a> Members<'a> {
    pub(super) fn of(object: &'a [u8]) -> Self {
        let trimmed = object.trim_ascii();
        let inside = trimmed.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}"));
        Self { rest: inside.unwrap_or_default() }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = find_outside(self.rest, b',').unwrap_or(self.rest.len());
        let (member, after) = self.rest.split_at(end);
        self.rest = after.get(1..).unwrap_or_default();
        let member = member.trim_ascii();
        (!member.is_empty()).then_some(Member(member))
    }
}

impl<'a> Member<'a> {
    pub(super) fn text(&self) -> &'a [u8] {
        self.0
    }

    /// The name with its escapes resolved.
    pub(super) fn name(&self) -> Option<Value> {
        json::decode(&self.0[..find_outside(self.0, b':')?]).ok()
    }
}

/// The first such byte that lies in no string and no brackets.
fn find_outside(text: &[u8], wanted: u8) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    text.iter().position(|byte| {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            return false;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *byte == wanted
    })
}
