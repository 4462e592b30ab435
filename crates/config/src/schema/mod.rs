//! The schema of configs, taken down from the readers: for editors, and for the reference.

mod recorder;
mod sample;
mod shape;
mod tree;

pub(crate) use recorder::{ROOT, Recorder};
pub(crate) use shape::Shape;
pub use tree::Schema;
