//! What the network destinations share: a [`Runtime`] of their own, [TLS](Tls), and a [guard](Reach) of the addresses
//! they may connect to.
//!
//! A destination is driven by a worker thread of its own, and so is its runtime: nothing here needs the runtime of the
//! program, outlives its destination, or shares a thread with another. Whatever the libraries log meanwhile is logged on
//! that thread, which is tracework's own, and so never comes back into the pipeline.

mod reach;
mod runtime;
#[cfg(feature = "tls")]
mod tls;

pub use reach::{ForbiddenAddress, Reach};
pub use runtime::Runtime;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
