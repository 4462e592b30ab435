//! What a destination promises of a record, and its disk buffer.

use std::path::PathBuf;
use std::time::Duration;

/// What a destination promises of each record that it accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// What waits is kept in memory. A kill of the process loses what waits, and so does a shutdown that takes longer than
    /// it may. Every loss that the program survives is counted and told. It costs nothing.
    ///
    /// With a [disk](DiskSettings), what memory has no room for is spilled to it, and what is left at the end too. Nothing is
    /// synced: a power failure may lose what was spilled.
    #[default]
    BestEffort,
    /// Each record is written to a spool on disk before it is delivered, and leaves it when it is delivered, is a dead
    /// letter or was handed to the failover. A kill of the process loses nothing that was written; a power failure loses
    /// nothing that was synced, which is as [`Fsync`] says. After a crash the last records may come twice, with the same
    /// event ids. It costs a write of each record, and its place on disk.
    AtLeastOnce,
}

impl Delivery {
    /// Both.
    pub const ALL: [Self; 2] = [Self::BestEffort, Self::AtLeastOnce];

    /// As a config writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BestEffort => "best_effort",
            Self::AtLeastOnce => "at_least_once",
        }
    }
}

/// The disk buffer of a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskSettings {
    /// Bytes that its files may take together, 128 KiB or more.
    pub bytes: u64,
    /// Its folder, which nobody else uses. `None` is `spool/NAME`.
    pub path: Option<PathBuf>,
    /// When what was written is synced.
    pub fsync: Fsync,
    /// What is older than this was waited for long enough: it is dropped, a segment at a time, and counted.
    pub keep_age: Option<Duration>,
    /// Of more records than this, the oldest are dropped, a segment at a time, and counted.
    pub keep_records: Option<u64>,
}

impl Default for DiskSettings {
    /// 256 MiB, synced every 100 ms, nothing dropped for its age or its number.
    fn default() -> Self {
        Self { bytes: 256 << 20, path: None, fsync: Fsync::default(), keep_age: None, keep_records: None }
    }
}

/// When what was written to a spool is synced to the disk, so that it outlives a power failure. What was written outlives
/// a kill of the process in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// After each write: all that came together is written and synced together.
    Always,
    /// This long after the last time. A power failure loses at most so much.
    Every(Duration),
    /// When the system gets to it.
    Never,
}

impl Default for Fsync {
    /// Every 100 ms.
    fn default() -> Self {
        Self::Every(Duration::from_millis(100))
    }
}
