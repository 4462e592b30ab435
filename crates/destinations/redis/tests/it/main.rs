//! The destination for Redis streams against a real server, read back by another client.

mod dead;
mod lost;
mod revoked;
mod streams;
mod support;
