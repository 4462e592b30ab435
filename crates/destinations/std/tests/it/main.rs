//! Destinations on real files, pipes and processes.

mod compression;
mod conformance;
mod console;
mod full;
mod keeping;
mod killed;
mod memory;
mod moved;
mod opening;
mod rotation;
mod sharing;
mod support;
mod units;
#[cfg(feature = "writer")]
mod writer;
