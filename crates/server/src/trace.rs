//! Spans of activations. One activation is one trace, from its first page to its last commit,
//! although several requests and two programs take part in it: the trace has the activation's id.
//!
//! Nobody pays for spans that nobody collects: a log does not show them, and without a collector
//! their call sites are off.

use freischalt_marketplace::ActivationId;
use tracing::Span;

/// The target of these spans, for whoever collects them.
pub const TARGET: &str = "freischalt::activation";

/// A step of an activation, under which everything stands that is done for it.
pub(crate) fn step(activation: ActivationId, name: &'static str) -> Span {
    let span = unjoined(name);
    join_to(&span, activation);
    span
}

/// A step of an activation that is not known yet; to be joined before it is entered.
pub(crate) fn unjoined(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "step", otel.name = name)
}

/// Makes a step one of this activation. Once it is, this changes nothing.
pub(crate) fn join_to(step: &Span, activation: ActivationId) {
    if !step.is_disabled() {
        join(step, activation);
    }
}

/// A part of the step that is being done.
pub(crate) fn part(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "part", otel.name = name)
}

/// A part of a step that is done on another thread.
pub(crate) fn part_of(step: &Span, name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, parent: step, "part", otel.name = name)
}

/// Puts a span into its activation's trace.
#[cfg(feature = "otlp")]
fn join(span: &Span, activation: ActivationId) {
    use opentelemetry::{
        Context,
        trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
    };
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let trace = *activation.0.as_bytes();
    let (_, last) = trace.split_at(8);
    let mut root = [0; 8];
    root.copy_from_slice(last);
    let parent = SpanContext::new(
        TraceId::from_bytes(trace),
        SpanId::from_bytes(root),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    // Fails for a span that has begun, which this one has not.
    let _ = span.set_parent(Context::new().with_remote_span_context(parent));
}

/// There is no collector to tell.
#[cfg(not(feature = "otlp"))]
fn join(_: &Span, _: ActivationId) {}
