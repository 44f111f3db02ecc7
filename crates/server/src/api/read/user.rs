//! `read` + `user`: the calling user by resource id, or a list.
//!
//! Reading others wants a right that the marketplace gives to administrators only; without it a
//! list holds nobody but the caller, and another's id is refused (api documentation, "Read users").

use std::cmp::Ordering;

use freischalt_marketplace::{
    Language, Refusal, User,
    filter::{compare, satisfies},
};
use freischalt_protocol::{
    actions::{Filter, ReadRecords, SortBy},
    envelope::{Action, Echo, Record},
    php,
};
use freischalt_store::ApiUserRecord;

use super::{Answer, Failure, check_fields, page, record_id};
use crate::state::AppState;

/// Every field that the vendor documents for users, and those that its own field list shows
/// besides. What a marketplace does not keep about a user is empty.
const FIELDS: [&str; 43] = [
    "Anrede",
    "Titel",
    "Kuerzel",
    "Vorname",
    "Nachname",
    "Firma",
    "PLZ",
    "Ort",
    "Strasse",
    "Hausnummer",
    "Land",
    "province",
    "Mobil",
    "Telefon",
    "Fax",
    "Url",
    "UstID",
    "taxNumber",
    "Gerichtsstand",
    "imprintFurthermore",
    "Firmazusatz1",
    "PositionUnternehmen",
    "Namezusatz1",
    "Namezusatz2",
    "Bank",
    "IBAN",
    "BIC",
    "Finanzamt",
    "Hinweis",
    "Sonstiges",
    "Nr",
    "Name",
    "email",
    "Emailname",
    "adrId:adressen.ID",
    "anbieter",
    "Prefix",
    "usesAccount:account.id",
    "Sprache",
    "meetingUrl",
    "online",
    "userCreationDate",
    "Rechte",
];

/// The users that the acting user may see. Without a field nobody is told, as seen live: a call
/// with an empty `data` gave no records.
pub(super) async fn read(
    app: &AppState,
    api_user: &ApiUserRecord,
    acting: &User,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let parameters = &action.parameters;
    let read = ReadRecords::parse(parameters, &["filter", "sortby"]).map_err(Refusal::Parameter)?;
    let filter = Filter::parse(parameters.get("filter")).map_err(Refusal::Filter)?;
    let sort = SortBy::parse(parameters.get("sortby")).map_err(Refusal::Parameter)?;
    let fields = read.fields.iter().chain(filter.conditions.iter().map(|wanted| &wanted.field));
    check_fields(fields.chain(sort.iter().map(|by| &by.field)), &FIELDS)?;
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
    if echo.resource_id.is_empty() {
        // Where a record is named by its id, a filter is passed over (apidoc.onoffice.de).
        users.retain(|user| {
            filter.conditions.iter().all(|wanted| satisfies(&value(user, &wanted.field), wanted))
        });
    }
    if read.fields.is_empty() {
        users.clear();
    }
    users.sort_by(|a, b| in_order(a, b, &sort));
    let fields = read.fields.clone();
    Ok(page(users, &read, |user| {
        let mut elements = php::Array::default();
        for field in &fields {
            elements.insert(field.as_str(), value(&user, field));
        }
        Record { id: user.id.0, kind: Some("user"), elements }
    }))
}

/// The wanted order; where it does not decide, that of the ids.
fn in_order(a: &User, b: &User, sort: &[SortBy]) -> Ordering {
    let by = |by: &SortBy| {
        let order = compare(&value(a, &by.field), &value(b, &by.field));
        if by.descending { order.reverse() } else { order }
    };
    let decided = sort.iter().map(by).find(|order| order.is_ne());
    decided.unwrap_or_else(|| a.id.0.cmp(&b.id.0))
}

/// The store keeps one name for a user; the last word of it is taken for the family name.
fn value(user: &User, field: &str) -> String {
    let (first, last) = user.name.rsplit_once(' ').unwrap_or(("", &user.name));
    match field {
        "Nr" => user.id.to_string(),
        "Name" => user.name.to_lowercase().replace(' ', "."),
        "Vorname" => first.to_owned(),
        "Nachname" => last.to_owned(),
        // A name for display, and no address (apidoc.onoffice.de, "Read users", the sample).
        "Emailname" => user.name.clone(),
        "email" => format!("user{}@example.invalid", user.id),
        "Sprache" => match user.language {
            Language::De => "DEU".to_owned(),
            Language::En => "ENG".to_owned(),
        },
        _ => String::new(),
    }
}
