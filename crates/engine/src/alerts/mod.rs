//! Alerts: actions that are run for records that a rule matches.
//!
//! The engine's thread asks the rules, of records that are serious (ERROR and above), carry an error or are of the kind
//! security, and of no others. An action runs on a thread of its own behind a bounded queue.

mod planned;
mod runner;
mod spec;
mod to_destination;

pub use planned::PlannedAction;
pub use runner::ActionHealth;
pub use spec::{AlertHealth, AlertSpec};
pub use to_destination::ToDestination;

pub(crate) use runner::ActionHandle;
pub(crate) use spec::raise;
