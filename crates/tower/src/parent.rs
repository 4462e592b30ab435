//! The caller's span as the parent of the request's, for tracing-opentelemetry.

use crate::trace_context::TraceContext;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Tells tracing-opentelemetry, if it stands in the stack, whose span called. It must hear of it before the span is
/// entered.
pub(crate) fn set(span: &Span, remote: &TraceContext) {
    let Some(remote) = remote_span(remote) else { return };
    let parent = opentelemetry::Context::current().with_remote_span_context(remote);
    // Without its layer, or where it leaves the span out, there is nobody to tell.
    let _ = span.set_parent(parent);
}

fn remote_span(remote: &TraceContext) -> Option<SpanContext> {
    let trace = TraceId::from_hex(remote.trace_id()).ok()?;
    let span = SpanId::from_hex(remote.parent_id()).ok()?;
    let state = remote.state().and_then(|state| state.parse().ok()).unwrap_or_default();
    Some(SpanContext::new(trace, span, TraceFlags::new(remote.flags()), true, state))
}

#[cfg(test)]
mod tests {
    use super::remote_span;
    use crate::TraceContext;

    #[test]
    fn the_ids_and_the_flags_are_those_of_the_header() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let span = TraceContext::parse(header).as_ref().and_then(remote_span).expect("it is valid");
        assert_eq!(span.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(span.span_id().to_string(), "00f067aa0ba902b7");
        assert!(span.is_remote() && span.is_sampled() && span.is_valid());
    }
}
