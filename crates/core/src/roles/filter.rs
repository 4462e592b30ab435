//! Keeping or rejecting a record.

use crate::Record;

/// Keeps or rejects a record. Runs on the engine's thread, and on a caller's only while it must wait for a full
/// destination. A filter must not wait.
pub trait Filter: Send + Sync + 'static {
    /// `true` keeps the record.
    fn keep(&self, record: &Record<'_>) -> bool;

    /// What it asks for, in the words of whoever wrote it, as `explain` tells it.
    fn describe(&self) -> String {
        "a filter of the program's".to_owned()
    }
}

impl<F: Fn(&Record<'_>) -> bool + Send + Sync + 'static> Filter for F {
    fn keep(&self, record: &Record<'_>) -> bool {
        self(record)
    }
}
