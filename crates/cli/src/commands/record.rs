//! `freischalt record`: properties, addresses and appointments of a customer.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use freischalt_client::management::Record;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with records.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RecordCommand {
    /// List the records of a module
    List(ListArguments),
    /// Save fields of a record, or make one; webhooks that wait for it are called
    Save(SaveArguments),
}

/// Which records to list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// estate, address or calendar
    #[arg(long, default_value = "estate")]
    module: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// What to save.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt record save --customer musterimmo --id 11 kaufpreis=310000
  freischalt record save --customer musterimmo objekttitel=\"New\" ort=Bonn")]
pub(crate) struct SaveArguments {
    /// Fields with their values
    #[arg(required = true, value_name = "FIELD=VALUE", value_parser = field)]
    fields: Vec<(String, String)>,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// estate, address or calendar
    #[arg(long, default_value = "estate")]
    module: String,
    /// The record; without it a new one is made
    #[arg(long)]
    id: Option<i64>,
    /// Who saves it; the first administrator by default
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &RecordCommand) -> Result<(), Failure> {
    match command {
        RecordCommand::List(ListArguments { customer, module, management }) => {
            management.call(async |api| api.records(customer, module).await, |all| list(all))
        }
        RecordCommand::Save(SaveArguments { fields, customer, module, id, user, management }) => {
            let fields: BTreeMap<String, String> = fields.iter().cloned().collect();
            management.call(
                async |api| api.save_record(customer, module, *id, *user, &fields).await,
                saved,
            )
        }
    }
}

fn list(records: &[Record]) -> String {
    if records.is_empty() {
        return "There are no such records.".into();
    }
    let row = |record: &Record| {
        let filled = record.fields.iter().filter(|(_, value)| !value.is_empty());
        let fields: Vec<String> = filled.map(|(name, value)| format!("{name}={value}")).collect();
        [record.id.to_string(), fields.join(" ")]
    };
    output::table(["ID", "FIELDS"], records.iter().map(row))
}

fn saved(record: &Record) -> String {
    let called = record.webhooks.unwrap_or_default();
    format!("{} {} is saved. Webhooks that are called: {called}.", record.module, record.id)
}

fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
