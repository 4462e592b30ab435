//! What the network destinations share.

mod reach;
mod runtime;
#[cfg(feature = "tls")]
mod tls;
