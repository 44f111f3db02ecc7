//! `freischalt customer`: register and show customers.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use freischalt_client::management::{ApiUser, Customer, NewCustomer, NewUser};

use super::management::ManagementArguments;
use crate::{
    failure::Failure,
    input::{self, InputError},
    output,
};

/// What to do with customers.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// Register a customer
    Add(AddArguments),
    /// List all customers
    List(ManagementArguments),
    /// Show one customer with its users
    Show(ShowArguments),
    /// Make an ordinary API user and print its token and key, once
    AddApiUser(AddApiUserArguments),
}

/// The API user to make.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
That of a provider's own client makes refunds and payment links.

Example:
  freischalt customer add-api-user grundrisswerk --name refunds --json")]
pub(crate) struct AddApiUserArguments {
    /// Slug of the customer
    slug: String,
    /// What people call it
    #[arg(long)]
    name: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The customer to register.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt customer add --slug nordlicht \\
      --administrator 1=\"Ada Admin\" --user 2=\"Uwe User\"
  freischalt customer add --from nordlicht.json

The file holds the object that the management API takes:
  {\"slug\": \"nordlicht\", \"groups\": [{\"id\": 3, \"name\": \"Sales\"}],
   \"users\": [{\"id\": 1, \"name\": \"Ada Admin\", \"administrator\": true,
              \"groupId\": 3}]}")]
pub(crate) struct AddArguments {
    /// Short name for URLs and commands
    #[arg(long, required_unless_present = "from")]
    slug: Option<String>,
    /// JSON file with all of it, groups included; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["slug", "name", "customer_web_id", "administrators", "users"],
    )]
    from: Option<PathBuf>,
    /// The customer name that providers see
    #[arg(long)]
    name: Option<String>,
    /// The customer web id that providers see; made up by default
    #[arg(long, value_name = "ID")]
    customer_web_id: Option<String>,
    /// An administrator, who may activate providers; may be repeated
    #[arg(long = "administrator", value_name = "ID=NAME", value_parser = parse_user)]
    administrators: Vec<NewUser>,
    /// A user who is no administrator; may be repeated
    #[arg(long = "user", value_name = "ID=NAME", value_parser = parse_user)]
    users: Vec<NewUser>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The customer to show.
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArguments {
    /// Its slug
    slug: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &CustomerCommand) -> Result<(), Failure> {
    match command {
        CustomerCommand::Add(arguments) => {
            let new = match &arguments.from {
                Some(path) => read(path)?,
                None => new_customer(arguments),
            };
            arguments.management.call(async |api| api.add_customer(&new).await, show)
        }
        CustomerCommand::List(management) => {
            management.call(async |api| api.customers().await, |customers| list(customers))
        }
        CustomerCommand::Show(ShowArguments { slug, management }) => {
            management.call(async |api| api.customer(slug).await, show)
        }
        CustomerCommand::AddApiUser(AddApiUserArguments { slug, name, management }) => {
            management.call(async |api| api.add_api_user(slug, name).await, show_api_user)
        }
    }
}

fn read(path: &Path) -> Result<NewCustomer, InputError> {
    let json = input::read(Some(path))?;
    serde_json::from_slice(&json).map_err(|cause| InputError::Document {
        place: input::place(Some(path)),
        expected: "a JSON object with a customer",
        cause,
    })
}

fn new_customer(arguments: &AddArguments) -> NewCustomer {
    let promoted =
        arguments.administrators.iter().map(|user| NewUser { administrator: true, ..user.clone() });
    NewCustomer {
        slug: arguments.slug.clone().unwrap_or_default(),
        name: arguments.name.clone(),
        customer_web_id: arguments.customer_web_id.clone(),
        groups: Vec::new(),
        users: promoted.chain(arguments.users.iter().cloned()).collect(),
    }
}

fn show_api_user(user: &ApiUser) -> String {
    let mut details = output::Details::default();
    details.add("API token", user.api_token.expose()).add("API key", user.api_key.expose());
    format!("{}\nKeep the key now: it is not shown again.", details.lines())
}

fn list(customers: &[Customer]) -> String {
    if customers.is_empty() {
        return "There are no customers. `freischalt customer add` registers one.".to_owned();
    }
    let row = |customer: &Customer| {
        [
            customer.slug.clone(),
            customer.name.clone().unwrap_or_default(),
            customer.customer_web_id.clone().unwrap_or_default(),
            customer.users.len().to_string(),
            activity(customer.active).to_owned(),
        ]
    };
    output::table(["SLUG", "NAME", "WEB ID", "USERS", "STATE"], customers.iter().map(row))
}

fn show(customer: &Customer) -> String {
    let mut details = output::Details::default();
    details
        .add("slug", &customer.slug)
        .add_some("name", customer.name.as_ref())
        .add_some("web id", customer.customer_web_id.as_ref())
        .add("state", activity(customer.active));
    let row = |user: &freischalt_client::management::User| {
        let role = if user.administrator { "administrator" } else { "user" };
        let group = user.group_id.clone().unwrap_or_default();
        [user.id.clone(), user.name.clone(), role.into(), group, activity(user.active).into()]
    };
    let users =
        output::table(["ID", "NAME", "ROLE", "GROUP", "STATE"], customer.users.iter().map(row));
    if customer.users.is_empty() {
        details.lines()
    } else {
        format!("{}\n{users}", details.lines())
    }
}

fn activity(active: Option<bool>) -> &'static str {
    if active == Some(false) { "inactive" } else { "active" }
}

fn parse_user(text: &str) -> Result<NewUser, String> {
    let (id, name) = text.split_once('=').unwrap_or((text, text));
    match id.parse() {
        Ok(id) if id > 0 => Ok(user(id, name)),
        _ => Err(format!("`{id}` is no user id; expected ID=NAME with a whole number above 0")),
    }
}

fn user(id: i64, name: &str) -> NewUser {
    let name = name.to_owned();
    NewUser { id, name, administrator: false, group_id: None, language: None, active: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_a_number_and_a_name() {
        let user = parse_user("21=Ada = Admin").unwrap();
        assert_eq!((user.id, user.name.as_str()), (21, "Ada = Admin"));
        for wrong in ["", "x=Ada", "0=Ada", "-1=Ada", "=Ada"] {
            assert!(parse_user(wrong).is_err(), "{wrong}");
        }
    }
}
