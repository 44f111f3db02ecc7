//! The fields of each module, and what may stand in them. The names are those of the vendor's
//! database.

use freischalt_marketplace::service::Module;

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A line of text.
    Line,
    /// A text of several lines.
    Text,
    /// A number with two decimals.
    Number,
    /// 0 or 1.
    Flag,
    /// 0 or 1, and 1 if nothing was said.
    Status,
}

use FieldKind::{Flag, Line, Number, Status, Text};

/// Every field of a property that `read estate` knows.
pub(crate) const ESTATE_FIELDS: [&str; 17] = [
    "Id",
    "objekttitel",
    "objektart",
    "vermarktungsart",
    "strasse",
    "hausnummer",
    "plz",
    "ort",
    "kaufpreis",
    "kaltmiete",
    "wohnflaeche",
    "anzahl_zimmer",
    "lage",
    "objektbeschreibung",
    "status",
    "verkauft",
    "reserviert",
];

const ESTATE: &[(&str, FieldKind)] = &[
    ("objekttitel", Line),
    ("objektart", Line),
    ("vermarktungsart", Line),
    ("strasse", Line),
    ("hausnummer", Line),
    ("plz", Line),
    ("ort", Line),
    ("kaufpreis", Number),
    ("kaltmiete", Number),
    ("wohnflaeche", Number),
    ("anzahl_zimmer", Number),
    ("lage", Line),
    ("objektbeschreibung", Text),
    ("status", Status),
    ("verkauft", Flag),
    ("reserviert", Flag),
];

const ADDRESS: &[(&str, FieldKind)] = &[
    ("Vorname", Line),
    ("Name", Line),
    ("Zusatz1", Line),
    ("Strasse", Line),
    ("Plz", Line),
    ("Ort", Line),
    ("Email", Line),
];

const APPOINTMENT: &[(&str, FieldKind)] =
    &[("subject", Line), ("start_dt", Line), ("end_dt", Line), ("description", Text)];

/// The fields of a module that can be changed, in the order in which they are shown.
pub(crate) const fn fields_of(module: Module) -> &'static [(&'static str, FieldKind)] {
    match module {
        Module::Estate => ESTATE,
        Module::Address => ADDRESS,
        Module::Calendar | Module::Task => APPOINTMENT,
    }
}

/// Whether the records of a module have a field that can be changed.
pub(crate) fn has_field(module: Module, field: &str) -> bool {
    fields_of(module).iter().any(|(name, _)| *name == field)
}

impl FieldKind {
    /// What the API answers for a field in which nothing stands.
    pub(crate) const fn empty(self) -> &'static str {
        match self {
            Self::Line | Self::Text => "",
            Self::Number => "0.00",
            Self::Flag => "0",
            Self::Status => "1",
        }
    }
}

/// Why a value cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueProblem {
    /// No number as it should be.
    #[error("a number has at most 12 digits and at most two decimals, such as 325000.00")]
    Number,
    /// Neither 0 nor 1.
    #[error("the value is 0 or 1")]
    Flag,
    /// Too long.
    #[error("a text has at most 2000 characters")]
    Long,
}

/// The longest text, in characters.
const LONGEST: usize = 2000;

/// A value as it is kept, out of one as people write it.
pub(crate) fn normalised(kind: FieldKind, text: &str) -> Result<String, ValueProblem> {
    let text = text.trim();
    match kind {
        _ if text.is_empty() => Ok(String::new()),
        Flag | Status if matches!(text, "0" | "1") => Ok(text.to_owned()),
        Flag | Status => Err(ValueProblem::Flag),
        Number => number(text).ok_or(ValueProblem::Number),
        Line | Text => {
            let stays = |letter: &char| !letter.is_control() || (kind == Text && *letter == '\n');
            let text: String = text.chars().filter(stays).collect();
            if text.chars().count() > LONGEST { Err(ValueProblem::Long) } else { Ok(text) }
        }
    }
}

/// Digits and, after a dot or a comma, at most two more; with two decimals.
fn number(text: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let fits = !whole.is_empty() && whole.len() <= 12 && decimals.len() <= 2;
    (fits && digits(whole) && digits(decimals)).then(|| format!("{whole}.{decimals:0<2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_property_but_its_id_can_be_changed() {
        let names: Vec<&str> = ESTATE.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ESTATE_FIELDS[1..]);
    }

    #[test]
    fn numbers_get_two_decimals_and_nothing_else_is_one() {
        for (written, kept) in [("7", "7.00"), ("7,5", "7.50"), (" 325000.00 ", "325000.00")] {
            assert_eq!(normalised(Number, written).as_deref(), Ok(kept));
        }
        for wrong in ["1e3", "-1", "1.234", "1.950.000,00", ".5", "1234567890123", "٣", "0x1"] {
            assert_eq!(normalised(Number, wrong), Err(ValueProblem::Number), "{wrong}");
        }
        assert_eq!(normalised(Number, "").as_deref(), Ok(""));
    }

    #[test]
    fn flags_and_texts_are_what_they_say() {
        assert_eq!(normalised(Flag, "1").as_deref(), Ok("1"));
        assert_eq!(normalised(Flag, "true"), Err(ValueProblem::Flag));
        assert_eq!(normalised(Line, " a\r\nb\u{0} ").as_deref(), Ok("ab"));
        assert_eq!(normalised(Text, "a\r\nb").as_deref(), Ok("a\nb"));
        assert_eq!(normalised(Text, &"x".repeat(2001)), Err(ValueProblem::Long));
    }
}
