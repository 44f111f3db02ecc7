//! `read` + `estate`: one property by its id, or a list.

use freischalt_marketplace::{CustomerId, Refusal, User, service::Module};
use freischalt_protocol::{
    actions::ReadRecords,
    envelope::{Action, Echo, Record},
    php,
};

use super::{Answer, Failure, check_fields, page, record_id};
use crate::{crm::ESTATE_FIELDS, state::AppState};

/// The properties that the acting user may see. An id that names none gives no record.
pub(super) async fn read(
    app: &AppState,
    customer: CustomerId,
    acting: &User,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let read = ReadRecords::parse(&action.parameters, &[]).map_err(Refusal::Parameter)?;
    check_fields(read.fields.iter(), &ESTATE_FIELDS)?;
    let estates = match (echo.resource_id.is_empty(), record_id(echo)) {
        (true, _) => app.entries(customer, acting, Module::Estate).await?,
        (false, Some(id)) => {
            app.entry(customer, acting, Module::Estate, id).await?.into_iter().collect()
        }
        (false, None) => Vec::new(),
    };
    let fields = read.fields.clone();
    Ok(page(estates, &read, |estate| {
        let mut elements = php::Array::default();
        for field in &fields {
            elements.insert(field.as_str(), estate.value(field).unwrap_or_default());
        }
        Record { id: estate.id, kind: Some("estate"), elements }
    }))
}
