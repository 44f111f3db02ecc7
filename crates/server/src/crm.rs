//! The records of the sandbox's customers: what its customer view shows and `read estate` answers.
//! Fixed, and the same for every customer; production has none, because there the records are the
//! business of the system around the marketplace.
//!
//! Values are texts, as the API has them: numbers with fixed decimals, booleans 0 and 1
//! (apidoc.onoffice.de, "Read estates"). This module must not know requests or pages.

mod content;
mod settings;

pub(crate) use content::{ADDRESSES, APPOINTMENTS, ESTATES};
pub(crate) use settings::characteristic;

use freischalt_marketplace::{Language, User};

/// A property.
#[derive(Debug)]
pub(crate) struct Estate {
    /// `Id`.
    pub(crate) id: i64,
    /// `objekttitel`.
    pub(crate) title: &'static str,
    /// `ort`.
    pub(crate) city: &'static str,
    /// The language of its texts.
    pub(crate) language: Language,
    /// Whether only administrators see it.
    pub(crate) confidential: bool,
    /// Its other fields.
    fields: &'static [(&'static str, &'static str)],
    /// Its pictures, on the files tab.
    pub(crate) images: &'static [Image],
}

/// A picture of a property.
#[derive(Debug)]
pub(crate) struct Image {
    /// The id.
    pub(crate) id: i64,
    /// What it shows.
    pub(crate) title: &'static str,
}

/// An address.
#[derive(Debug)]
pub(crate) struct Address {
    /// The id.
    pub(crate) id: i64,
    /// The name.
    pub(crate) name: &'static str,
    /// Where.
    pub(crate) city: &'static str,
}

/// An appointment.
#[derive(Debug)]
pub(crate) struct Appointment {
    /// The id.
    pub(crate) id: i64,
    /// What it is about.
    pub(crate) subject: &'static str,
    /// When, in words.
    pub(crate) when: &'static str,
}

/// Every field that properties have. The names are those of the vendor's database.
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

impl Estate {
    /// The value of one of [`ESTATE_FIELDS`]; `None` if there is no such field.
    pub(crate) fn value(&self, field: &str) -> Option<String> {
        match field {
            "Id" => Some(self.id.to_string()),
            "objekttitel" => Some(self.title.to_owned()),
            "ort" => Some(self.city.to_owned()),
            "status" => Some("1".to_owned()),
            "verkauft" | "reserviert" => Some("0".to_owned()),
            _ => {
                let own = self.fields.iter().find(|(name, _)| *name == field);
                let empty = ESTATE_FIELDS.contains(&field).then(|| empty(field));
                own.map(|(_, value)| (*value).to_owned()).or(empty)
            }
        }
    }
}

/// An empty number is one with zeros, any other empty field an empty text.
fn empty(field: &str) -> String {
    match field {
        "kaufpreis" | "kaltmiete" | "wohnflaeche" | "anzahl_zimmer" => "0.00".to_owned(),
        _ => String::new(),
    }
}

/// The properties that a user may see, by id.
pub(crate) fn estates(user: &User) -> impl Iterator<Item = &'static Estate> {
    let all = user.administrator;
    ESTATES.iter().filter(move |estate| all || !estate.confidential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_fields_are_known() {
        assert!(ESTATES.windows(2).all(|pair| pair[0].id < pair[1].id));
        for estate in ESTATES {
            for (name, _) in estate.fields {
                assert!(ESTATE_FIELDS.contains(name), "{name}");
            }
            for field in ESTATE_FIELDS {
                assert!(estate.value(field).is_some(), "{field}");
            }
            assert_eq!(estate.value("kaufPreis"), None, "names are case-sensitive");
        }
    }
}
