//! Destinations that need nothing but the machine: [`Console`], [`File`], [`Memory`] and [`Writer`]; [`units`] reads
//! sizes and times.

mod console;
mod file;
mod lines;
mod memory;
#[cfg(feature = "writer")]
mod writer;

pub use console::{Color, Console};
pub use file::{Compression, File, Period, Sharing, Sync};
pub use memory::{Memory, MemoryHandle, Since};
pub use tracework_core::units;
#[cfg(feature = "writer")]
pub use writer::Writer;
