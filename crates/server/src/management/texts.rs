//! No text of a request may hold a control character, whatever member, parameter or part of the path
//! it stands in: each is looked at before anybody decides what it means.

use std::fmt;

use axum::Json;
use freischalt_protocol::outside::{self, Control};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::Problem;

/// Looks at every text of a body that is JSON; the first that is refused is named.
pub(super) fn check(body: &[u8]) -> Result<(), Problem> {
    // JSON has these characters only as escapes, and those from U+007F on as they are as well.
    if !body.iter().any(|byte| matches!(byte, b'\\' | 0x7f | 0xc2)) {
        return Ok(());
    }
    match Json::<Found>::from_bytes(body) {
        Ok(Json(Found(Some((field, control))))) => {
            Err(Problem::invalid(field, control.to_string()))
        }
        _ => Ok(()),
    }
}

/// The first control character in a value, and where that is.
struct Found(Option<(String, Control)>);

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Texts)
    }
}

struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Found;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(Found(outside::text(text).err().map(|control| (String::new(), control))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found(None))
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let mut number = 0;
        while let Some(Found(found)) = items.next_element()? {
            if let Some((place, control)) = found {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Found(Some((below(&format!("[{number}]"), &place), control))));
            }
            number += 1;
        }
        Ok(Found(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Found, A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            let Found(found) = members.next_value()?;
            let of_name = outside::line(&name).err().map(|control| (String::new(), control));
            if let Some((place, control)) = of_name.or(found) {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Found(Some((below(&name, &place), control))));
            }
        }
        Ok(Found(None))
    }
}

/// A place below another: `users[1]` and `name` are `users[1].name`.
fn below(outer: &str, place: &str) -> String {
    let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
    format!("{outer}{dot}{place}")
}

/// Looks at every parameter of a query.
pub(super) fn check_query(query: &str) -> Result<(), Problem> {
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let refused = outside::line(&name).and_then(|()| outside::line(&value));
        if let Err(control) = refused {
            return Err(Problem::invalid(name.into_owned(), control.to_string()));
        }
    }
    Ok(())
}

/// Looks at a path.
pub(super) fn check_path(path: &str) -> Result<(), Problem> {
    for (one, other) in url::form_urlencoded::parse(path.as_bytes()) {
        if let Err(control) = outside::line(&one).and_then(|()| outside::line(&other)) {
            return Err(Problem::invalid("path", control.to_string()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: &str) -> Option<String> {
        Json::<Found>::from_bytes(body.as_bytes()).unwrap().0.0.map(|(field, _)| field)
    }

    #[test]
    fn the_text_is_named_by_its_place() {
        assert_eq!(field(r#"{"name":"a\u0000"}"#).as_deref(), Some("name"));
        let deep = r#"{"a":1,"users":[{"n":null},{"name":"\u001b[0m","z":[1.5,true]}],"b":-1}"#;
        assert_eq!(field(deep).as_deref(), Some("users[1].name"));
        assert_eq!(field(r#"{"texts":["a","b\u009b"]}"#).as_deref(), Some("texts[1]"));
        assert_eq!(field("{\"name\":\"a\u{7f}\"}").as_deref(), Some("name"));
        assert_eq!(field(r#"{"remark":"two\nlines\tand\r\none"}"#), None);
        assert!(check(br#"{"name":"\u0041"}"#).is_ok() && check(br#"{"name":"\u0000"}"#).is_err());
    }
}
