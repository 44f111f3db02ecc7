//! What is counted and measured, in the text format of Prometheus, at `/metrics` of the management
//! listener.
//!
//! Everything on the path of a call is registered before the first one comes, so that counting is
//! an addition. Labels come from lists of ours and never from a text that a client chose. Where
//! the configuration switches metrics off, the same handles lead nowhere.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use freischalt_listen::{Closed, Counts};
use freischalt_protocol::{ErrorCode, KnownAction};
use freischalt_store::{Connections, Group, Observer, Waiting};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, NoopRecorder, Recorder,
    SharedString, Unit,
};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::{management::Problem, state::App};

/// How often samples are folded together where nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds of durations, in seconds: from an answer out of memory to a disk in trouble.
const SECONDS: [f64; 15] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0,
];
/// Upper bounds of numbers of changes in one commit.
const CHANGES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// A name of ours, for a label.
type Name = &'static str;

/// Which listener, and on the marketplace's which half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    /// Calls of providers.
    Api,
    /// Pages and files.
    Pages,
    /// The management API.
    Management,
}

impl Surface {
    const ALL: [Self; 3] = [Self::Api, Self::Pages, Self::Management];

    const fn name(self) -> Name {
        match self {
            Self::Api => "api",
            Self::Pages => "pages",
            Self::Management => "management",
        }
    }
}

/// Everything that is counted and measured by one server.
pub struct Metrics {
    /// Where it is kept; none where metrics are off.
    kept: Option<Kept>,
    surfaces: [Requests; 3],
    performed: [(Name, Counter); KnownAction::ALL.len()],
    action_seconds: Histogram,
    waiting_changes: Gauge,
    waiting_queries: Gauge,
    connections: Gauge,
    busy_connections: Gauge,
    listeners: [Listening; 2],
    dropped_log_lines: Counter,
    calls: [Counter; 4],
    store: Commits,
}

/// Connections of one listener.
struct Listening {
    open: Gauge,
    closed: [(Closed, Counter); Closed::ALL.len()],
}

impl Listening {
    fn of(listener: Name, recorder: &dyn Recorder) -> Self {
        let open = key("freischalt_connections_open", vec![("listener", listener)]);
        let closed = |why: Closed| {
            let labels = vec![("listener", listener), ("reason", why.name())];
            let key = key("freischalt_connections_closed_total", labels);
            (why, recorder.register_counter(&key, &METADATA))
        };
        let open = recorder.register_gauge(&open, &METADATA);
        Self { open, closed: Closed::ALL.map(closed) }
    }

    fn show(&self, counts: &Counts) {
        self.open.set(u32::try_from(counts.open()).unwrap_or(u32::MAX));
        for (why, counter) in &self.closed {
            counter.absolute(counts.closed(*why));
        }
    }
}

/// What came of a call of a provider's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    /// 2xx.
    Arrived,
    /// 410: it is not wanted any more.
    Gone,
    /// Another status.
    Refused,
    /// No answer, or no connection.
    Unanswered,
}

impl CallOutcome {
    const ALL: [Self; 4] = [Self::Arrived, Self::Gone, Self::Refused, Self::Unanswered];

    /// By the status of the answer, if there was one.
    pub(crate) const fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Self::Arrived,
            Some(410) => Self::Gone,
            Some(_) => Self::Refused,
            None => Self::Unanswered,
        }
    }

    const fn name(self) -> Name {
        match self {
            Self::Arrived => "arrived",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
        }
    }
}

struct Kept {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

/// What is measured of the store's commits.
#[derive(Clone)]
struct Commits {
    changes: Histogram,
    seconds: Histogram,
    /// Longer ones are logged.
    slow: Duration,
}

impl fmt::Debug for Commits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commits").finish_non_exhaustive()
    }
}

