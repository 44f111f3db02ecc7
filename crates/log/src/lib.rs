//! A log for machines: JSON, a line for each event.
//!
//! Lines that come close together are written together, on a thread of its own. A write for each
//! would be a call of the kernel in the middle of a request, and it would wait for whoever reads the
//! log slowly. Nobody ever waits for the log: where it is read too slowly for too long, lines are
//! dropped and counted, because a service that stops for its log is worse than a log with a gap
//! that says how large it is.

mod together;

pub use together::{Dropped, Lines, Rest};

use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

/// Shows every event as an object of JSON in these lines.
pub fn json<S>(lines: Lines) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(lines).json().flatten_event(true);
    layer.with_current_span(false).with_span_list(false)
}
