//! From a `tracing` macro to a destination, by the public API alone.

mod capture;
mod beside;
mod control;
mod files;
mod invariants;
mod support;
