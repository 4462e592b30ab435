//! The OTLP destination, against a real collector and against servers that answer as a test wants.

mod answers;
mod collector;
mod conformance;
mod content;
mod dead;
mod feedback;
mod partial;
mod receiver;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod web;
mod workers;
