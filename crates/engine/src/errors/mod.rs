//! Errors that records carry: what is set for those that are caught, and the groups that they fall into.

mod caught;
mod fingerprint;
mod groups;
mod settings;

pub use caught::{CaughtError, CaughtFrom};
pub use fingerprint::fingerprint;
pub use groups::{ErrorGroup, ErrorGroups};
pub use settings::{BacktraceWhen, ErrorSettings};

pub(crate) use caught::Handler;
pub(crate) use groups::{Groups, count, mark_group};
