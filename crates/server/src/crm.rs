//! The records of the sandbox's customers as its customer view and `read estate` have them. They are
//! rows of the store; seeded, and changed in the customer view or through the management API.
//!
//! Values are texts, as the API has them: numbers with fixed decimals, booleans 0 and 1
//! (apidoc.onoffice.de, "Read estates"). This module must not know requests or pages.

mod content;
mod fields;
mod saving;
mod settings;

use std::collections::BTreeMap;

use freischalt_marketplace::{
    CustomerId, Language, User,
    service::{CallContext, EntryPoint, Module},
};
use freischalt_store::{Record, StoreError};

pub(crate) use content::samples;
pub(crate) use fields::{ESTATE_FIELDS, FieldKind, ValueProblem, fields_of, has_field, normalised};
pub(crate) use saving::SaveError;
pub(crate) use settings::characteristic;

use crate::state::AppState;

// What a property has beside the fields of the API, whose names never begin with a dot.
/// The language of a property's texts, as on the wire.
const LANGUAGE: &str = ".language";
/// Whether only administrators see a property: 1.
const CONFIDENTIAL: &str = ".confidential";
/// The pictures of a property: a line each, with id, colon and title.
const IMAGES: &str = ".images";

/// A record of a customer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its id.
    pub(crate) id: i64,
    module: Module,
    fields: BTreeMap<String, String>,
}

/// A picture of a property.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// The id.
    pub(crate) id: i64,
    /// What it shows.
    pub(crate) title: String,
}

impl From<Record> for Entry {
    fn from(record: Record) -> Self {
        Self { id: record.id, module: record.module, fields: record.fields }
    }
}

impl Entry {
    /// The value of a field of its module; `None` if there is no such field.
    pub(crate) fn value(&self, field: &str) -> Option<String> {
        if self.module == Module::Estate && field == "Id" {
            return Some(self.id.to_string());
        }
        let known = fields_of(self.module).iter().find(|(name, _)| *name == field)?;
        let kept = self.fields.get(field).filter(|value| !value.is_empty());
        Some(kept.cloned().unwrap_or_else(|| known.1.empty().to_owned()))
    }

    /// What it is called.
    pub(crate) fn title(&self) -> String {
        let text = |field| self.text(field);
        let title = match self.module {
            Module::Estate => text("objekttitel").to_owned(),
            Module::Address => format!("{} {}", text("Vorname"), text("Name")).trim().to_owned(),
            Module::Calendar | Module::Task => text("subject").to_owned(),
        };
        match title.as_str() {
            "" if self.module == Module::Address => text("Zusatz1").to_owned(),
            _ => title,
        }
    }

    /// Where or when it is.
    pub(crate) fn detail(&self) -> &str {
        self.text(match self.module {
            Module::Estate => "ort",
            Module::Address => "Ort",
            Module::Calendar | Module::Task => "start_dt",
        })
    }

    /// The language of its texts, if it is a property.
    pub(crate) fn language(&self) -> Option<Language> {
        let is_english = self.text(LANGUAGE) == Language::En.wire();
        (self.module == Module::Estate).then_some(if is_english {
            Language::En
        } else {
            Language::De
        })
    }

    /// Its pictures.
    pub(crate) fn images(&self) -> Vec<Image> {
        let image = |line: &str| {
            let (id, title) = line.split_once(':')?;
            Some(Image { id: id.parse().ok()?, title: title.to_owned() })
        };
        self.text(IMAGES).lines().filter_map(image).collect()
    }

    /// Whether a user may see it.
    pub(crate) fn is_shown_to(&self, user: &User) -> bool {
        user.administrator || self.text(CONFIDENTIAL) != "1"
    }

    fn text(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }
}

impl AppState {
    /// The records of a module that a user may see, by id.
    pub(crate) async fn entries(
        &self,
        customer: CustomerId,
        user: &User,
        module: Module,
    ) -> Result<Vec<Entry>, StoreError> {
        let (all, _) = self.store.records(customer, module, 0, u32::MAX).await?;
        let entries = all.into_iter().map(Entry::from);
        Ok(entries.filter(|entry| entry.is_shown_to(user)).collect())
    }

    /// One record, if a user may see it.
    pub(crate) async fn entry(
        &self,
        customer: CustomerId,
        user: &User,
        module: Module,
        id: i64,
    ) -> Result<Option<Entry>, StoreError> {
        let found = self.store.record(customer, module, id).await?.map(Entry::from);
        Ok(found.filter(|entry| entry.is_shown_to(user)))
    }

    /// What a service is called about: only records that the user may see, and only pictures of
    /// theirs.
    pub(crate) async fn call_context(
        &self,
        customer: CustomerId,
        user: &User,
        from: EntryPoint,
        ids: &[i64],
        images: &[i64],
    ) -> Result<CallContext, StoreError> {
        let module = match from {
            EntryPoint::Menu => return Ok(CallContext::default()),
            EntryPoint::Estates | EntryPoint::Files => Module::Estate,
            EntryPoint::Addresses => Module::Address,
            EntryPoint::Calendar => Module::Calendar,
        };
        let mut records = self.entries(customer, user, module).await?;
        records.retain(|record| ids.contains(&record.id));
        let known = |id: &i64| records.iter().any(|record| record.id == *id);
        let ids = ids.iter().copied().filter(known).collect();
        let pictures = |record: &Entry| record.images().into_iter().map(|image| image.id);
        let pictures: Vec<i64> = records.iter().flat_map(pictures).collect();
        let images = images.iter().copied().filter(|id| pictures.contains(id));
        Ok(CallContext {
            language: records.first().and_then(Entry::language),
            records: Some((module, ids)),
            images: images.filter(|_| from == EntryPoint::Files).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_only_fields_that_are_known_and_a_value_for_each() {
        let mut before = None;
        for record in samples() {
            let place = (record.module, record.id);
            assert!(before.is_none_or(|before| before < place), "{place:?}");
            before = Some(place);
            for (name, value) in &record.fields {
                let known = fields_of(record.module).iter().find(|(field, _)| field == name);
                assert!(known.is_some() || name.starts_with('.'), "{name}");
                let kept = known.map(|(_, kind)| normalised(*kind, value));
                assert!(kept.is_none_or(|kept| kept.as_ref() == Ok(value)), "{name}: {value}");
            }
            let entry = Entry::from(record);
            assert!(!entry.title().is_empty() && !entry.detail().is_empty());
            for (field, _) in fields_of(entry.module) {
                assert!(entry.value(field).is_some(), "{field}");
            }
            assert_eq!(entry.value("kaufPreis"), None, "names are case-sensitive");
            assert_eq!(entry.value(CONFIDENTIAL), None);
        }
    }
}
