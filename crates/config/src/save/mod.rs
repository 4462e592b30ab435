//! The running plan as YAML.

mod delivery;
mod destination;
mod file;
mod parts;
mod plan;
pub(crate) mod usual;
mod yaml;

pub use plan::{SaveConfig, Saved};
