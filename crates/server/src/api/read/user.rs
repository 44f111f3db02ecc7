//! `read` + `user`: the calling user by resource id, or a list.
//!
//! Reading others wants a right that the marketplace gives to administrators only; without it a
//! list holds nobody but the caller, and another's id is refused (api documentation, "Read users").

use freischalt_marketplace::{Language, Refusal, User};
use freischalt_protocol::{
    actions::ReadRecords,
    envelope::{Action, Echo, Record},
    php,
};
use freischalt_store::ApiUserRecord;

use super::{Answer, Failure, check_fields, page, record_id};
use crate::state::AppState;

/// Every field that users have here. The names are those of the vendor's database.
const FIELDS: [&str; 6] = ["Nr", "Name", "Vorname", "Nachname", "email", "Sprache"];

/// The users that the acting user may see.
pub(super) async fn read(
    app: &AppState,
    api_user: &ApiUserRecord,
    acting: &User,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let read = ReadRecords::parse(&action.parameters).map_err(Refusal::Parameter)?;
    check_fields(&read, &FIELDS)?;
    let mut users = app.store.users(api_user.activation.customer).await?;
    if !echo.resource_id.is_empty() {
        let id = record_id(echo);
        users.retain(|user| Some(user.id.0) == id);
        if !acting.administrator && users.iter().any(|user| user.id != acting.id) {
            return Err(Refusal::OtherUser.into());
        }
    } else if !acting.administrator {
        users.retain(|user| user.id == acting.id);
    }
    let fields = read.fields.clone();
    Ok(page(users, &read, |user| {
        let mut elements = php::Array::default();
        for field in &fields {
            elements.insert(field.as_str(), value(&user, field));
        }
        Record { id: user.id.0, kind: Some("user"), elements }
    }))
}

/// The store keeps one name for a user; the last word of it is taken for the family name.
fn value(user: &User, field: &str) -> String {
    let (first, last) = user.name.rsplit_once(' ').unwrap_or(("", &user.name));
    match field {
        "Nr" => user.id.to_string(),
        "Name" => user.name.to_lowercase().replace(' ', "."),
        "Vorname" => first.to_owned(),
        "Nachname" => last.to_owned(),
        "email" => format!("user{}@example.invalid", user.id),
        "Sprache" => match user.language {
            Language::De => "DEU".to_owned(),
            Language::En => "ENG".to_owned(),
        },
        _ => String::new(),
    }
}
