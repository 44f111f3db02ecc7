//! `read` + `estate`: one property by its id, or a list.

use freischalt_marketplace::{Refusal, User};
use freischalt_protocol::{
    actions::ReadRecords,
    envelope::{Action, Echo, Record},
    php,
};

use super::{Answer, Failure, check_fields, page, record_id};
use crate::{
    crm::{self, ESTATE_FIELDS, Estate},
    state::AppState,
};

/// The properties that the acting user may see. An id that names none gives no record.
pub(super) fn read(
    app: &AppState,
    acting: &User,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let read = ReadRecords::parse(&action.parameters).map_err(Refusal::Parameter)?;
    check_fields(&read, &ESTATE_FIELDS)?;
    let mut estates: Vec<&Estate> = Vec::new();
    if app.is_sandbox() {
        estates.extend(crm::estates(acting));
    }
    if !echo.resource_id.is_empty() {
        let id = record_id(echo);
        estates.retain(|estate| Some(estate.id) == id);
    }
    let fields = read.fields.clone();
    Ok(page(estates, &read, |estate| {
        let mut elements = php::Array::default();
        for field in &fields {
            elements.insert(field.as_str(), estate.value(field).unwrap_or_default());
        }
        Record { id: estate.id, kind: Some("estate"), elements }
    }))
}
