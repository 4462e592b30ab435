//! Capturing spans: once, into a node that their events share.

use super::Sites;
use super::local::{Entered, LayerId, with_local};
use super::visitor::{Reader, Said};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tracework_core::{Draft, Head, Kind, SpanNode, Timestamp};
use tracework_engine::own::InCallback;
use tracework_engine::{Hub, Verdict};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The nodes of a span in `tracing`'s registry: one for each pipeline, almost always one.
#[derive(Debug)]
struct Nodes {
    first: Node,
    others: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    hub: usize,
    owner: LayerId,
    node: Arc<SpanNode>,
}

fn address(hub: &Arc<Hub>) -> usize {
    Arc::as_ptr(hub).addr()
}

impl Nodes {
    fn get(&self, hub: usize) -> Option<&Node> {
        std::iter::once(&self.first).chain(&self.others).find(|node| node.hub == hub)
    }
}

/// The node of the span `id`, or of the nearest span around it that has one.
pub(super) fn node_around<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    id: &Id,
    context: &Context<'_, S>,
) -> Option<Arc<SpanNode>> {
    let span = context.span(id)?;
    span.scope().find_map(|span| {
        let extensions = span.extensions();
        extensions.get::<Nodes>()?.get(address(hub)).map(|node| Arc::clone(&node.node))
    })
}

/// A span is opened.
pub(crate) fn on_new_span<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    layer: LayerId,
    attributes: &Attributes<'_>,
    id: &Id,
    context: &Context<'_, S>,
) {
    let Some(span) = context.span(id) else { return };
    // Another layer of ours in the same stack was here first.
    if span.extensions().get::<Nodes>().is_some_and(|nodes| nodes.get(address(hub)).is_some()) {
        return;
    }
    let Some(_inside) = InCallback::enter() else { return };
    let metadata = attributes.metadata();
    let begun = with_local(hub, |local| {
        local.refresh();
        if Sites::verdict(hub, metadata) == Verdict::Never {
            return None;
        }
        let parent = match attributes.parent() {
            Some(parent) => node_around(hub, parent, context),
            None if attributes.is_contextual() => local.entered.last().map(|entered| Arc::clone(&entered.node)),
            None => None,
        };
        let mut draft = local.draft();
        draft.begin(head(hub, metadata));
        Some((draft, parent))
    });
    let Some(Some((mut draft, parent))) = begun else { return };
    let site = Sites::get(hub, metadata);
    read(hub, &mut draft, metadata, |reader| attributes.record(reader));
    let node = with_local(hub, |local| {
        local.plan.redactor().redact_draft(&mut draft, &mut local.redaction);
        let node = SpanNode::new(site.callsite, parent, &mut draft);
        local.keep_draft(draft);
        node
    });
    let Some(node) = node else { return };
    let node = Node { hub: address(hub), owner: layer, node };
    let mut extensions = span.extensions_mut();
    match extensions.get_mut::<Nodes>() {
        Some(nodes) => nodes.others.push(node),
        None => extensions.insert(Nodes { first: node, others: Vec::new() }),
    }
}

fn head(hub: &Hub, metadata: &'static Metadata<'static>) -> Head {
    let site = Sites::get(hub, metadata);
    Head {
        time: hub.clock().now(),
        severity: site.severity,
        kind: Kind::Log,
        callsite: site.callsite,
        generation: hub.generation(),
        roles: 0,
    }
}

/// Reads a span's fields, and lowers the floor if it asks for a level.
fn read(hub: &Hub, draft: &mut Draft, metadata: &'static Metadata<'static>, record: impl FnOnce(&mut Reader<'_>)) {
    let mut reader = Reader { draft, site: Sites::get(hub, metadata), is_span: true, said: Said::default() };
    // A value whose formatting panics ends the fields there.
    let _ = catch_unwind(AssertUnwindSafe(|| record(&mut reader)));
    if let Some(level) = reader.said.level {
        hub.lower_floor(level);
    }
}

/// Fields are recorded on a span.
pub(crate) fn on_record<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    layer: LayerId,
    id: &Id,
    values: &Record<'_>,
    context: &Context<'_, S>,
) {
    let Some(span) = context.span(id) else { return };
    let node = owned(hub, layer, &span.extensions());
    let Some(node) = node else { return };
    let Some(_inside) = InCallback::enter() else { return };
    let metadata = span.metadata();
    let Some(mut draft) = with_local(hub, |local| {
        local.refresh();
        let mut draft = local.draft();
        draft.begin(head(hub, metadata));
        draft
    }) else {
        return;
    };
    read(hub, &mut draft, metadata, |reader| values.record(reader));
    let time: Timestamp = hub.clock().now();
    with_local(hub, |local| {
        local.plan.redactor().redact_draft(&mut draft, &mut local.redaction);
        node.record(time, &mut draft);
        local.keep_draft(draft);
    });
}

pub(super) fn owned(
    hub: &Arc<Hub>,
    layer: LayerId,
    extensions: &tracing_subscriber::registry::Extensions<'_>,
) -> Option<Arc<SpanNode>> {
    let node = extensions.get::<Nodes>()?.get(address(hub))?;
    (node.owner == layer).then(|| Arc::clone(&node.node))
}

/// A span is entered on this thread.
pub(crate) fn on_enter<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    layer: LayerId,
    id: &Id,
    context: &Context<'_, S>,
) {
    let Some(span) = context.span(id) else { return };
    let Some(node) = owned(hub, layer, &span.extensions()) else { return };
    with_local(hub, |local| local.entered.push(Entered { span: id.into_u64(), owner: layer, node }));
}

/// A span is left on this thread.
pub(crate) fn on_exit(hub: &Arc<Hub>, layer: LayerId, id: &Id) {
    let left = with_local(hub, |local| {
        let id = id.into_u64();
        let place = local.entered.iter().rposition(|entered| entered.span == id && entered.owner == layer)?;
        Some(local.entered.remove(place))
    });
    // The node may be the last of its span: it is freed here, not while anything is borrowed.
    drop(left);
}

/// Adds what another layer knows of a span, as if it were recorded on it. Ids are no secrets, and are not searched for any.
#[cfg(feature = "opentelemetry")]
pub(crate) fn add_to_span(
    hub: &Arc<Hub>,
    extensions: &tracing_subscriber::registry::Extensions<'_>,
    fields: &[(&str, &str)],
) {
    let node = extensions.get::<Nodes>().and_then(|nodes| nodes.get(address(hub)));
    let Some(node) = node.map(|node| Arc::clone(&node.node)) else { return };
    let head = Head {
        time: hub.clock().now(),
        severity: tracework_core::Severity::INFO,
        kind: Kind::Log,
        callsite: node.callsite(),
        generation: hub.generation(),
        roles: 0,
    };
    with_local(hub, |local| {
        let mut draft = local.draft();
        draft.begin(head);
        for (name, value) in fields {
            draft.field(tracework_core::Key::Name(name), tracework_core::Value::Str(value));
        }
        node.record(head.time, &mut draft);
        local.keep_draft(draft);
    });
}
