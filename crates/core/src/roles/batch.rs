//! What a destination is handed.

use crate::Record;
use std::ops::Range;

/// Records for one destination, in order, with their encoded bytes if it wants them.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    records: &'a [Record<'a>],
    bytes: &'a [u8],
    /// Where each record's bytes end in `bytes`; empty if nothing was encoded.
    ends: &'a [usize],
    start: usize,
}

impl<'a> Batch<'a> {
    /// A batch of records without bytes.
    #[must_use]
    pub fn of_records(records: &'a [Record<'a>]) -> Self {
        Self { records, bytes: &[], ends: &[], start: 0 }
    }

    /// A batch of records with their bytes: those of record `n` end at `ends[n]`, where those of the next begin.
    ///
    /// # Panics
    ///
    /// Panics unless there are as many ends as records, and the last end is the length of the bytes.
    #[must_use]
    pub fn encoded(records: &'a [Record<'a>], bytes: &'a [u8], ends: &'a [usize]) -> Self {
        assert_eq!(records.len(), ends.len(), "each record has an end");
        assert_eq!(bytes.len(), ends.last().copied().unwrap_or(0), "the last record ends where the bytes end");
        Self { records, bytes, ends, start: 0 }
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

    /// The records.
    #[must_use]
    pub fn records(&self) -> &'a [Record<'a>] {
        self.records
    }

    /// The bytes of all records, one after the other.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        let end = self.ends.last().copied().unwrap_or(self.start);
        &self.bytes[self.start..end]
    }

    /// Each record with its bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Record<'a>, &'a [u8])> + use<'a> {
        let this = *self;
        this.records.iter().enumerate().map(move |(at, record)| {
            let start = if at == 0 { this.start } else { this.ends.get(at - 1).copied().unwrap_or(this.start) };
            let end = this.ends.get(at).copied().unwrap_or(start);
            (record, &this.bytes[start..end])
        })
    }

    /// How many whole records the first `bytes` bytes hold.
    #[must_use]
    pub fn records_within(&self, bytes: usize) -> usize {
        self.ends.partition_point(|end| end - self.start <= bytes)
    }

    /// The records of `range` alone.
    ///
    /// # Panics
    ///
    /// Panics if the range lies outside.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let start = if range.start == 0 || self.ends.is_empty() { self.start } else { self.ends[range.start - 1] };
        let ends = if self.ends.is_empty() { self.ends } else { &self.ends[range.clone()] };
        Self { records: &self.records[range], bytes: self.bytes, ends, start }
    }
}
