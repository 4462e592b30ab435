//! Saying that spans are closed, where somebody wants to know.

use super::local::LayerId;
use super::span::owned;
use std::sync::Arc;
use tracework_engine::Hub;
use tracing::Subscriber;
use tracing::span::Id;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A span is closed.
#[cold]
pub(crate) fn on_close<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    layer: LayerId,
    id: &Id,
    context: &Context<'_, S>,
) {
    let Some(span) = context.span(id) else { return };
    let node = owned(hub, layer, &span.extensions());
    if let Some(node) = node {
        node.close();
    }
}
