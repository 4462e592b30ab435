//! How a spool is.

use super::id::SpoolId;
use super::index::Index;
use super::shared::Shared;
use std::sync::Arc;
use tracework_core::Timestamp;

/// How a spool is, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SpoolHealth {
    /// Records that are not done.
    pub records: u64,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes that its files may take.
    pub max_bytes: u64,
    /// Segments.
    pub segments: u64,
    /// The time of the oldest record that is not done; it may be that of an older one in the same segment.
    #[serde(rename = "oldest_unix_nanos", serialize_with = "crate::ledger::maybe_unix_nanos")]
    pub oldest: Option<Timestamp>,
    /// Records that were there when it was opened.
    pub recovered: u64,
    /// Records that turned out unreadable, since it was opened.
    pub quarantined_records: u64,
    /// Bytes of them, and whatever else was no record.
    pub quarantined_bytes: u64,
    /// Bytes of a last append that a crash had torn.
    pub torn_bytes: u64,
    /// Records that were discarded, for room or for age.
    pub discarded: u64,
    /// Segments of another spool that lie in the folder, and are left alone.
    pub foreign: u64,
    /// Syncs that failed.
    pub sync_failures: u64,
    /// Calls to the disk that failed.
    pub disk_errors: u64,
    /// What the last of them said.
    pub last_error: Option<String>,
    /// Does the disk refuse what is not durable yet, so that nothing more is accepted?
    pub failing: bool,
}

impl SpoolHealth {
    fn of(index: &Index, max_bytes: u64) -> Self {
        let counts = &index.counts;
        let mut pending = index.segments.iter().filter(|segment| segment.pending(index.cursor) > 0);
        Self {
            records: index.pending(),
            bytes: index.taken(),
            max_bytes,
            segments: index.segments.len() as u64,
            oldest: pending.next().map(|segment| segment.first_time),
            recovered: counts.recovered,
            quarantined_records: counts.quarantined_records,
            quarantined_bytes: counts.quarantined_bytes,
            torn_bytes: counts.torn_bytes,
            discarded: counts.discarded,
            foreign: counts.foreign,
            sync_failures: counts.sync_failures,
            disk_errors: counts.disk_errors,
            last_error: counts.last_error.clone(),
            failing: counts.failing,
        }
    }
}

/// Looks at a spool from any thread. It keeps the spool locked as long as it lives.
#[derive(Clone, Debug)]
pub struct SpoolWatch(pub(super) Arc<Shared>);

impl SpoolWatch {
    /// How it is.
    #[must_use]
    pub fn health(&self) -> SpoolHealth {
        SpoolHealth::of(&self.0.index(), self.0.settings.max_bytes)
    }

    /// The sequence before which every record is durable: what was accepted with a lower one outlives a power failure.
    #[must_use]
    pub fn durable(&self) -> u64 {
        self.0.index().durable
    }

    /// The sequence before which every record is done.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.0.index().cursor
    }

    /// The sequence that the next record will have, or a higher one.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.0.index().next
    }

    /// What the spool is known by.
    #[must_use]
    pub fn id(&self) -> SpoolId {
        self.0.id
    }
}