impl Observer for Commits {
    fn group(&self, group: Group) {
        self.changes.record(u32::try_from(group.changes).unwrap_or(u32::MAX));
        self.seconds.record(group.took);
        if group.took > self.slow {
            let took_ms = u64::try_from(group.took.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(changes = group.changes, took_ms, "a commit was slow");
        }
    }
}

/// Requests of one surface.
pub(crate) struct Requests {
    /// By the first digit of the status, from 1 to 5.
    by_class: [Counter; 5],
    seconds: Histogram,
    in_flight: Gauge,
}

impl Metrics {
    /// Registers everything. A commit that takes longer than `slow_commit` is logged.
    pub(crate) fn new(slow_commit: Duration) -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_changes".to_owned()), &CHANGES)?
            .build_recorder();
        describe(&recorder);
        let metrics = Self::registered_with(&recorder, slow_commit);
        let handle = recorder.handle();
        Ok(Self { kept: Some(Kept { recorder, handle }), ..metrics })
    }

    /// Counts and measures nothing; slow commits are logged all the same.
    pub(crate) fn off(slow_commit: Duration) -> Self {
        Self::registered_with(&NoopRecorder, slow_commit)
    }

    fn registered_with(recorder: &dyn Recorder, slow_commit: Duration) -> Self {
        let histogram = |name| recorder.register_histogram(&key(name, vec![]), &METADATA);
        let waiting = |kind| {
            let key = key("freischalt_store_waiting", vec![("kind", kind)]);
            recorder.register_gauge(&key, &METADATA)
        };
        let gauge = |name| recorder.register_gauge(&key(name, vec![]), &METADATA);
        Self {
            kept: None,
            surfaces: Surface::ALL.map(|surface| Requests::of(surface, recorder)),
            performed: KnownAction::ALL.map(|action| {
                let name = action.resource_type();
                (name, action_counter(recorder, name, "0"))
            }),
            action_seconds: histogram("freischalt_action_duration_seconds"),
            waiting_changes: waiting("changes"),
            waiting_queries: waiting("queries"),
            connections: gauge("freischalt_store_connections_max"),
            busy_connections: gauge("freischalt_store_connections_busy"),
            listeners: ["marketplace", "management"].map(|name| Listening::of(name, recorder)),
            dropped_log_lines: recorder
                .register_counter(&key("freischalt_log_lines_dropped_total", vec![]), &METADATA),
            calls: CallOutcome::ALL.map(|outcome| {
                let labels = vec![("outcome", outcome.name())];
                recorder.register_counter(&key("freischalt_webhook_calls_total", labels), &METADATA)
            }),
            store: Commits {
                changes: histogram("freischalt_store_group_changes"),
                seconds: histogram("freischalt_store_commit_duration_seconds"),
                slow: slow_commit,
            },
        }
    }

    /// An action was answered.
    pub(crate) fn action(&self, resource_type: &str, code: ErrorCode, took: Duration) {
        let Some(Kept { recorder, .. }) = &self.kept else { return };
        self.action_seconds.record(took);
        let known = self.performed.iter().find(|(name, _)| *name == resource_type);
        match known {
            Some((_, performed)) if code == ErrorCode::OK => performed.increment(1),
            _ => {
                let name = known.map_or("other", |(name, _)| name);
                action_counter(recorder, name, code.0.to_string()).increment(1);
            }
        }
    }

    /// A provider's server was called.
    pub(crate) fn called(&self, outcome: CallOutcome) {
        let known = CallOutcome::ALL.iter().zip(&self.calls).find(|(known, _)| **known == outcome);
        if let Some((_, counter)) = known {
            counter.increment(1);
        }
    }

