//! The role traits: what a part of the pipeline promises.

mod action;
mod batch;
mod destination;
mod enricher;
mod filter;
mod format;
mod stateful;

pub use action::Action;
pub use batch::Batch;
pub use destination::{Command, Destination, OwnThread, Wants};
pub use enricher::{Enricher, Enrichment};
pub use filter::Filter;
pub use format::Format;
pub use stateful::{Decision, FilterCounts, Mark, NamedFilter, StatefulFilter};
