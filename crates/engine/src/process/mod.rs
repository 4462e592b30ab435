//! What concerns the whole process: forks, signals, and what is known of it.

mod fork;
mod metadata;
mod random;
mod resource;
mod signals;

pub(crate) use fork::watch_forks;
pub(crate) use fork::{away_from_forks, forks};
pub use metadata::process_metadata;
pub(crate) use random::random;
pub use resource::{Around, Resource, UnknownResource};
pub use signals::Hangup;
