//! Customers, their users and groups.

use std::collections::HashSet;

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{Customer, Group, GroupId, Language, User, UserId};
use freischalt_store::NewCustomer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{self, Body, Object, Path, filled},
};
use crate::{
    random,
    security::{self, CalledFrom},
    seeds,
    state::{App, AppState},
};

/// A customer to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateCustomer {
    /// The name in addresses and commands.
    slug: String,
    /// `customerName`; the slug if absent.
    name: Option<String>,
    /// `customerWebId`; made if absent.
    customer_web_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<GroupBody>)]
    groups: Vec<Object<GroupBody>>,
    /// One administrator with id 1 if absent.
    #[schema(value_type = Option<Vec<NewUser>>)]
    users: Option<Vec<Object<NewUser>>>,
}

/// A group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupBody {
    id: i64,
    name: String,
}

/// A user to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewUser {
    id: i64,
    // What follows is `UserBody` again: serde cannot flatten and refuse unknown members as well.
    name: String,
    /// Whether the user may activate and block providers.
    #[serde(default)]
    administrator: bool,
    group_id: Option<i64>,
    /// `de` (the default) or `en`.
    language: Option<String>,
    /// True if absent.
    active: Option<bool>,
}

/// Everything about a user but the id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UserBody {
    name: String,
    /// Whether the user may activate and block providers.
    #[serde(default)]
    administrator: bool,
    group_id: Option<i64>,
    /// `de` (the default) or `en`.
    language: Option<String>,
    /// True if absent.
    active: Option<bool>,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownCustomer {
    slug: String,
    name: String,
    customer_web_id: String,
    active: bool,
    groups: Vec<GroupBody>,
    users: Vec<ShownUser>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownUser {
    id: i64,
    name: String,
    administrator: bool,
    group_id: Option<i64>,
    language: &'static str,
    active: bool,
}

/// What to change about a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeCustomer {
    /// Whether anybody may act for the customer.
    active: bool,
}

