//! What happens when a trigger's condition holds.

use crate::{Description, Failure, Record};

/// What happens when a trigger's condition holds. Runs on a thread of its own, never on a caller's.
pub trait Action: Send + 'static {
    /// Acts; `record` is the one that made the condition hold.
    ///
    /// # Errors
    ///
    /// A temporary failure is tried again, a permanent one is counted and said.
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure>;

    /// What a config says to make it once more. `None` if it cannot be said; the running plan is then written down
    /// without it, and that is told.
    fn as_config(&self) -> Option<Description> {
        None
    }
}
