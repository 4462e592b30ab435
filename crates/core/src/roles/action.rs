//! What happens when a trigger's condition holds.

use crate::{Failure, Record};

/// What happens when a trigger's condition holds. Runs on a thread of its own, never on a caller's.
pub trait Action: Send + 'static {
    /// Acts; `record` is the one that made the condition hold.
    ///
    /// # Errors
    ///
    /// A temporary failure is tried again, a permanent one is counted and said.
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure>;
}
