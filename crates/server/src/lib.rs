//! The marketplace server: the API endpoint, the web UI and the management API.

pub mod web;
