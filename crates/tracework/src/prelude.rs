//! Everything that most programs need: `use tracework::prelude::*`.

#[cfg(feature = "json")]
pub use crate::json;
pub use crate::{Control, DestinationLayer, MetadataLayer, Severity, TagFilterLayer, critical, lazy};
pub use std::time::Duration;
#[cfg(feature = "config")]
pub use tracework_config::SaveConfig as _;
pub use tracework_core::Attach as _;
pub use tracework_format::{JsonLines, Text};
pub use tracework_layer::ResultExt as _;
pub use tracework_std::{Console, File, Memory};
pub use tracing::{debug, error, event, info, instrument, span, trace, warn};
pub use tracing_subscriber::layer::SubscriberExt as _;
pub use tracing_subscriber::util::SubscriberInitExt as _;
