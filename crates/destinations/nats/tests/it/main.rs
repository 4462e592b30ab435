//! The destination for JetStream against a real server, read back by another client.

mod lost;
mod revoked;
mod streams;
mod support;
