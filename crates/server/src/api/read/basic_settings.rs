//! `read` + `basicsettings`.

use freischalt_marketplace::Refusal;
use freischalt_protocol::{
    actions::ReadBasicSettings,
    envelope::{Action, Record},
    php,
};

use super::{Answer, Failure};
use crate::{crm, state::AppState};

/// The wanted values. Production has none: they belong to the system around it.
pub(super) fn read(app: &AppState, action: &Action) -> Result<Answer, Failure> {
    let wanted = ReadBasicSettings::parse(&action.parameters).map_err(Refusal::Parameter)?;
    if let Some(unknown) = wanted.unknown.into_iter().next() {
        return Err(Refusal::FieldUnknown(unknown).into());
    }
    let mut values = php::Array::default();
    for key in wanted.characteristics {
        match crm::characteristic(&key) {
            Some(value) if app.is_sandbox() => values.insert(key, value),
            Some(_) => values.insert(key, ""),
            None => return Err(Refusal::FieldUnknown(key).into()),
        };
    }
    let record = Record { id: 0, kind: None, elements: ReadBasicSettings::elements(values) };
    Ok(Answer::Records { cacheable: false, count: None, records: vec![record] })
}
