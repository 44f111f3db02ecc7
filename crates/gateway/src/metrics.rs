//! Numbers for whoever watches the gateway, in the text format of Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use freischalt_listen::{Closed, Counts};

use crate::store::EventCounts;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What has happened since the start. No label names a customer or a user.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) activations: Counter,
    pub(crate) launches: Counter,
    pub(crate) refusals: Counter,
    pub(crate) calls: Counter,
    pub(crate) failed_calls: Counter,
    pub(crate) app_failures: Counter,
    pub(crate) events_delivered: Counter,
    pub(crate) events_postponed: Counter,
    pub(crate) events_unwanted: Counter,
}

impl Metrics {
    pub(crate) fn render(
        &self,
        events: EventCounts,
        dropped_log_lines: u64,
        listeners: &[(&str, &Counts)],
    ) -> String {
        let counters = [
            ("activations", "unlock calls that the marketplace confirmed", &self.activations),
            ("launches", "service calls handed to the app", &self.launches),
            ("refusals", "requests of browsers that were refused", &self.refusals),
            ("calls", "requests of the app to the marketplace's API", &self.calls),
            ("failed_calls", "those of them that failed", &self.failed_calls),
            ("app_failures", "requests that the app did not answer", &self.app_failures),
            ("events_delivered", "events that the app confirmed", &self.events_delivered),
            ("events_postponed", "attempts that the app did not confirm", &self.events_postponed),
            ("events_unwanted", "events that the app answered 410", &self.events_unwanted),
        ];
        let mut text = String::new();
        for (name, help, counter) in counters {
            let name = format!("freischalt_gateway_{name}_total");
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            let _ = writeln!(text, "{name} {}", counter.get());
        }
        let name = "freischalt_gateway_events";
        let _ = writeln!(text, "# HELP {name} events by state\n# TYPE {name} gauge");
        let _ = writeln!(text, "{name}{{state=\"waiting\"}} {}", events.waiting);
        let _ = writeln!(text, "{name}{{state=\"given_up\"}} {}", events.given_up);
        let name = "freischalt_gateway_log_lines_dropped_total";
        let _ = writeln!(text, "# HELP {name} lines of the log that nobody read in time");
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {dropped_log_lines}");
        let name = "freischalt_gateway_connections_open";
        let _ = writeln!(text, "# HELP {name} connections that are open\n# TYPE {name} gauge");
        for (listener, counts) in listeners {
            let _ = writeln!(text, "{name}{{listener=\"{listener}\"}} {}", counts.open());
        }
        let name = "freischalt_gateway_connections_closed_total";
        let _ = writeln!(text, "# HELP {name} connections that the gateway closed, by reason");
        let _ = writeln!(text, "# TYPE {name} counter");
        for (listener, counts) in listeners {
            for why in Closed::ALL {
                let labels = format!("listener=\"{listener}\",reason=\"{}\"", why.name());
                let _ = writeln!(text, "{name}{{{labels}}} {}", counts.closed(why));
            }
        }
        text
    }
}