    /// Whom the store tells of its commits.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(self.store.clone())
    }

    /// Folds samples together now and then, for ever: they would be kept one by one until
    /// somebody asks for them.
    pub(crate) async fn keep_up(&self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            if let Some(kept) = &self.kept {
                kept.handle.run_upkeep();
            }
        }
    }

    /// The requests of a surface.
    pub(crate) fn requests(&self, surface: Surface) -> &Requests {
        match surface {
            Surface::Api => &self.surfaces[0],
            Surface::Pages => &self.surfaces[1],
            Surface::Management => &self.surfaces[2],
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Requests {
    fn of(surface: Surface, recorder: &dyn Recorder) -> Self {
        let labels = |class| vec![("surface", surface.name()), ("status", class)];
        let counter = |class| {
            let key = key("freischalt_http_requests_total", labels(class));
            recorder.register_counter(&key, &METADATA)
        };
        let named = |name| key(name, vec![("surface", surface.name())]);
        let seconds = named("freischalt_http_request_duration_seconds");
        let in_flight = named("freischalt_http_requests_in_flight");
        Self {
            by_class: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(counter),
            seconds: recorder.register_histogram(&seconds, &METADATA),
            in_flight: recorder.register_gauge(&in_flight, &METADATA),
        }
    }

    /// A request has come.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.increment(1.0);
        InFlight(&self.in_flight)
    }

    /// It was answered.
    pub(crate) fn answered(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.by_class.get(class) {
            counter.increment(1);
        }
        self.seconds.record(took);
    }
}

/// A request that is being answered, also one that its client gives up.
pub(crate) struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// `GET /metrics`
pub(crate) async fn show(State(app): State<App>) -> Response {
    let Some(Kept { handle, .. }) = &app.metrics.kept else {
        return Problem::switched_off("metrics", "metrics.enabled").into_response();
    };
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let Waiting { changes, queries } = app.store.waiting();
    app.metrics.waiting_changes.set(u32::try_from(changes).unwrap_or(u32::MAX));
    app.metrics.waiting_queries.set(u32::try_from(queries).unwrap_or(u32::MAX));
    let Connections { most, busy } = app.store.connections().unwrap_or_default();
    app.metrics.connections.set(u32::try_from(most).unwrap_or(u32::MAX));
    app.metrics.busy_connections.set(u32::try_from(busy).unwrap_or(u32::MAX));
    for (shown, counts) in app.metrics.listeners.iter().zip(&app.listeners) {
        shown.show(counts);
    }
    app.metrics.dropped_log_lines.absolute((app.dropped_log_lines.0)());
    ([(header::CONTENT_TYPE, content_type)], handle.render()).into_response()
}

fn action_counter(
    recorder: &dyn Recorder,
    resource_type: Name,
    code: impl Into<SharedString>,
) -> Counter {
    let labels =
        vec![Label::from_static_parts("resource_type", resource_type), Label::new("code", code)];
    let key = Key::from_parts("freischalt_actions_total", labels);
    recorder.register_counter(&key, &METADATA)
}

fn key(name: Name, labels: Vec<(Name, Name)>) -> Key {
    let labels = labels.into_iter().map(|(name, value)| Label::from_static_parts(name, value));
    Key::from_parts(name, labels.collect::<Vec<_>>())
}

fn describe(recorder: &PrometheusRecorder) {
    let counters = [
        ("freischalt_http_requests_total", "Requests by surface and class of status."),
        ("freischalt_connections_closed_total", "Connections that the server closed, by reason."),
        ("freischalt_log_lines_dropped_total", "Lines of the log that nobody read in time."),
        ("freischalt_actions_total", "Actions by resource type and error code; 0 is success."),
        ("freischalt_webhook_calls_total", "Calls of providers' servers by what came of them."),
    ];
    let gauges = [
        ("freischalt_http_requests_in_flight", "Requests that are being answered."),
        ("freischalt_connections_open", "Connections that are open."),
        ("freischalt_store_waiting", "Changes and queries that wait for the database."),
        ("freischalt_store_connections_max", "Connections to PostgreSQL that there can be."),
        ("freischalt_store_connections_busy", "Connections to PostgreSQL in use."),
    ];
    let histograms = [
        ("freischalt_http_request_duration_seconds", Unit::Seconds, "From head to answer."),
        ("freischalt_action_duration_seconds", Unit::Seconds, "From decoding to the commit."),
        ("freischalt_store_commit_duration_seconds", Unit::Seconds, "Applying and syncing."),
        ("freischalt_store_group_changes", Unit::Count, "Changes in one commit."),
    ];
    for (name, text) in counters {
        recorder.describe_counter(KeyName::from_const_str(name), None, text.into());
    }
    for (name, text) in gauges {
        recorder.describe_gauge(KeyName::from_const_str(name), None, text.into());
    }
    for (name, unit, text) in histograms {
        recorder.describe_histogram(KeyName::from_const_str(name), Some(unit), text.into());
    }
}
