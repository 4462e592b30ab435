//! Keeping or rejecting a record.

use crate::{Description, Record};

/// Keeps or rejects a record. Runs on the engine's thread, and on a caller's only while it must wait for a full
/// destination. A filter must not wait.
pub trait Filter: Send + Sync + 'static {
    /// `true` keeps the record.
    fn keep(&self, record: &Record<'_>) -> bool;

    /// What it asks for, in the words of whoever wrote it, as `explain` tells it.
    fn describe(&self) -> String {
        "a filter of the program's".to_owned()
    }

    /// What a config says to make it once more: the type `rule` with its text as `when`, or a type of filter with its
    /// settings. `None` if it cannot be said; the running plan is then written down without it, and that is told.
    fn as_config(&self) -> Option<Description> {
        None
    }
}

impl<F: Fn(&Record<'_>) -> bool + Send + Sync + 'static> Filter for F {
    fn keep(&self, record: &Record<'_>) -> bool {
        self(record)
    }
}
