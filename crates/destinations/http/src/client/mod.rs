//! Connections.

mod connection;
mod guard;
mod redirects;

pub(crate) use connection::{Connection, Outgoing};
pub(crate) use guard::Guard;
