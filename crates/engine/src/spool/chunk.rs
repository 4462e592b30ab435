//! What is put into a spool, and what comes out.

use std::ops::Range;
use tracework_core::Timestamp;

/// A record on its way into a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolEntry<'a> {
    /// When it was emitted, or spooled: what its age counts from.
    pub time: Timestamp,
    /// Its bytes, 16 MiB at the most: see [`payload`](super::payload).
    pub payload: &'a [u8],
}

/// A record that came out of a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spooled<'a> {
    /// Its sequence: higher than that of every record before it, and the same each time it comes out.
    pub sequence: u64,
    /// The time that it was put in with.
    pub time: Timestamp,
    /// Its bytes.
    pub payload: &'a [u8],
}

/// Records that turned out unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub(super) segment: u64,
    /// Their sequences.
    pub sequences: Range<u64>,
    /// The bytes that stood in their place, kept in a `.bad` file; 0 if there were none.
    pub bytes: u64,
}

impl Lost {
    /// How many they are.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.sequences.end.saturating_sub(self.sequences.start)
    }
}

/// Records that were read together, in order.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    bytes: Vec<u8>,
    /// Of each its sequence, its time, and where its payload ends.
    records: Vec<(u64, Timestamp, usize)>,
    lost: Vec<Lost>,
}

impl Chunk {
    pub(super) fn push(&mut self, sequence: u64, time: Timestamp, payload: &[u8]) {
        self.bytes.extend_from_slice(payload);
        self.records.push((sequence, time, self.bytes.len()));
    }

    pub(super) fn lose(&mut self, lost: Lost) {
        self.lost.push(lost);
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Bytes of their payloads.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The sequence of the last; what to acknowledge when all are done.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        let lost = self.lost.last().and_then(|lost| lost.sequences.end.checked_sub(1));
        self.records.last().map(|&(sequence, ..)| sequence).max(lost)
    }

    /// The records.
    pub fn iter(&self) -> impl Iterator<Item = Spooled<'_>> {
        self.records.iter().enumerate().map(|(at, &(sequence, time, end))| {
            let start = at.checked_sub(1).map_or(0, |before| self.records[before].2);
            let payload = &self.bytes[start..end];
            Spooled { sequence, time, payload }
        })
    }

    /// What turned out unreadable on the way.
    #[must_use]
    pub fn lost(&self) -> &[Lost] {
        &self.lost
    }
}
