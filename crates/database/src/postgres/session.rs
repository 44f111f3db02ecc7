//! A connection with its prepared statements.

use std::{cell::RefCell, collections::HashMap, error::Error, rc::Rc};

use tokio_postgres::{
    Client, Statement,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use crate::{Kind, Parameter, Value, value::Cell};

/// Where the text of a statement stands, its length, and whether it locks what it finds.
pub(super) type Key = (usize, usize, bool);

/// How a statement is sent.
#[derive(Clone)]
pub(super) enum Prepared {
    /// By name.
    Named(Statement),
    /// As text each time: a pooler may give each transaction another connection.
    Text(Rc<str>),
}

pub(super) struct Session {
    client: Client,
    prepare: bool,
    prepared: RefCell<HashMap<Key, Prepared>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(client: Client, prepare: bool) -> Self {
        Self { client, prepare, prepared: RefCell::default() }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements without parameters.
    pub(super) async fn run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    pub(super) async fn prepare(
        &self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
        lock: bool,
    ) -> Result<Prepared, tokio_postgres::Error> {
        let key = (sql.as_ptr().addr(), sql.len(), lock);
        if let Some(known) = self.prepared.borrow().get(&key) {
            return Ok(known.clone());
        }
        let text = text(sql, lock);
        let prepared = if self.prepare {
            let types: Vec<Type> = parameters.iter().map(|value| type_of(value.kind())).collect();
            Prepared::Named(self.client.prepare_typed(&text, &types).await?)
        } else {
            Prepared::Text(text.into())
        };
        self.prepared.borrow_mut().insert(key, prepared.clone());
        Ok(prepared)
    }

    pub(super) async fn query(
        &self,
        prepared: &Prepared,
        parameters: &[&dyn Parameter],
    ) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
        let bound = bind(parameters);
        match prepared {
            Prepared::Named(statement) => self.client.query(statement, &references(&bound)).await,
            Prepared::Text(text) => self.client.query_typed(text, &typed(&bound, parameters)).await,
        }
    }

    pub(super) async fn execute(
        &self,
        prepared: &Prepared,
        parameters: &[&dyn Parameter],
    ) -> Result<u64, tokio_postgres::Error> {
        let bound = bind(parameters);
        match prepared {
            Prepared::Named(statement) => self.client.execute(statement, &references(&bound)).await,
            Prepared::Text(text) => {
                self.client.execute_typed(text, &typed(&bound, parameters)).await
            }
        }
    }
}

/// `?1` is `$1` here.
fn text(sql: &str, lock: bool) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('?') {
        text.push_str(before);
        text.push(if after.starts_with(|next: char| next.is_ascii_digit()) { '$' } else { '?' });
        rest = after;
    }
    text.push_str(rest);
    if lock {
        text.push_str(" FOR UPDATE");
    }
    text
}

fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Integer => Type::INT8,
        Kind::Boolean => Type::BOOL,
        Kind::Text => Type::TEXT,
        Kind::Bytes => Type::BYTEA,
        Kind::Integers => Type::INT8_ARRAY,
        Kind::Booleans => Type::BOOL_ARRAY,
        Kind::Texts => Type::TEXT_ARRAY,
        Kind::ByteStrings => Type::BYTEA_ARRAY,
    }
}

fn bind<'a>(parameters: &'a [&dyn Parameter]) -> Vec<Bound<'a>> {
    parameters.iter().map(|parameter| Bound(parameter.value())).collect()
}

fn references<'a>(bound: &'a [Bound<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    bound.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn typed<'a>(
    bound: &'a [Bound<'_>],
    parameters: &[&dyn Parameter],
) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    let values = bound.iter().zip(parameters);
    values
        .map(|(value, parameter)| (value as &(dyn ToSql + Sync), type_of(parameter.kind())))
        .collect()
}

#[derive(Debug)]
struct Bound<'a>(Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(ty, out),
            Value::Boolean(value) => value.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
            Value::List(list) => {
                let items: Vec<_> = list.cells().iter().map(Cell::value).map(Bound).collect();
                items.to_sql(ty, out)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_become_those_of_postgresql() {
        assert_eq!(super::text("a = ?1 AND b = ?12 ? c", false), "a = $1 AND b = $12 ? c");
        assert_eq!(super::text("a = ?1", true), "a = $1 FOR UPDATE");
    }
}
