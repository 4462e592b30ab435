//! From a `tracing` macro to a destination, by the public API alone.

mod capture;
mod control;
mod files;
mod support;
