//! The HTTP destination, against real servers.

mod answers;
mod bodies;
mod chats;
mod conformance;
mod dead;
mod documented;
mod guard;
mod requests;
mod server;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod vendors;
mod workers;
