//! From a `tracing` macro to a record: what is captured, and how.

mod basics;
mod context;
mod levels;
mod limits;
mod log_records;
mod reserved;
mod spans;
mod stacks;
mod threads;
mod values;
mod vetoes;
