//! The layer that hands records to the destinations.

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

/// Hands every record that it sees to the destinations of its [`Control`], by the routes of the plan.
///
/// ```
/// use tracework_engine::Control;
/// use tracework_layer::DestinationLayer;
/// use tracing_subscriber::prelude::*;
///
/// let control = Control::new();
/// let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(&control));
/// tracing::subscriber::with_default(subscriber, || tracing::info!("to whatever is attached"));
/// ```
#[derive(Debug)]
pub struct DestinationLayer<S> {
    base: Base<S>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> DestinationLayer<S> {
    /// A layer that feeds the pipeline of `control`.
    #[must_use]
    pub fn new(control: &Control) -> Self {
        Self { base: Base::new(control, roles::DESTINATION) }
    }

    /// The pipeline's handle.
    #[must_use]
    pub fn control(&self) -> &Control {
        self.base.control()
    }
}

forward_to_base!(DestinationLayer {
    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        self.base.event_enabled(event, context)
    }
});
