//! The layers themselves.

mod base;
mod destination;
mod metadata;
mod rebuild;
mod slot;
mod tag_filter;
#[cfg(feature = "opentelemetry")]
mod trace_context;

pub(crate) use base::{downcast_by, forward_to_base};
pub use destination::DestinationLayer;
pub use metadata::MetadataLayer;
pub use slot::{LayerSlot, SlotError, SlotHandle};
pub use tag_filter::TagFilterLayer;
#[cfg(feature = "opentelemetry")]
pub use trace_context::trace_context;
