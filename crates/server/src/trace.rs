//! Spans of activations. One activation is one trace, from its first page to its last commit,
//! although several requests and two programs take part in it: the trace has the activation's id.
//!
//! Nobody pays for spans that nobody collects: a log does not show them, without a collector their
//! call sites are off, and of an activation that is not chosen none is made. Which ones are chosen
//! follows from the activation alone, so that every process decides alike without asking; the tokens
//! of API users have its lot at their end, so that a call need not be looked up for it.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use freischalt_marketplace::ActivationId;
use tracing::Span;

/// The target of these spans, for whoever collects them.
pub const TARGET: &str = "freischalt::activation";

/// What decides whether an activation is traced: the last two bytes of its id, which are chance.
pub type Lot = u16;

/// The lot that is chosen whatever part of the activations is.
const CHOSEN: Lot = 0;

/// Which activations are traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    one_in: u32,
}

impl Default for Sampling {
    /// One in a hundred.
    fn default() -> Self {
        Self { one_in: 100 }
    }
}

impl Sampling {
    /// Every activation.
    pub const ALL: Self = Self { one_in: 1 };
    /// Of no more than so many activations one can be chosen.
    pub const MOST: u32 = 1 << Lot::BITS;

    /// One of so many; none if that is 0 or more than [`MOST`](Self::MOST).
    pub fn one_in(number: u32) -> Option<Self> {
        (1..=Self::MOST).contains(&number).then_some(Self { one_in: number })
    }

    fn takes(self, lot: Lot) -> bool {
        u32::from(lot).is_multiple_of(self.one_in)
    }

    /// A step of an activation, under which everything stands that is done for it.
    pub(crate) fn step(self, activation: ActivationId, name: &'static str) -> Span {
        if !self.takes(lot(activation)) {
            return Span::none();
        }
        let span = begin(name);
        join_to(&span, activation);
        span
    }

    /// A call by the API user with this token, whose activation is not known yet; to be joined before
    /// it is entered.
    pub(crate) fn call(self, token: &str) -> Span {
        match lot_of_token(token) {
            Some(lot) if self.takes(lot) => begin("call"),
            _ => Span::none(),
        }
    }
}

/// The lot of an activation.
pub(crate) fn lot(activation: ActivationId) -> Lot {
    activation.0.as_bytes().last_chunk().map_or(CHOSEN, |end| Lot::from_be_bytes(*end))
}

/// The lot at the end of a token; none if it is no token of ours.
fn lot_of_token(token: &str) -> Option<Lot> {
    let end = token.len().checked_sub(4)?;
    token.get(end..).and_then(|digits| Lot::from_str_radix(digits, 16).ok())
}

/// Whether whoever begins an activation wants it to be traced: the request has a `traceparent` (W3C
/// Trace Context) that says it is sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish(bool);

impl Wish {
    /// The lot that a new activation needs for it.
    pub(crate) fn lot(self) -> Option<Lot> {
        self.0.then_some(CHOSEN)
    }

    /// `VERSION-TRACE-SPAN-FLAGS`; what cannot be read is no wish.
    fn parse(traceparent: &str) -> Self {
        let flags = traceparent.split('-').nth(3).filter(|flags| flags.len() == 2);
        let flags = flags.and_then(|flags| u8::from_str_radix(flags, 16).ok());
        Self(flags.is_some_and(|flags| flags & 1 == 1))
    }
}

impl<S: Sync> FromRequestParts<S> for Wish {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get("traceparent").and_then(|value| value.to_str().ok());
        Ok(value.map(Self::parse).unwrap_or_default())
    }
}

fn begin(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "step", otel.name = name)
}

/// Makes a step one of this activation. Once it is, this changes nothing.
pub(crate) fn join_to(step: &Span, activation: ActivationId) {
    if !step.is_disabled() {
        join(step, activation);
    }
}

/// A part of the step that is being done, if that is traced.
pub(crate) fn part(name: &'static str) -> Span {
    part_of(&Span::current(), name)
}

/// A part of a step that is done on another thread.
pub(crate) fn part_of(step: &Span, name: &'static str) -> Span {
    if step.metadata().is_none_or(|metadata| metadata.target() != TARGET) {
        return Span::none();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn activation(lot: Lot) -> ActivationId {
        let mut random = [7; 10];
        random[8..].copy_from_slice(&lot.to_be_bytes());
        ActivationId::new(1_700_000_000_000, random)
    }

    #[test]
    fn one_in_so_many_lots_is_chosen_and_the_wished_one_always() {
        for (one_in, chosen) in [(1, 65_536), (2, 32_768), (100, 656), (65_536, 1)] {
            let sampling = Sampling::one_in(one_in).unwrap();
            let all = (0..=Lot::MAX).filter(|lot| sampling.takes(*lot)).count();
            assert_eq!(all, chosen, "1 in {one_in}");
            assert!(sampling.takes(Wish(true).lot().unwrap()), "1 in {one_in}");
        }
        assert_eq!((Sampling::one_in(0), Sampling::one_in(65_537)), (None, None));
    }

    #[test]
    fn a_run_and_the_token_of_its_api_user_have_the_same_lot() {
        for number in [0, 100, 655, 0xfffe] {
            let run = activation(number);
            let user = crate::random::api_user(1_700_000_000_000, Some(lot(run))).unwrap();
            assert_eq!(lot(run), number);
            assert_eq!(lot_of_token(user.token.as_str()), Some(number));
        }
        assert_eq!((lot_of_token("abc"), lot_of_token("x".repeat(32).as_str())), (None, None));
        assert_eq!(lot_of_token("aäöü"), None);
    }

    #[test]
    fn a_wish_is_a_traceparent_that_says_sampled() {
        let with = |flags: &str| format!("00-{}-{}-{flags}", "a".repeat(32), "b".repeat(16));
        assert_eq!(Wish::parse(&with("01")).lot(), Some(CHOSEN));
        assert_eq!(Wish::parse(&with("03")).lot(), Some(CHOSEN));
        for other in ["00", "02", "1", "zz", "001"] {
            assert_eq!(Wish::parse(&with(other)).lot(), None, "{other}");
        }
        assert_eq!(Wish::parse("01").lot(), None);
    }
}
