//! Records of customers: properties, addresses, appointments. Saving one calls the webhooks that wait
//! for it, as saving in the customer view does.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{Customer, User, UserId, service::Module};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{Body, Path},
};
use crate::{
    crm::{Entry, SaveError, fields_of, normalised},
    state::{App, AppState},
};

/// Fields of a record to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveRecord {
    /// Who saves it; the customer's first administrator if absent.
    user: Option<i64>,
    /// Values by the names of the fields; fields that are not named stay as they are.
    #[schema(example = json!({ "kaufpreis": "325000.00" }))]
    fields: BTreeMap<String, String>,
}

/// A record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownRecord {
    /// `estate`, `address` or `calendar`.
    module: &'static str,
    id: i64,
    fields: BTreeMap<&'static str, String>,
}

/// A record that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedRecord {
    #[serde(flatten)]
    record: ShownRecord,
    /// How many webhooks are called about it.
    webhooks: usize,
}

/// Lists the records of a module, by id.
#[utoipa::path(get, path = "/v1/customers/{slug}/records/{module}", operation_id = "listRecords",
    tag = "records",
    params(("slug" = String, Path, description = "The customer"),
        ("module" = String, Path, description = "`estate`, `address` or `calendar`")),
    responses((status = 200, body = Vec<ShownRecord>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Path((slug, module)): Path<(String, String)>,
) -> Result<Json<Vec<ShownRecord>>, Problem> {
    let (customer, module) = (app.named_customer(&slug).await?, named_module(&module)?);
    let (all, _) = app.store.records(customer.id, module, 0, u32::MAX).await?;
    Ok(Json(all.into_iter().map(|record| shown(module, &Entry::from(record))).collect()))
}

/// Makes a record. Webhooks that wait for new ones are called.
#[utoipa::path(post, path = "/v1/customers/{slug}/records/{module}", operation_id = "createRecord",
    tag = "records",
    params(("slug" = String, Path, description = "The customer"),
        ("module" = String, Path, description = "`estate`, `address` or `calendar`")),
    request_body = SaveRecord,
    responses((status = 201, body = SavedRecord), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Path((slug, module)): Path<(String, String)>,
    Body(request): Body<SaveRecord>,
) -> Result<(StatusCode, Json<SavedRecord>), Problem> {
    let saved = save(&app, &slug, &module, None, request).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Saves a record. Webhooks that wait for it are called, those with conditions only if one of their
/// fields has changed.
#[utoipa::path(patch, path = "/v1/customers/{slug}/records/{module}/{id}",
    operation_id = "saveRecord", tag = "records",
    params(("slug" = String, Path, description = "The customer"),
        ("module" = String, Path, description = "`estate`, `address` or `calendar`"),
        ("id" = i64, Path, description = "The record")),
    request_body = SaveRecord,
    responses((status = 200, body = SavedRecord), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    Path((slug, module, id)): Path<(String, String, i64)>,
    Body(request): Body<SaveRecord>,
) -> Result<Json<SavedRecord>, Problem> {
    Ok(Json(save(&app, &slug, &module, Some(id), request).await?))
}

async fn save(
    app: &AppState,
    slug: &str,
    module: &str,
    id: Option<i64>,
    request: SaveRecord,
) -> Result<SavedRecord, Problem> {
    let (customer, module) = (app.named_customer(slug).await?, named_module(module)?);
    let user = acting(app, &customer, request.user).await?;
    let mut changes = BTreeMap::new();
    for (name, value) in request.fields {
        let known = fields_of(module).iter().find(|(known, _)| *known == name);
        let (_, kind) = known.ok_or_else(|| {
            let names: Vec<&str> = fields_of(module).iter().map(|(name, _)| *name).collect();
            Problem::invalid("fields", format!("there is no field {name:?}: {}", names.join(", ")))
        })?;
        let value = normalised(*kind, &value)
            .map_err(|problem| Problem::invalid("fields", format!("{name}: {problem}")))?;
        changes.insert(name, value);
    }
    let not_found = || Problem::not_found("record", id.unwrap_or_default());
    let saved = app.save_record(customer.id, user.clone(), (module, id), changes).await;
    let (id, webhooks) = match saved {
        Ok(saved) => saved,
        Err(SaveError::NotFound) => return Err(not_found()),
        Err(SaveError::Store(error)) => return Err(error.into()),
        Err(SaveError::Random(error)) => return Err(error.into()),
    };
    let entry = app.entry(customer.id, &user, module, id).await?.ok_or_else(not_found)?;
    Ok(SavedRecord { record: shown(module, &entry), webhooks })
}

async fn acting(app: &AppState, customer: &Customer, id: Option<i64>) -> Result<User, Problem> {
    let users = app.store.users(customer.id).await?;
    let found = match id {
        Some(id) => users.into_iter().find(|user| user.id == UserId(id) && user.active),
        None => users.into_iter().find(User::may_activate),
    };
    let who = id.map_or_else(|| "administrator".to_owned(), |id| format!("user {id}"));
    found.ok_or_else(|| {
        Problem::invalid("user", format!("customer {} has no active {who}", customer.slug))
    })
}

fn named_module(text: &str) -> Result<Module, Problem> {
    match Module::parse(text) {
        Some(module) if module != Module::Task => Ok(module),
        _ => Err(Problem::not_found("module", format_args!("{text:?}: estate, address, calendar"))),
    }
}

fn shown(module: Module, entry: &Entry) -> ShownRecord {
    let fields = fields_of(module).iter();
    let fields = fields.filter_map(|(name, _)| Some((*name, entry.value(name)?)));
    ShownRecord { module: module.as_str(), id: entry.id, fields: fields.collect() }
}
