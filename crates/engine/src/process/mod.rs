//! What concerns the whole process: forks, panics, signals.

mod fork;
mod metadata;
mod signals;

pub(crate) use fork::watch_forks;
pub(crate) use fork::{away_from_forks, forks};
pub use metadata::process_metadata;