/// Lists customers by name.
#[utoipa::path(get, path = "/v1/customers", operation_id = "listCustomers", tag = "customers",
    responses((status = 200, body = Vec<ShownCustomer>)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Vec<ShownCustomer>>, Problem> {
    let mut shown = Vec::new();
    for customer in app.store.customers().await? {
        shown.push(show_whole(&app, customer).await?);
    }
    Ok(Json(shown))
}

/// Makes a customer. In the sandbox it has properties, addresses and appointments to begin with.
#[utoipa::path(post, path = "/v1/customers", operation_id = "createCustomer", tag = "customers",
    request_body = CreateCustomer,
    responses((status = 201, body = ShownCustomer), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Body(request): Body<CreateCustomer>,
) -> Result<(StatusCode, Json<ShownCustomer>), Problem> {
    let slug = wire::slug("slug", &request.slug)?;
    let web_id = match request.customer_web_id {
        Some(text) => filled("customerWebId", text)?,
        None => uuid::Builder::from_random_bytes(random::bytes()?).into_uuid().to_string(),
    };
    let groups: Vec<Group> = request
        .groups
        .into_iter()
        .map(|Object(group)| {
            let name = filled("groups.name", group.name)?;
            Ok(Group { id: GroupId(group.id), name })
        })
        .collect::<Result<_, Problem>>()?;
    let users = match request.users {
        Some(users) => new_users(users.into_iter().map(|Object(new)| new).collect(), &groups)?,
        None => vec![first_administrator()],
    };
    let name = filled("name", request.name.unwrap_or_else(|| slug.to_string()))?;
    let new = NewCustomer { name, slug, web_id, groups, users };
    let customer = app.store.create_customer(new).await?;
    if app.is_sandbox() {
        seeds::records(&app.store, customer.id).await?;
    }
    Ok((StatusCode::CREATED, Json(show_whole(&app, customer).await?)))
}

/// Shows a customer.
#[utoipa::path(get, path = "/v1/customers/{slug}", operation_id = "showCustomer", tag = "customers",
    params(("slug" = String, Path, description = "The customer")),
    responses((status = 200, body = ShownCustomer), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<ShownCustomer>, Problem> {
    let customer = app.named_customer(&slug).await?;
    Ok(Json(show_whole(&app, customer).await?))
}

/// Switches a customer on or off. Calls for one that is off answer 175.
#[utoipa::path(patch, path = "/v1/customers/{slug}", operation_id = "changeCustomer",
    tag = "customers",
    params(("slug" = String, Path, description = "The customer")), request_body = ChangeCustomer,
    responses((status = 200, body = ShownCustomer), (status = 404, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    Path(slug): Path<String>,
    Body(request): Body<ChangeCustomer>,
) -> Result<Json<ShownCustomer>, Problem> {
    let customer = app.named_customer(&slug).await?;
    app.store.set_customer_active(customer.id, request.active).await?;
    let customer = app.named_customer(&slug).await?;
    Ok(Json(show_whole(&app, customer).await?))
}

/// Makes a user or replaces everything about one.
#[utoipa::path(put, path = "/v1/customers/{slug}/users/{id}", operation_id = "putUser",
    tag = "customers",
    params(("slug" = String, Path, description = "The customer"),
        ("id" = i64, Path, description = "The user's id")),
    request_body = UserBody,
    responses((status = 200, body = ShownUser), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn put_user(
    State(app): State<App>,
    CalledFrom(caller): CalledFrom,
    Path((slug, id)): Path<(String, i64)>,
    Body(request): Body<UserBody>,
) -> Result<Json<ShownUser>, Problem> {
    let customer = app.named_customer(&slug).await?;
    let groups = app.store.groups(customer.id).await?;
    let user = user(id, request, &groups)?;
    app.store.put_user(customer.id, user.clone()).await?;
    tracing::info!(
        target: security::TARGET,
        event = "user_changed",
        %caller,
        customer = %customer.id,
        user = %user.id,
        administrator = user.administrator,
        active = user.active,
        "a user was added or changed"
    );
    Ok(Json(ShownUser::from(&user)))
}

fn new_users(users: Vec<NewUser>, groups: &[Group]) -> Result<Vec<User>, Problem> {
    let mut ids = HashSet::new();
    if let Some(double) = users.iter().find(|new| !ids.insert(new.id)) {
        return Err(Problem::conflict(format!("two users have the id {}", double.id)));
    }
    users.into_iter().map(|new| user(new.id, new.into(), groups)).collect()
}

fn user(id: i64, body: UserBody, groups: &[Group]) -> Result<User, Problem> {
    if id <= 0 {
        return Err(Problem::invalid("id", "a user's id is a positive whole number"));
    }
    let group = body.group_id.map(GroupId);
    if let Some(missing) = group.filter(|id| groups.iter().all(|group| group.id != *id)) {
        let detail = format!("group {missing} is not one of the customer's groups");
        return Err(Problem::invalid("groupId", detail));
    }
    Ok(User {
        id: UserId(id),
        name: filled("name", body.name)?,
        administrator: body.administrator,
        group,
        language: wire::language(body.language.as_deref())?,
        active: body.active.unwrap_or(true),
    })
}

fn first_administrator() -> User {
    User {
        id: UserId(1),
        name: "Administrator".to_owned(),
        administrator: true,
        group: None,
        language: Language::De,
        active: true,
    }
}

async fn show_whole(app: &AppState, customer: Customer) -> Result<ShownCustomer, Problem> {
    let groups = app.store.groups(customer.id).await?;
    let users = app.store.users(customer.id).await?;
    Ok(ShownCustomer {
        slug: customer.slug.to_string(),
        name: customer.name,
        customer_web_id: customer.web_id,
        active: customer.active,
        groups: groups
            .into_iter()
            .map(|group| GroupBody { id: group.id.0, name: group.name })
            .collect(),
        users: users.iter().map(ShownUser::from).collect(),
    })
}

impl From<NewUser> for UserBody {
    fn from(new: NewUser) -> Self {
        let NewUser { name, administrator, group_id, language, active, .. } = new;
        Self { name, administrator, group_id, language, active }
    }
}

impl From<&User> for ShownUser {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.0,
            name: user.name.clone(),
            administrator: user.administrator,
            group_id: user.group.map(|group| group.0),
            language: match user.language {
                Language::De => "de",
                Language::En => "en",
            },
            active: user.active,
        }
    }
}
