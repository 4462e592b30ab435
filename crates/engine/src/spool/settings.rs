//! What is set for a spool.

use super::SpoolError;
use super::layout;
use std::path::PathBuf;
use std::time::Duration;

/// When records become durable: when they are synced to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Each append, before it returns. Nothing accepted is lost in a power failure.
    Always,
    /// This long after the last time, all that came meanwhile together. A power failure loses at most that much.
    Every(Duration),
    /// Never by us. A kill of the process loses nothing; a power failure loses what the system had not written yet.
    Never,
}

impl Default for SyncPolicy {
    /// Every 100 ms.
    fn default() -> Self {
        Self::Every(Duration::from_millis(100))
    }
}

/// What is set for a spool.
///
/// ```
/// use tracework_engine::spool::SpoolSettings;
///
/// let settings = SpoolSettings::new("spool/webhook", "webhook").max_bytes(64 << 20);
/// assert!(settings.check().is_ok());
/// assert!(settings.max_bytes(1).check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolSettings {
    pub(super) folder: PathBuf,
    pub(super) destination: String,
    pub(super) max_bytes: u64,
    pub(super) sync: SyncPolicy,
    pub(super) segment_bytes: Option<u64>,
    pub(super) segment_records: u64,
}

impl SpoolSettings {
    /// The spool of `destination` in `folder`: 256 MiB, synced every 100 ms.
    pub fn new(folder: impl Into<PathBuf>, destination: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            destination: destination.into(),
            max_bytes: 256 << 20,
            sync: SyncPolicy::default(),
            segment_bytes: None,
            segment_records: layout::MAX_SEGMENT_RECORDS,
        }
    }

    /// How many bytes all its files may take together, 128 KiB or more.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// When records become durable.
    #[must_use]
    pub fn sync(mut self, policy: SyncPolicy) -> Self {
        self.sync = policy;
        self
    }

    /// How many bytes a segment may take before the next is begun, 1 KiB up to a half of all; without this, an eighth
    /// of all, between 64 KiB and 32 MiB.
    #[must_use]
    pub fn segment_bytes(mut self, bytes: u64) -> Self {
        self.segment_bytes = Some(bytes);
        self
    }

    /// How many records a segment may hold before the next is begun, 1 to 2^20 (which it is without this).
    #[must_use]
    pub fn segment_records(mut self, records: u64) -> Self {
        self.segment_records = records;
        self
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The destination.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// Are the limits ones that a spool can keep? Opening asks this before it touches anything.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Settings`] names what is wrong.
    pub fn check(&self) -> Result<(), SpoolError> {
        let refuse = |why: String| Err(SpoolError::Settings(why));
        if self.max_bytes < layout::LEAST_BYTES {
            return refuse(format!("{} bytes are too few: 128 KiB is the least", self.max_bytes));
        }
        if self.segment_bytes.is_some_and(|bytes| bytes < 1024 || bytes > self.max_bytes / 2) {
            return refuse("a segment takes 1 KiB or more, and at most a half of all bytes".to_owned());
        }
        if !(1..=layout::MAX_SEGMENT_RECORDS).contains(&self.segment_records) {
            return refuse(format!("a segment holds 1 to {} records", layout::MAX_SEGMENT_RECORDS));
        }
        if self.destination.is_empty() || self.destination.len() > layout::MAX_NAME {
            return refuse(format!("the destination's name has 1 to {} bytes", layout::MAX_NAME));
        }
        if self.folder.as_os_str().is_empty() {
            return refuse("it has no folder".to_owned());
        }
        Ok(())
    }

    pub(super) fn most_of_segment(&self) -> u64 {
        self.segment_bytes.unwrap_or_else(|| (self.max_bytes / 8).clamp(64 << 10, 32 << 20))
    }

    pub(super) fn most_of_bad(&self) -> u64 {
        (self.max_bytes / 16).max(64 << 10)
    }
}
