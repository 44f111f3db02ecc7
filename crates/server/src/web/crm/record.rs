//! Making and changing a record. Saving one calls the webhooks that wait for it.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::service::Module;

use super::super::{
    account::sandbox_only,
    failure::Failure,
    form::Fields,
    page::page,
    views::{
        Section,
        crm::{RecordField, RecordForm},
        sandbox::Field,
    },
    visitor::Visitor,
};
use crate::crm::{Entry, FieldKind, SaveError, ValueProblem, fields_of, normalised};

/// `GET /records/new/{kind}`
pub(in crate::web) async fn new(
    visitor: Visitor,
    Path(kind): Path<String>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    visitor.who()?;
    let module = module(&visitor, &kind)?;
    Ok(form(&visitor, module, None, |_| Field::default()))
}

/// `POST /records/new/{kind}`
pub(in crate::web) async fn create(
    visitor: Visitor,
    Path(kind): Path<String>,
    Fields(sent): Fields<HashMap<String, String>>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    visitor.who()?;
    let module = module(&visitor, &kind)?;
    keep(&visitor, module, None, &sent).await
}

/// `GET /records/edit/{kind}/{id}`
pub(in crate::web) async fn edit(
    visitor: Visitor,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let module = module(&visitor, &kind)?;
    let record = named(&visitor, module, &id).await?;
    let value = |name: &str| Field { value: record.value(name).unwrap_or_default(), error: None };
    Ok(form(&visitor, module, Some(&record), value))
}

/// `POST /records/edit/{kind}/{id}`
pub(in crate::web) async fn save(
    visitor: Visitor,
    Path((kind, id)): Path<(String, String)>,
    Fields(sent): Fields<HashMap<String, String>>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let module = module(&visitor, &kind)?;
    let record = named(&visitor, module, &id).await?;
    keep(&visitor, module, Some(&record), &sent).await
}

/// Saves what was sent, or shows the form again with what is wrong with it.
async fn keep(
    visitor: &Visitor,
    module: Module,
    record: Option<&Entry>,
    sent: &HashMap<String, String>,
) -> Result<Response, Failure> {
    let (mut changes, mut wrong) = (BTreeMap::new(), HashMap::new());
    for (name, kind) in fields_of(module) {
        match sent.get(*name).map(|text| normalised(*kind, text)) {
            Some(Ok(value)) => drop(changes.insert((*name).to_owned(), value)),
            Some(Err(problem)) => drop(wrong.insert(*name, sentence(visitor, problem))),
            None => {}
        }
    }
    if !wrong.is_empty() {
        return Ok(form(visitor, module, record, |name| Field {
            value: sent.get(name).cloned().unwrap_or_default(),
            error: wrong.get(name).map(|text| (*text).to_owned()),
        }));
    }
    let who = visitor.who()?;
    let place = (module, record.map(|record| record.id));
    match visitor.app.save_record(who.customer.id, who.user.clone(), place, changes).await {
        Ok((id, called)) => {
            let page = match module {
                Module::Estate => format!("/records/estates/{id}"),
                _ => "/records".to_owned(),
            };
            Ok(Redirect::to(&format!("{page}?saved={called}")).into_response())
        }
        Err(SaveError::NotFound) => Err(Failure::not_found(visitor)),
        Err(error) => Err(Failure::internal(visitor, &error)),
    }
}

fn sentence(visitor: &Visitor, problem: ValueProblem) -> &'static str {
    let words = &visitor.language.texts().commerce;
    match problem {
        ValueProblem::Number => words.no_number,
        ValueProblem::Flag => words.no_flag,
        ValueProblem::Long => words.too_long,
    }
}

fn form(
    visitor: &Visitor,
    module: Module,
    record: Option<&Entry>,
    field: impl Fn(&str) -> Field,
) -> Response {
    let words = &visitor.language.texts().commerce;
    let fields = fields_of(module).iter().map(|(name, kind)| RecordField {
        name,
        kind: match kind {
            FieldKind::Number => "decimal",
            FieldKind::Flag | FieldKind::Status => "numeric",
            FieldKind::Line | FieldKind::Text => "text",
        },
        long: *kind == FieldKind::Text,
        field: field(name),
    });
    let (new, back) = match module {
        Module::Estate => {
            (words.new_estate, record.map(|one| format!("/records/estates/{}", one.id)))
        }
        Module::Address => (words.new_address, None),
        Module::Calendar | Module::Task => (words.new_appointment, None),
    };
    page(&RecordForm {
        frame: visitor.frame(Section::Records),
        title: record.map_or_else(|| new.to_owned(), Entry::title),
        action: match record {
            Some(record) => edit_path(module, record.id),
            None => new_path(module),
        },
        back: back.unwrap_or_else(|| "/records".to_owned()),
        fields: fields.collect(),
    })
}

/// A record that the visitor may see.
pub(super) async fn named(visitor: &Visitor, module: Module, id: &str) -> Result<Entry, Failure> {
    let who = visitor.who()?;
    let not_found = || Failure::not_found(visitor);
    let id = id.parse().map_err(|_| not_found())?;
    let found = visitor.app.entry(who.customer.id, &who.user, module, id).await;
    found.map_err(|error| Failure::internal(visitor, &error))?.ok_or_else(not_found)
}

const KINDS: [(&str, Module); 3] = [
    ("estates", Module::Estate),
    ("addresses", Module::Address),
    ("appointments", Module::Calendar),
];

fn module(visitor: &Visitor, kind: &str) -> Result<Module, Failure> {
    let known = KINDS.into_iter().find(|(name, _)| *name == kind);
    known.map(|(_, module)| module).ok_or_else(|| Failure::not_found(visitor))
}

fn kind(module: Module) -> &'static str {
    KINDS.into_iter().find(|(_, known)| *known == module).map_or("", |(name, _)| name)
}

/// Where a record of a module is made.
pub(super) fn new_path(module: Module) -> String {
    format!("/records/new/{}", kind(module))
}

/// Where a record is changed.
pub(super) fn edit_path(module: Module, id: i64) -> String {
    format!("/records/edit/{}/{id}", kind(module))
}
