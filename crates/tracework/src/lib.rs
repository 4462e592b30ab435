//! A programmable log out of `tracing`'s events and spans: many destinations at once, changed while the program runs,
//! and nothing lost without a number.

pub mod prelude;

pub use tracework_core as core;
pub use tracework_core::{Kind, KindSet, Severity, SeveritySet};
pub use tracework_engine as engine;
pub use tracework_engine::Control;
pub use tracework_format as format;
#[cfg(feature = "json")]
pub use tracework_layer::json;
pub use tracework_layer::{self as layer, DestinationLayer, MetadataLayer, TagFilterLayer, context, critical, lazy};
pub use tracework_rules as rules;
pub use tracework_std as destinations;
