//! The checks, by area. `table` lists them; the other modules hold what they do.

mod craft;
mod delivery;
mod order;
mod page;
mod service;
mod table;
mod unlock;
mod url;

pub use table::CHECKS;
