//! The layer that keeps records by their tags.

use super::base::Base;
use super::forward_to_base;
use crate::capture::{Sites, tags_of, with_local};
use std::any::TypeId;
use tracework_core::TagFilter;
use tracework_engine::{Control, roles};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Keeps, of the records that it sees, those with the right tags. It filters tracework's records alone, unless
/// [`TagFilterLayer::for_all_layers`] is asked for.
///
/// ```
/// use tracework_engine::Control;
/// use tracework_layer::{DestinationLayer, TagFilterLayer};
/// use tracing_subscriber::prelude::*;
///
/// let control = Control::new();
/// let subscriber = tracing_subscriber::registry()
///     .with(TagFilterLayer::new(&control).none(["NOISY"]))
///     .with(DestinationLayer::new(&control));
/// # drop(subscriber);
/// ```
#[derive(Debug)]
pub struct TagFilterLayer<S> {
    base: Base<S>,
    for_all: bool,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> TagFilterLayer<S> {
    /// A layer that keeps everything, until it is told which tags to ask for, here or by
    /// [`Control::set_tags`](tracework_engine::Control::set_tags).
    #[must_use]
    pub fn new(control: &Control) -> Self {
        Self { base: Base::new(control, roles::TAG_FILTER), for_all: false }
    }

    fn change(self, change: impl FnOnce(&mut TagFilter)) -> Self {
        let mut tags = self.base.control().plan().spec().tags.clone();
        change(&mut tags);
        // It fails only after the shutdown, when there are no records to keep.
        let _ = self.base.control().set_tags(tags);
        self
    }

    /// Asks for at least one of these tags.
    #[must_use]
    pub fn any<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.change(|filter| filter.any = tags.into_iter().map(Into::into).collect())
    }

    /// Asks for each of these tags.
    #[must_use]
    pub fn all<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.change(|filter| filter.all = tags.into_iter().map(Into::into).collect())
    }

    /// Rejects records with one of these tags.
    #[must_use]
    pub fn none<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        self.change(|filter| filter.none = tags.into_iter().map(Into::into).collect())
    }

    /// Filters events for every layer in the stack, other people's too.
    #[must_use]
    pub fn for_all_layers(mut self) -> Self {
        self.for_all = true;
        self
    }

    /// Does the event, or a span around it, have the right tags?
    fn keeps(&self, event: &Event<'_>) -> bool {
        let hub = self.base.hub();
        let plan = hub.plan();
        let filter = &plan.spec().tags;
        if filter.is_empty() || !plan.has_layer(roles::TAG_FILTER) {
            return true;
        }
        let mut tags = tags_of(event, Sites::get(hub, event.metadata()));
        let time = hub.clock().now();
        with_local(hub, |local| {
            let mut span = local.entered.last().map(|entered| &*entered.node);
            while let Some(node) = span {
                let value = node.reserved(tracework_core::Reserved::Tags, time).and_then(|value| value.as_str());
                tags.extend(value.into_iter().flat_map(tracework_core::tags::split).map(str::to_owned));
                span = node.parent();
            }
        });
        let has = |wanted: &String| tags.contains(wanted);
        (filter.any.is_empty() || filter.any.iter().any(has))
            && filter.all.iter().all(has)
            && !filter.none.iter().any(has)
    }
}

forward_to_base!(TagFilterLayer {
    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        if self.for_all && !self.keeps(event) {
            return false;
        }
        self.base.event_enabled(event, context)
    }
});
