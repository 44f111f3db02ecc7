//! The sandbox's customer view: records, and the services that can be opened from them.

use askama::Template;

use super::{frame::Frame, sandbox::Field};

/// `GET /records`: the lists.
#[derive(Debug, Template)]
#[template(path = "records.html")]
pub struct Records {
    /// The surroundings.
    pub frame: Frame,
    /// A record was saved just now; how many webhooks are called about it.
    pub saved: Option<usize>,
    /// Properties.
    pub estates: List,
    /// Addresses.
    pub addresses: List,
    /// Appointments.
    pub appointments: List,
    /// Services of the menu.
    pub menu: List,
}

/// Records that can be selected, and what can be opened about them.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The records.
    pub rows: Vec<Row>,
    /// The services.
    pub services: Vec<ServiceButton>,
    /// Where a new record is made, if it can be.
    pub new: Option<String>,
}

/// A record in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Where or when it is.
    pub detail: String,
    /// Its own page, if it has one.
    pub page: Option<String>,
}

/// A service that can be opened.
#[derive(Clone, Debug)]
pub struct ServiceButton {
    /// Provider and service, as the form sends them.
    pub value: String,
    /// Name of the service.
    pub name: String,
    /// Name of the provider.
    pub provider: String,
}

/// `GET /records/estates/{id}`: a property with its files.
#[derive(Debug, Template)]
#[template(path = "estate.html")]
pub struct Estate {
    /// The surroundings.
    pub frame: Frame,
    /// It was saved just now; how many webhooks are called about it.
    pub saved: Option<usize>,
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Where it is changed.
    pub edit: String,
    /// Its fields, with their values.
    pub fields: Vec<(String, String)>,
    /// Its pictures.
    pub images: Vec<Row>,
    /// Services of the action bar.
    pub services: Vec<ServiceButton>,
    /// Services of the files tab.
    pub file_services: Vec<ServiceButton>,
}

/// `GET /records/new/{kind}` and `GET /records/edit/{kind}/{id}`: a record's fields.
#[derive(Debug, Template)]
#[template(path = "record_form.html")]
pub struct RecordForm {
    /// The surroundings.
    pub frame: Frame,
    /// What the record is called, or that it is new.
    pub title: String,
    /// Where the form is sent.
    pub action: String,
    /// Where one comes from.
    pub back: String,
    /// The fields.
    pub fields: Vec<RecordField>,
}

/// A field of a record.
#[derive(Clone, Debug)]
pub struct RecordField {
    /// The name in the API.
    pub name: &'static str,
    /// The keyboard that a touch screen shows.
    pub kind: &'static str,
    /// Whether it has several lines.
    pub long: bool,
    /// What stands in it.
    pub field: Field,
}

impl RecordForm {
    /// The fields with what is wrong with them.
    pub(crate) fn errors(&self) -> Vec<(&'static str, &String)> {
        let fields = self.fields.iter();
        fields.filter_map(|one| Some((one.name, one.field.error.as_ref()?))).collect()
    }
}
