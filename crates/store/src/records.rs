//! Records of a customer: properties, addresses and so on. Saving one queues the webhooks that it
//! calls, in the same transaction.

use std::collections::BTreeMap;

use freischalt_database::{Row, Transaction as Tx};
use freischalt_marketplace::{
    CustomerId, Delivery, ProviderId, Slug, service::Module, webhook::Hook,
};

use crate::{Store, StoreError, deliveries, directory};

/// A record: texts by the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its module.
    pub module: Module,
    /// Its id, unique in customer and module.
    pub id: i64,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
}

/// What is true at the moment in which a record is saved.
#[derive(Clone, Debug)]
pub struct SaveFacts {
    /// The record's id; that of a new one is given here.
    pub id: i64,
    /// The record as it is now, if it exists.
    pub before: Option<Record>,
    /// The webhook services of the customer's active providers.
    pub hooks: Vec<Hook>,
}

/// What a record is to be from now on, and whom that concerns.
#[derive(Clone, Debug)]
pub struct Save {
    /// All its fields.
    pub fields: BTreeMap<String, String>,
    /// The calls to make.
    pub deliveries: Vec<Delivery>,
}

impl Store {
    /// Saves a record as `rule` says, and queues the webhooks that it chooses; without an id, a new
    /// one with the next number. The record's id, or `None` if the rule saves nothing.
    pub async fn save_record(
        &self,
        customer: CustomerId,
        module: Module,
        id: Option<i64>,
        mut rule: impl FnMut(&SaveFacts) -> Option<Save> + Send + 'static,
    ) -> Result<Option<i64>, StoreError> {
        self.database
            .write(move |tx| {
                // The records of a customer are saved one after another, whichever engine it is.
                tx.query_for_update(
                    "SELECT customer_id FROM customers WHERE customer_id = ?1",
                    &[&customer.0],
                )?;
                let id = match id {
                    Some(id) => id,
                    None => next_id(tx, customer, module)?,
                };
                let before = find(tx, customer, module, id)?;
                let facts = SaveFacts { id, before, hooks: hooks(tx, customer)? };
                let Some(save) = rule(&facts) else { return Ok(None) };
                let fields = serde_json::to_string(&save.fields)
                    .map_err(|_| corrupt("the fields cannot be written as JSON"))?;
                tx.execute(
                    "INSERT INTO records (customer_id, module, record_id, fields)
                     VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (customer_id, module, record_id) DO UPDATE SET
                         fields = excluded.fields",
                    &[&customer.0, &module.as_str(), &id, &fields],
                )?;
                for delivery in &save.deliveries {
                    deliveries::insert(tx, delivery)?;
                }
                Ok(Some(id))
            })
            .await
    }

    /// Queues webhooks of a record without saving it; false if there is no such record.
    pub async fn queue_webhooks(
        &self,
        customer: CustomerId,
        module: Module,
        id: i64,
        mut rule: impl FnMut(&SaveFacts) -> Vec<Delivery> + Send + 'static,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |tx| {
                let before = find(tx, customer, module, id)?;
                if before.is_none() {
                    return Ok(false);
                }
                for delivery in rule(&SaveFacts { id, before, hooks: hooks(tx, customer)? }) {
                    deliveries::insert(tx, &delivery)?;
                }
                Ok(true)
            })
            .await
    }

    /// A record.
    pub async fn record(
        &self,
        customer: CustomerId,
        module: Module,
        id: i64,
    ) -> Result<Option<Record>, StoreError> {
        self.database.read(move |tx| find(tx, customer, module, id)).await
    }

    /// The records of a module by id, some of them, and how many there are in all.
    pub async fn records(
        &self,
        customer: CustomerId,
        module: Module,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<Record>, i64), StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(
                    "SELECT module, record_id, fields FROM records
                     WHERE customer_id = ?1 AND module = ?2
                     ORDER BY record_id LIMIT ?3 OFFSET ?4",
                    &[&customer.0, &module.as_str(), &limit, &offset],
                )?;
                let count = tx.query_opt(
                    "SELECT COUNT(*) AS count FROM records
                     WHERE customer_id = ?1 AND module = ?2",
                    &[&customer.0, &module.as_str()],
                )?;
                let all = found.iter().map(read).collect::<Result<_, StoreError>>()?;
                Ok((all, count.map_or(Ok(0), |row| row.get("count"))?))
            })
            .await
    }
}

fn next_id(tx: &mut Tx<'_>, customer: CustomerId, module: Module) -> Result<i64, StoreError> {
    let newest = tx.query_opt(
        "SELECT COALESCE(MAX(record_id), 0) AS newest FROM records
         WHERE customer_id = ?1 AND module = ?2",
        &[&customer.0, &module.as_str()],
    )?;
    Ok(1 + newest.map_or(Ok(0), |row| row.get::<i64>("newest"))?)
}

fn find(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    module: Module,
    id: i64,
) -> Result<Option<Record>, StoreError> {
    let row = tx.query_opt(
        "SELECT module, record_id, fields FROM records
         WHERE customer_id = ?1 AND module = ?2 AND record_id = ?3",
        &[&customer.0, &module.as_str(), &id],
    )?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Record, StoreError> {
    let (module, fields): (String, String) = (row.get("module")?, row.get("fields")?);
    Ok(Record {
        module: Module::parse(&module).ok_or(corrupt("the module is none"))?,
        id: row.get("record_id")?,
        fields: serde_json::from_str(&fields)
            .map_err(|_| corrupt("the fields are not the JSON that they should be"))?,
    })
}

/// The webhook services of providers that are active in a customer.
fn hooks(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Hook>, StoreError> {
    let found = tx.query(
        "SELECT s.provider_id, s.slug, s.settings FROM activations a
         JOIN services s ON s.provider_id = a.provider_id
         WHERE a.customer_id = ?1 AND a.stage = 'active' AND s.kind = 'webhook'
         ORDER BY s.provider_id, s.position",
        &[&customer.0],
    )?;
    found
        .iter()
        .map(|row| {
            let slug: String = row.get("slug")?;
            Ok(Hook {
                provider: ProviderId(row.get("provider_id")?),
                service: Slug::parse(&slug).map_err(|_| corrupt("a service's slug is none"))?,
                settings: directory::settings(row)?,
            })
        })
        .collect()
}

fn corrupt(problem: &'static str) -> StoreError {
    StoreError::Corrupt { table: "records", problem }
}
