//! What waits for a destination, and what its worker has taken out but not yet finished.

use super::gate::Gate;
use super::on_disk::OnDisk;
use super::thin;
use crate::ledger::DropReason;
use crate::round::{At, Parcel};
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;
use tracework_core::{BufferSettings, Overflow, Severity};

/// The bytes of the pieces that are left of a parcel of which some records were dropped.
const PIECE: usize = 64 << 10;

/// A parcel in the queue.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) parcel: Parcel,
    /// Counts the parcels, from 1: a flush waits for all up to the newest.
    pub(super) serial: u64,
    /// When it came.
    pub(super) since: Instant,
    /// How many records of each severity; counted when first asked for.
    pub(super) severities: Option<[u32; Severity::ALL.len()]>,
    /// Where its records stand in the spool, if they do.
    pub(super) place: Option<Range<u64>>,
}

/// What waits for a destination. Bytes are those of memory that is pinned.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Waiting>,
    pub(super) settings: BufferSettings,
    pub(super) gate: Gate,
    /// What of it is on disk, if it has a spool.
    pub(super) spool: Option<OnDisk>,
    pub(super) waiting_bytes: usize,
    taken_bytes: usize,
    pub(super) taken_records: u64,
    newest: u64,
}

/// What an overflow left behind: dropped records by reason, and their parcels, to be freed outside the lock.
#[derive(Debug, Default)]
pub(super) struct Waste {
    pub(super) queue_full: u64,
    pub(super) block_timeout: u64,
    pub(super) parcels: Vec<Parcel>,
}

impl Waste {
    /// The dropped records by reason.
    pub(super) fn dropped(&self) -> [(DropReason, u64); 2] {
        [(DropReason::QueueFull, self.queue_full), (DropReason::BlockTimeout, self.block_timeout)]
    }
}

impl Queue {
    pub(super) fn new(settings: BufferSettings) -> Self {
        Self {
            waiting: VecDeque::new(),
            settings,
            gate: Gate::default(),
            spool: None,
            waiting_bytes: 0,
            taken_bytes: 0,
            taken_records: 0,
            newest: 0,
        }
    }

    /// Bytes of memory that all its records hold, those in the worker's hands included.
    pub(super) fn held(&self) -> usize {
        self.waiting_bytes + self.taken_bytes
    }

    /// Bytes that may still come.
    pub(super) fn room(&self) -> usize {
        self.settings.memory.saturating_sub(self.held())
    }

    /// Bytes that are too many.
    pub(super) fn excess(&self) -> usize {
        self.held().saturating_sub(self.settings.memory)
    }

    /// The most that one parcel, and what the worker takes at once, should pin, so that something can still wait
    /// beside it.
    pub(super) fn share(&self) -> usize {
        self.settings.memory / 2
    }

    /// Records that wait or are in the worker's hands.
    pub(super) fn pending(&self) -> u64 {
        let waiting: u64 = self.waiting.iter().map(|waiting| waiting.parcel.picks.len() as u64).sum();
        waiting + self.taken_records + self.spool.as_ref().map_or(0, OnDisk::records)
    }

    /// Is nothing in the worker's hands?
    pub(super) fn nothing_taken(&self) -> bool {
        self.taken_records == 0
    }

