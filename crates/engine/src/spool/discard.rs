//! Giving up the oldest records.

use super::SpoolError;
use super::index::{Doomed, Index};
use super::layout;
use super::shared::Shared;
use std::ops::Range;
use std::time::Duration;
use tracework_core::Timestamp;

/// How many segments one call of `retain` gives up at the most.
const STEP: usize = 4;

/// What was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discarded {
    /// The sequences that they lie between: all that waited from the first on, and before the end.
    pub sequences: Range<u64>,
    /// Records.
    pub records: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// Segments.
    pub segments: u64,
}

/// What a spool keeps at the most. Parts that are not set bound nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpoolRetention {
    /// How old the youngest record of a segment may become.
    pub age: Option<Duration>,
    /// Records.
    pub records: Option<u64>,
    /// Bytes of all files.
    pub bytes: Option<u64>,
}

impl SpoolRetention {
    fn is_kept(&self, index: &Index) -> bool {
        self.records.is_none_or(|most| index.pending() <= most) && self.bytes.is_none_or(|most| index.taken() <= most)
    }
}

impl Discarded {
    fn add(&mut self, other: &Self) {
        let start = if self.segments == 0 { other.sequences.start } else { self.sequences.start };
        self.sequences = start..other.sequences.end;
        self.records += other.records;
        self.bytes += other.bytes;
        self.segments += other.segments;
    }
}

impl Index {
    /// Takes out the oldest segment of which nothing was handed out, if `may` says so.
    fn discard(&mut self, may: impl FnOnce(&super::index::Segment) -> bool) -> Option<Discarded> {
        let at = self.segments.iter().position(|segment| segment.first >= self.handed && segment.sealed)?;
        if !may(&self.segments[at]) {
            return None;
        }
        let segment = self.segments.remove(at)?;
        let records = segment.pending(self.cursor);
        // Nothing older is left: reading goes on behind it.
        if at == 0 {
            self.cursor = self.cursor.max(segment.end);
            self.handed = self.handed.max(segment.end);
        }
        self.counts.discarded += records;
        self.doomed.push(Doomed { name: layout::segment(segment.first), bytes: segment.bytes });
        Some(Discarded { sequences: segment.first..segment.end, records, bytes: segment.bytes, segments: 1 })
    }
}

impl Shared {
    /// Gives up the oldest segment of which nothing was handed out.
    pub(super) fn discard_oldest(&self) -> Result<Option<Discarded>, SpoolError> {
        self.finish_earlier()?;
        let discarded = self.index().discard(|_| true);
        if discarded.is_some() {
            // What fails is in the account; the bytes come free with the next call that succeeds.
            _ = self.sweep(true);
        }
        Ok(discarded)
    }

    /// Gives up what is beyond the bounds, a few segments at a time.
    pub(super) fn retain(&self, now: Timestamp, retention: &SpoolRetention) -> Result<Discarded, SpoolError> {
        self.finish_earlier()?;
        let mut all = Discarded::default();
        {
            let mut index = self.index();
            for _ in 0..STEP {
                let beyond = !retention.is_kept(&index);
                let old = |time: Timestamp| retention.age.is_some_and(|age| now.since(time) > age);
                let Some(discarded) = index.discard(|segment| beyond || old(segment.last_time)) else { break };
                all.add(&discarded);
            }
        }
        if all.segments > 0 {
            _ = self.sweep(true);
        }
        Ok(all)
    }

    /// Frees what was discarded earlier; as long as the disk refuses that, no more is discarded.
    fn finish_earlier(&self) -> Result<(), SpoolError> {
        let waits = !self.index().doomed.is_empty();
        if waits { self.sweep(true) } else { Ok(()) }
    }
}
