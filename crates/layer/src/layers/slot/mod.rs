//! Layers of others, put into the stack and taken out while the program runs.
//!
//! A slot has a few seats. Each seat is a layer with a filter of its own, which `tracing` knows from the start: so a
//! seat has its own view of the spans, in which those that began while nobody sat there do not exist. Whoever takes
//! the seat later finds a stack in which nothing has happened yet. See `docs/adr/0024-seats-for-layers-of-others.md`.

mod aside;
mod error;
mod guest;
mod handle;
mod layer;
mod place;
mod seat;
mod thread;

pub use error::SlotError;
pub use handle::SlotHandle;
pub use layer::LayerSlot;
