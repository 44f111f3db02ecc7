//! The sandbox's customer view: records, and the services that can be opened from them.

use askama::Template;

use super::frame::Frame;

/// `GET /records`: the lists.
#[derive(Debug, Template)]
#[template(path = "records.html")]
pub struct Records {
    /// The surroundings.
    pub frame: Frame,
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
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Its fields, with their values.
    pub fields: Vec<(String, String)>,
    /// Its pictures.
    pub images: Vec<Row>,
    /// Services of the action bar.
    pub services: Vec<ServiceButton>,
    /// Services of the files tab.
    pub file_services: Vec<ServiceButton>,
}
