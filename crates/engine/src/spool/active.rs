//! The segment that is being written.

use super::SpoolError;
use super::frame;
use super::header::Header;
use super::id::LAST;
use super::index::Segment;
use super::layout::{HEADER, MAX_SEGMENT_RECORDS, NEW, segment as name_of};
use super::shared::Shared;
use std::path::PathBuf;
use tracework_core::Timestamp;
use tracework_disk::{DiskFile, Open, write_all_at};

/// The segment that is being written.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) number: u64,
    pub(super) first: u64,
    pub(super) seed: u32,
    pub(super) path: PathBuf,
    pub(super) file: Box<dyn DiskFile>,
    /// Where the next record goes.
    pub(super) at: u64,
    /// Where the records end that are durable, and the sequence behind the last of them.
    pub(super) durable_at: u64,
    pub(super) durable: u64,
}

/// Records that are written and not durable yet, to be written again if they never become so.
#[derive(Debug, Default)]
pub(super) struct Unsynced {
    bytes: Vec<u8>,
    /// Of each its sequence, its time, and where its payload ends.
    records: Vec<(u64, Timestamp, usize)>,
}

impl Unsynced {
    pub(super) fn push(&mut self, sequence: u64, time: Timestamp, payload: &[u8]) {
        self.bytes.extend_from_slice(payload);
        self.records.push((sequence, time, self.bytes.len()));
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(1 << 20);
        self.records.clear();
    }

    /// Forgets those from `sequence` on.
    pub(super) fn forget_from(&mut self, sequence: u64) {
        let kept = self.records.partition_point(|&(own, ..)| own < sequence);
        self.records.truncate(kept);
        self.bytes.truncate(self.records.last().map_or(0, |&(.., end)| end));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Those from `sequence` on.
    pub(super) fn from(&self, sequence: u64) -> impl Iterator<Item = (u64, Timestamp, &[u8])> {
        let skipped = self.records.partition_point(|&(own, ..)| own < sequence);
        (skipped..self.records.len()).map(|at| {
            let (own, time, end) = self.records[at];
            let start = at.checked_sub(1).map_or(0, |before| self.records[before].2);
            (own, time, &self.bytes[start..end])
        })
    }
}

impl Active {
    /// Makes a segment whose first record has this sequence and time, with what is to be written again. It is durable
    /// when this returns, and part of the spool.
    pub(super) fn make(
        shared: &Shared,
        first: u64,
        time: Timestamp,
        again: &Unsynced,
        next: u64,
    ) -> Result<Self, SpoolError> {
        reserve(shared, first.max(next))?;
        let seed = frame::seed(shared.id, first);
        let (before, most) = {
            let index = shared.index();
            (index.before(), index.next)
        };
        debug_assert!(before.end <= first && next <= most.max(next), "segments follow each other");
        let mut bytes = Header { id: shared.id, first, time, before }.bytes().to_vec();
        let (mut end, mut last_time) = (first, time);
        for (sequence, time, payload) in again.from(first) {
            frame::put(&mut bytes, seed, sequence, time, payload);
            (end, last_time) = (sequence + 1, time);
        }
        let name = name_of(first);
        let path = shared.path(&name);
        let made = write_new(shared, &name, &bytes).map_err(SpoolError::disk("make", &path));
        let file = made.map_err(|error| shared.note(error))?;
        let at = bytes.len() as u64;
        let number = {
            let mut index = shared.index();
            let (data_end, bytes, sealed) = (at, at, false);
            let (first_time, lost) = (time, Vec::new());
            index.doomed.retain(|doomed| doomed.name != name);
            index.push(Segment { number: 0, first, end, data_end, bytes, first_time, last_time, sealed, lost })
        };
        Ok(Self { number, first, seed, path, file, at, durable_at: at, durable: end })
    }
}

/// Sees to it that a segment which begins with `first` may be filled.
fn reserve(shared: &Shared, first: u64) -> Result<(), SpoolError> {
    let needed = first.saturating_add(shared.settings.segment_records);
    if needed > LAST {
        return Err(SpoolError::Exhausted { folder: shared.settings.folder.clone() });
    }
    if shared.index().reserved >= needed {
        return Ok(());
    }
    shared.reserve(first.saturating_add(MAX_SEGMENT_RECORDS).min(LAST + 1))
}

/// Makes the file under another name, and renames it once it is synced.
fn write_new(shared: &Shared, name: &str, bytes: &[u8]) -> std::io::Result<Box<dyn DiskFile>> {
    let new = shared.path(&format!("{name}{NEW}"));
    let file = shared.disk.open(&new, Open::New)?;
    let made = write_all_at(&*file, bytes, 0)
        .and_then(|()| file.sync())
        .and_then(|()| shared.disk.rename(&new, &shared.path(name)))
        .and_then(|()| shared.disk.sync_folder(&shared.settings.folder));
    if made.is_err() {
        // On a full disk every byte counts; what stays is removed at the next opening.
        _ = shared.disk.remove(&new);
    }
    made.map(|()| file)
}

/// Bytes of a new segment.
pub(super) const NEW_BYTES: u64 = HEADER as u64;
