//! One trace for each activation, sent to a collector as OTLP over HTTP with JSON. Where that is,
//! the environment says, as OpenTelemetry specifies it: `OTEL_EXPORTER_OTLP_ENDPOINT`.

use std::env;

/// Whether the environment names a collector.
fn is_wanted() -> bool {
    let names = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    names.iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(feature = "otlp")]
mod sending {
    use std::time::Duration;

    use freischalt_server::ACTIVATION_SPANS;
    use opentelemetry::trace::{SpanId, TraceId, TracerProvider};
    use opentelemetry_otlp::{Protocol, WithExportConfig};
    use opentelemetry_sdk::{
        Resource,
        error::OTelSdkResult,
        trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter},
    };
    use tracing::Subscriber;
    use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

    use crate::failure::Failure;

    /// Sends traces until it is dropped, and then what is left of them.
    pub(crate) struct Traces(Option<SdkTracerProvider>);

    impl Traces {
        /// Whether a collector is given that nothing can be sent to.
        pub(crate) fn are_wanted_in_vain(&self) -> bool {
            false
        }
    }

    impl Drop for Traces {
        fn drop(&mut self) {
            // A collector that is gone is told nothing, and that is its own affair.
            let _ = self.0.as_ref().map(SdkTracerProvider::shutdown);
        }
    }

    /// Steps of an activation are put into its trace by a parent that has the activation's id and that
    /// nobody exports, since no step is above the others. Here they become what they are: spans without
    /// a parent.
    #[derive(Debug)]
    struct Rooted<E>(E);

    /// The parent that a step was given: the second half of the trace's id.
    fn is_stand_in(parent: SpanId, trace: TraceId) -> bool {
        trace.to_bytes().ends_with(&parent.to_bytes())
    }

    impl<E: SpanExporter> SpanExporter for Rooted<E> {
        fn export(&self, mut batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
            for span in &mut batch {
                if is_stand_in(span.parent_span_id, span.span_context.trace_id()) {
                    span.parent_span_id = SpanId::INVALID;
                    span.parent_span_is_remote = false;
                }
            }
            self.0.export(batch)
        }

        fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
            self.0.shutdown_with_timeout(timeout)
        }

        fn force_flush(&self) -> OTelSdkResult {
            self.0.force_flush()
        }

        fn set_resource(&mut self, resource: &Resource) {
            self.0.set_resource(resource);
        }
    }

    /// Begins to send, if there is a collector.
    pub(crate) fn start<S>() -> Result<(Option<impl Layer<S>>, Traces), Failure>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        if !super::is_wanted() {
            return Ok((None, Traces(None)));
        }
        // The exporter's HTTP client wants one for the whole process. Refused if there is one, which
        // is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpJson)
            .build()
            .map_err(|cause| Failure::System {
                what: "traces cannot be sent to the collector that the environment names",
                cause: std::io::Error::other(cause),
            })?;
        // Which activations are traced, the server decides, before there is a span.
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::AlwaysOn)
            .with_batch_exporter(Rooted(exporter))
            .with_resource(Resource::builder().with_service_name("freischalt").build())
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("freischalt"))
            .with_filter(filter_fn(|metadata| metadata.target() == ACTIVATION_SPANS));
        Ok((Some(layer), Traces(Some(provider))))
    }
}

#[cfg(not(feature = "otlp"))]
mod sending {
    use tracing_subscriber::layer::Identity;

    use crate::failure::Failure;

    /// Nothing is sent: this command was built without what it takes.
    pub(crate) struct Traces {
        wanted: bool,
    }

    impl Traces {
        /// Whether a collector is given that nothing can be sent to.
        pub(crate) fn are_wanted_in_vain(&self) -> bool {
            self.wanted
        }
    }

    /// Sends nothing.
    pub(crate) fn start() -> Result<(Option<Identity>, Traces), Failure> {
        Ok((None, Traces { wanted: super::is_wanted() }))
    }
}

pub(crate) use sending::{Traces, start};
