//! The ids that tracing-opentelemetry gives its spans.

use crate::capture;
use crate::companion::wanted;
use opentelemetry::trace::TraceContextExt as _;
use std::sync::{Arc, OnceLock};
use tracework_engine::own::is_own_thread;
use tracework_engine::{Control, Hub};
use tracing::dispatcher::WeakDispatch;
use tracing::span::Id;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A layer that has records carry the `trace_id` and the `span_id` of the span around them, as tracing-opentelemetry's
/// layer in the same stack gave them. Every format shows them.
///
/// They are asked for once for each span, when it is first entered; after that, tracing-opentelemetry does not take
/// another parent for the span. A span that it leaves out, or that was never entered, has the ids of the one around it.
///
/// ```
/// use tracework_engine::Control;
/// use tracework_layer::{DestinationLayer, trace_context};
/// use tracing_subscriber::prelude::*;
///
/// let control = Control::new();
/// let subscriber = tracing_subscriber::registry()
///     .with(tracing_opentelemetry::layer())    // with your tracer
///     .with(trace_context(&control))
///     .with(DestinationLayer::new(&control));
/// # drop(subscriber);
/// ```
pub fn trace_context<S: Subscriber + for<'a> LookupSpan<'a>>(control: &Control) -> impl Layer<S> {
    let hub = Arc::clone(control.hub());
    // It looks at the spans that are captured, and wakes no other.
    let filter = wanted(&hub);
    TraceContext { hub, stack: OnceLock::new() }.with_filter(filter)
}

struct TraceContext {
    hub: Arc<Hub>,
    /// The stack that it stands in.
    stack: OnceLock<WeakDispatch>,
}

/// Says of a span that its ids are known.
struct Told;

impl TraceContext {
    /// The ids of a span that has some, as hexadecimal digits.
    fn ids(&self, id: &Id) -> Option<[String; 2]> {
        let stack = self.stack.get()?.upgrade()?;
        let found = tracing_opentelemetry::get_otel_context(id, &stack)?;
        let span = found.span();
        let ids = span.span_context();
        ids.is_valid().then(|| [ids.trace_id().to_string(), ids.span_id().to_string()])
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TraceContext {
    fn on_register_dispatch(&self, stack: &Dispatch) {
        // A layer stands in one stack.
        _ = self.stack.set(stack.downgrade());
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if is_own_thread() || self.hub.is_forked() {
            return;
        }
        let Some(span) = context.span(id) else { return };
        if span.extensions().get::<Told>().is_some() {
            return;
        }
        span.extensions_mut().insert(Told);
        if let Some([trace_id, span_id]) = self.ids(id) {
            let fields = [("trace_id", trace_id.as_str()), ("span_id", span_id.as_str())];
            capture::add_to_span(&self.hub, &span.extensions(), &fields);
        }
    }
}
