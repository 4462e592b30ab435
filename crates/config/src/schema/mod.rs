//! The schema of configs, taken down from the readers: for editors, and for the reference.

mod draft;
mod json;
mod recorder;
mod reference;
mod sample;
mod shape;
mod tree;
mod types;

pub(crate) use recorder::{ROOT, Recorder};
pub(crate) use shape::Shape;
pub use tree::Schema;
