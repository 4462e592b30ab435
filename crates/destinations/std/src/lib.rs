//! Destinations that need nothing but the machine: [`Console`], [`File`] and [`Memory`]; [`units`] reads sizes and
//! times.

mod console;
mod file;
mod lines;
mod memory;
pub mod units;

pub use console::{Color, Console};
pub use file::{Compression, File, Period, Sharing, Sync};
pub use memory::{Memory, MemoryHandle, Since};
