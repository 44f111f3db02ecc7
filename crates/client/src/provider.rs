//! The provider's side of what travels through the browser: checking signed URLs and callbacks,
//! signing orders and window messages.
//!
//! This module must not know how calls are sent; nothing in it waits for the network.

mod callback;
mod check;
mod launch;
mod order;
mod price;
mod replay;
mod window;

pub use callback::{Callback, CallbackError, Outcome, Payment};
pub use check::{CheckError, NotAnOrigin, UrlCheck};
pub use launch::{Launch, MissingParameter};
pub use order::{CircleOfUsers, Item, Order, Product, Subscription};
pub use price::{NotAPrice, Price};
pub use replay::{MemoryReplayStore, Remembering, ReplayError, ReplayStore};
pub use window::WindowMessage;
