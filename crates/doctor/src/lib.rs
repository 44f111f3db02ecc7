//! Plays the marketplace to a provider: opens its activation page with genuine and with tampered
//! URLs, presses its button, answers its call to the API, opens its services, webhooks and
//! callbacks, and says what is wrong with the answers and how to mend it.
//!
//! A check judges by behaviour alone: what was answered, and what arrived at the API. This crate
//! must not know how a report is asked for or where it is written, and it never talks to a host that
//! was not named, nor to the vendor's.

mod api;
pub mod catalogue;
mod checks;
mod cookie;
mod exchange;
mod first;
mod frame;
mod grade;
mod http;
mod launch;
mod likeness;
mod marketplace;
mod mend;
mod order;
mod page;
pub mod report;
mod run;
mod safety;
mod sandbox;
mod session;
mod target;
mod unlock;

pub use catalogue::{Area, CHECKS, Check, Mend, Severity};
pub use exchange::Exchange;
pub use grade::Grade;
pub use report::{Finding, Outcome, Report};
pub use run::{ApiChoice, DoctorError, Selection, run};
pub use safety::{Limits, SafetyError};
pub use sandbox::{SandboxAddress, SandboxError};
pub use target::{OrderAddress, OrderHop, Target, UnlockBody, UnlockHop};
pub use url::Url;
