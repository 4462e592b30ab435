//! The destination on a real broker, and on a mock cluster of librdkafka where a broker must answer with errors.

mod conformance;
mod dead;
mod faults;
mod messages;
mod moment;
mod refused;
mod service;
mod settings;
mod support;
mod topics;
