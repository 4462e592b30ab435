//! From a `tracing` macro to a destination, by the public API alone.

mod beside;
mod capture;
mod control;
mod errors;
mod files;
mod filters;
mod invariants;
mod recorder;
mod reload;
mod slot;
mod support;
