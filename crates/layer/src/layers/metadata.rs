//! The layer that adds metadata.

use super::base::Base;
use super::forward_to_base;
use std::any::TypeId;
use tracework_engine::{Control, roles};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Adds metadata to every record that it sees: the service, the host and the process by themselves, and what you
/// name. Enrichers that are added to the [`Control`] run for these records.
///
/// ```
/// use tracework_engine::Control;
/// use tracework_layer::{DestinationLayer, MetadataLayer};
/// use tracing_subscriber::prelude::*;
///
/// let control = Control::new();
/// let subscriber = tracing_subscriber::registry()
///     .with(MetadataLayer::new(&control).service("payments").field("region", "eu-1"))
///     .with(DestinationLayer::new(&control));
/// # drop(subscriber);
/// ```
#[derive(Debug)]
pub struct MetadataLayer<S> {
    base: Base<S>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> MetadataLayer<S> {
    /// A layer that adds `service`, `host` and `pid`.
    #[must_use]
    pub fn new(control: &Control) -> Self {
        let layer = Self { base: Base::new(control, roles::METADATA) };
        for (key, value) in tracework_engine::process_metadata() {
            layer.set(key, &value);
        }
        layer
    }

    /// Names the service; by default it is the program's file name.
    #[must_use]
    pub fn service(self, name: &str) -> Self {
        self.field("service", name)
    }

    /// Adds a pair to every record.
    #[must_use]
    pub fn field(self, key: &str, value: &str) -> Self {
        self.set(key, value);
        self
    }

    fn set(&self, key: &str, value: &str) {
        // It fails only after the shutdown, when there are no records to add to.
        let _ = self.base.control().set_metadata(key, value);
    }
}

forward_to_base!(MetadataLayer {
    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        self.base.event_enabled(event, context)
    }
});