    /// Does nothing wait, and is nothing in the worker's hands?
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.nothing_taken() && self.gap().is_none()
    }

    /// The serial of the newest parcel.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Bytes of memory that the worker's parcels hold.
    pub(super) fn taken_bytes(&self) -> usize {
        self.taken_bytes
    }

    /// Puts a parcel at the end; one that pins too much is cut into several where records may be dropped.
    pub(super) fn append(&mut self, parcel: Parcel, now: Instant) {
        let share = self.share();
        let never_drops = matches!(self.settings.when_full, Overflow::Block { .. });
        if never_drops || parcel.bytes <= share || parcel.picks.len() == 1 {
            return self.append_whole(parcel, now);
        }
        let mut rest = &parcel.picks[..];
        while !rest.is_empty() {
            let piece = thin::fitting(&parcel.round, rest.iter(), share).max(1);
            self.append_whole(thin::copy_out(&parcel.round, &rest[..piece]), now);
            rest = &rest[piece..];
        }
    }

    fn append_whole(&mut self, parcel: Parcel, now: Instant) {
        if parcel.picks.is_empty() {
            return;
        }
        self.newest += 1;
        self.waiting_bytes += parcel.bytes;
        self.waiting.push_back(Waiting { parcel, serial: self.newest, since: now, severities: None, place: None });
        if let Some(spool) = &mut self.spool {
            spool.came();
        }
    }

    /// The worker takes the oldest parcel.
    pub(super) fn take(&mut self) -> Option<Waiting> {
        self.first()?;
        let oldest = self.waiting.pop_front()?;
        if let Some(spool) = self.spool.as_mut().filter(|_| oldest.place.is_none()) {
            spool.taken_unplaced += oldest.parcel.picks.len() as u64;
        }
        self.waiting_bytes -= oldest.parcel.bytes;
        self.taken_bytes += oldest.parcel.bytes;
        self.taken_records += oldest.parcel.picks.len() as u64;
        Some(oldest)
    }

    /// The worker gives back what it took and did not deliver.
    pub(super) fn give_back(&mut self, waiting: Waiting) {
        if let Some(spool) = self.spool.as_mut().filter(|_| waiting.place.is_none()) {
            spool.settled(waiting.parcel.picks.len() as u64);
        }
        self.taken_records -= waiting.parcel.picks.len() as u64;
        self.taken_bytes -= waiting.parcel.bytes;
        self.waiting_bytes += waiting.parcel.bytes;
        self.waiting.push_front(waiting);
    }

    /// So many records are no longer in the worker's hands.
    pub(super) fn settle(&mut self, records: u64) {
        self.taken_records -= records;
        if let Some(spool) = &mut self.spool {
            spool.settled(records);
        }
    }

    /// The worker let go of parcels that pinned so many bytes.
    pub(super) fn release(&mut self, bytes: usize) {
        self.taken_bytes -= bytes;
    }

    /// Takes a waiting parcel out, not to be delivered.
    pub(super) fn remove(&mut self, place: usize) -> Option<Parcel> {
        let removed = self.waiting.remove(place)?;
        self.waiting_bytes -= removed.parcel.bytes;
        if let Some(spool) = &mut self.spool {
            spool.bound(self.waiting.len());
        }
        Some(removed.parcel)
    }

    /// Keeps only `kept` of the records of a waiting parcel; returns that parcel.
    ///
    /// They are copied out in pieces, so that the next time only a piece is copied, and not all of it again.
    pub(super) fn thin(&mut self, place: usize, kept: &[At]) -> Option<Parcel> {
        let whole = self.waiting.remove(place)?;
        self.waiting_bytes -= whole.parcel.bytes;
        let (mut rest, mut at) = (kept, place);
        while !rest.is_empty() {
            let count = thin::fitting(&whole.parcel.round, rest.iter(), PIECE).max(1);
            let parcel = thin::copy_out(&whole.parcel.round, &rest[..count]);
            self.waiting_bytes += parcel.bytes;
            self.waiting.insert(
                at,
                Waiting { parcel, serial: whole.serial, since: whole.since, severities: None, place: None },
            );
            rest = &rest[count..];
            at += 1;
        }
        Some(whole.parcel)
    }

    /// Empties it, forgetting what the worker holds too; returns the parcels and the number of all records that are not
    /// in a spool.
    pub(super) fn abandon(&mut self) -> (Vec<Parcel>, u64) {
        let safe = self.spooled();
        let records = self.pending() - safe;
        (self.waiting_bytes, self.taken_bytes, self.taken_records) = (0, 0, 0);
        if let Some(spool) = &mut self.spool {
            spool.abandon(safe);
        }
        (self.waiting.drain(..).map(|waiting| waiting.parcel).collect(), records)
    }

    /// Looks again whether it is full.
    pub(super) fn refresh(&mut self, now: Instant) {
        self.gate.update(self.held(), self.settings.memory, now);
    }
}
