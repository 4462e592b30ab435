//! The layers of tracework: they turn `tracing`'s events and spans into Records, once for all of them, and hand these
//! to the engine. They stand in any stack, beside anyone else's layers, which see nothing unusual.

mod capture;
mod companion;
pub mod context;
mod errors;
mod layers;
mod macros;
mod values;

pub use errors::{AnyError, Described, ResultExt, how, install_panic_hook, log_error, log_panics};
#[cfg(feature = "opentelemetry")]
pub use layers::trace_context;
pub use layers::{DestinationLayer, LayerSlot, MetadataLayer, SlotError, SlotHandle, TagFilterLayer};
#[cfg(feature = "json")]
pub use values::{Json, json};
pub use values::{Lazy, lazy};

#[doc(hidden)]
pub mod __macros {
    pub use tracing;
}
