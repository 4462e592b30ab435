//! Which segments there are, in memory. Held under a lock for moments, never across a call to the disk.

use super::header::Before;
use super::layout;
use super::state::Facts;
use std::collections::VecDeque;
use std::ops::Range;
use tracework_core::Timestamp;

/// A segment that holds records not yet done, or is still being written.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// A number of its own in this process: a file made again has another one.
    pub(super) number: u64,
    pub(super) first: u64,
    /// The sequence behind its last record.
    pub(super) end: u64,
    /// Where its records end.
    pub(super) data_end: u64,
    /// Bytes of its file.
    pub(super) bytes: u64,
    pub(super) first_time: Timestamp,
    pub(super) last_time: Timestamp,
    /// Will nothing be appended to it any more?
    pub(super) sealed: bool,
    /// Sequences of it that turned out unreadable.
    pub(super) lost: Vec<Range<u64>>,
}

/// A file that is to be removed.
#[derive(Debug)]
pub(super) struct Doomed {
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// All segments, and how far everybody is.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) segments: VecDeque<Segment>,
    /// Every record before it is done.
    pub(super) cursor: u64,
    /// Every record before it was handed out.
    pub(super) handed: u64,
    /// The next sequence.
    pub(super) next: u64,
    /// No sequence from here on was given out, by the state on the disk.
    pub(super) reserved: u64,
    /// Every record before it is durable.
    pub(super) durable: u64,
    /// A segment, by its first sequence, and the sequence before which everything in it is durable.
    pub(super) durable_in: (u64, u64),
    /// Files that go as soon as the state is synced.
    pub(super) doomed: Vec<Doomed>,
    /// Bytes of files that are neither segments nor doomed.
    pub(super) others: u64,
    /// Bytes of `.bad` files.
    pub(super) bad: u64,
    pub(super) counts: Counts,
    numbers: u64,
}

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) quarantined_records: u64,
    pub(super) quarantined_bytes: u64,
    pub(super) torn_bytes: u64,
    pub(super) recovered: u64,
    pub(super) foreign: u64,
    pub(super) discarded: u64,
    pub(super) sync_failures: u64,
    pub(super) disk_errors: u64,
    pub(super) last_error: Option<String>,
    pub(super) failing: bool,
}

impl Index {
    pub(super) fn new(facts: Facts) -> Self {
        Self {
            segments: VecDeque::new(),
            cursor: facts.cursor,
            handed: facts.cursor,
            next: facts.reserved,
            reserved: facts.reserved,
            durable: facts.durable,
            durable_in: (facts.last, facts.durable),
            doomed: Vec::new(),
            others: layout::STATE_BYTES,
            bad: 0,
            counts: Counts::default(),
            numbers: 0,
        }
    }

    /// Adds a segment behind all others.
    pub(super) fn push(&mut self, mut segment: Segment) -> u64 {
        self.numbers += 1;
        segment.number = self.numbers;
        self.segments.push_back(segment);
        self.numbers
    }

    pub(super) fn get(&self, number: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.number == number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Segment> {
        self.segments.iter_mut().find(|segment| segment.number == number)
    }

    /// The oldest segment with a record from `sequence` on.
    pub(super) fn from(&self, sequence: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.end > sequence)
    }

    /// Bytes of all files.
    pub(super) fn taken(&self) -> u64 {
        let segments: u64 = self.segments.iter().map(|segment| segment.bytes).sum();
        let doomed: u64 = self.doomed.iter().map(|doomed| doomed.bytes).sum();
        segments + doomed + self.others + self.bad
    }

    /// Records that are not done.
    pub(super) fn pending(&self) -> u64 {
        self.segments.iter().map(|segment| segment.pending(self.cursor)).sum()
    }

    /// What the state is to say.
    pub(super) fn facts(&self) -> Facts {
        let (last, durable) = self.durable_in;
        Facts { cursor: self.cursor, reserved: self.reserved, durable, last }
    }

    /// What the next segment tells of the last one.
    pub(super) fn before(&self) -> Before {
        self.segments.back().map_or_else(Before::default, |last| Before {
            first: last.first,
            end: last.end,
            data_end: last.data_end,
            last_time: last.last_time,
        })
    }

    /// Takes out the oldest segments as far as they are done.
    pub(super) fn take_done(&mut self) {
        while let Some(first) = self.segments.front()
            && first.sealed
            && (first.end <= self.cursor || first.end == first.first)
        {
            let (name, bytes) = (layout::segment(first.first), first.bytes);
            self.doomed.push(Doomed { name, bytes });
            self.segments.pop_front();
        }
    }

    /// Notes what went wrong.
    pub(super) fn note(&mut self, error: &dyn std::fmt::Display) {
        self.counts.disk_errors += 1;
        self.counts.last_error = Some(error.to_string());
    }
}

impl Segment {
    /// Records of it that are not done.
    pub(super) fn pending(&self, cursor: u64) -> u64 {
        let from = self.first.max(cursor);
        let lost: u64 = self.lost.iter().map(|lost| lost.end.saturating_sub(lost.start.max(from))).sum();
        self.end.saturating_sub(from).saturating_sub(lost)
    }
}
