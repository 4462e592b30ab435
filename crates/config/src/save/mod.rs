//! The running plan as YAML.

mod destination;
mod file;
mod plan;
mod yaml;

pub use plan::{SaveConfig, Saved};
