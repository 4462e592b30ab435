//! The part of a queue that is on disk. A queue with a spool holds, in this order: a head in memory, from which the worker
//! takes; a gap, which is on disk alone and read back when the head is used up; a tail in memory, which the spooler
//! writes.

use super::queue::{Queue, Waiting};
use crate::round::Parcel;
use std::ops::Range;
use std::time::Instant;
use tracework_core::{Delivery, Fsync};

/// The part of a queue that is on disk.
#[derive(Debug, Default)]
pub(super) struct OnDisk {
    /// Is each record written before it is delivered? Else only those that memory has no room for.
    always: bool,
    /// Is what is written synced?
    syncs: bool,
    /// So many of the parcels that wait, the last ones, are the spooler's.
    tail: usize,
    gap: Option<Gap>,
    /// Records that stay in the spool when the destination is closed.
    left: u64,
    /// Records in the worker's hands that are not in the spool.
    pub(super) taken_unplaced: u64,
    /// Is it to close, so that all goes to the disk?
    leaving: bool,
}

/// Records that are on disk alone.
#[derive(Clone, Debug)]
pub(super) struct Gap {
    /// The sequence of the first.
    pub(super) next: u64,
    /// The sequence behind the last.
    pub(super) end: u64,
    pub(super) records: u64,
    /// The serial of the first.
    pub(super) serial: u64,
}

impl OnDisk {
    pub(super) fn new(delivery: Delivery, fsync: Fsync) -> Self {
        Self { always: delivery == Delivery::AtLeastOnce, syncs: fsync != Fsync::Never, ..Self::default() }
    }

    /// Is each record written before it is delivered?
    pub(super) fn has_all(&self) -> bool {
        self.always
    }

    /// Does what is promised hold only once it is synced?
    pub(super) fn syncs(&self) -> bool {
        self.syncs
    }

    /// Records that are on disk alone.
    pub(super) fn records(&self) -> u64 {
        self.left + self.gap.as_ref().map_or(0, |gap| gap.records)
    }

    /// A parcel came.
    pub(super) fn came(&mut self) {
        if self.always || self.leaving || self.gap.is_some() || self.tail > 0 {
            self.tail += 1;
        }
    }

    /// So many parcels wait, and no more of them can be the spooler's.
    pub(super) fn bound(&mut self, waiting: usize) {
        self.tail = self.tail.min(waiting);
    }

    /// So many records in the worker's hands are done. Those that are not in the spool are the older ones.
    pub(super) fn settled(&mut self, records: u64) {
        self.taken_unplaced = self.taken_unplaced.saturating_sub(records);
    }

    /// It is closed, and so many records are in the spool.
    pub(super) fn abandon(&mut self, safe: u64) {
        (self.tail, self.gap, self.left, self.taken_unplaced) = (0, None, safe, 0);
    }

    /// More are on disk alone. They are the newest there.
    fn extend(&mut self, place: Range<u64>, serial: u64) {
        let records = place.end - place.start;
        if self.leaving {
            self.left += records;
            return;
        }
        match &mut self.gap {
            Some(gap) => (gap.records, gap.end) = (gap.records + records, place.end),
            None => self.gap = Some(Gap { next: place.start, end: place.end, records, serial }),
        }
    }
}

impl Queue {
    /// Is each record in a spool before it is delivered?
    pub(super) fn has_all(&self) -> bool {
        self.spool.as_ref().is_some_and(OnDisk::has_all)
    }

    /// Has it such a spool, in which records outlast a power cut?
    pub(super) fn syncs(&self) -> bool {
        self.spool.as_ref().is_some_and(|spool| spool.has_all() && spool.syncs())
    }

    /// Parcels that the worker may take.
    fn head(&self) -> usize {
        self.waiting.len() - self.spool.as_ref().map_or(0, |spool| spool.tail)
    }

    /// The parcel that the worker takes next.
    pub(super) fn first(&self) -> Option<&Waiting> {
        self.waiting.front().filter(|_| self.head() > 0)
    }

    /// What is on disk alone.
    pub(super) fn gap(&self) -> Option<&Gap> {
        self.spool.as_ref().and_then(|spool| spool.gap.as_ref())
    }

    /// Is there something for the worker: in memory, or on disk?
    pub(super) fn has_more(&self) -> bool {
        self.head() > 0 || self.gap().is_some()
    }

    /// The serial of the oldest parcel that waits.
    pub(super) fn oldest(&self) -> Option<u64> {
        let in_memory = self.waiting.front().map(|first| first.serial);
        if self.head() > 0 { in_memory } else { self.gap().map(|gap| gap.serial).or(in_memory) }
    }

    /// The serial of the oldest parcel that is to be in the spool and is not.
    pub(super) fn unspooled(&self) -> Option<u64> {
        self.spool.as_ref().filter(|spool| spool.always)?;
        self.waiting.get(self.head()).map(|first| first.serial)
    }

    /// Is what is left on its way to the disk, and nothing in the worker's hands?
    pub(super) fn is_leaving(&self) -> bool {
        self.spool.as_ref().is_some_and(|spool| spool.leaving && spool.tail > 0) && self.nothing_taken()
    }

    /// How many parcels are the spooler's.
    pub(super) fn tail(&self) -> usize {
        self.spool.as_ref().map_or(0, |spool| spool.tail)
    }

    /// Of the records that wait or are being delivered, those that are in the spool.
    pub(super) fn spooled(&self) -> u64 {
        let Some(spool) = &self.spool else { return 0 };
        let placed = self.waiting.iter().filter(|waiting| waiting.place.is_some());
        let placed: u64 = placed.map(|waiting| waiting.parcel.picks.len() as u64).sum();
        spool.records() + placed + (self.taken_records - spool.taken_unplaced.min(self.taken_records))
    }

    /// The spool was opened, and so many records were in it.
    pub(super) fn recovered(&mut self, place: Range<u64>, records: u64) {
        if let Some(spool) = self.spool.as_mut().filter(|_| records > 0) {
            spool.gap = Some(Gap { next: place.start, end: place.end, records, serial: 0 });
        }
    }

    /// What the spooler writes next: parcels of so many bytes together, one at least.
    pub(super) fn to_spool(&self, bytes: usize) -> Vec<Parcel> {
        let mut together = 0;
        let tail = self.waiting.iter().skip(self.head()).map(|waiting| &waiting.parcel);
        let fitting = tail.take_while(|parcel| {
            let fits = together == 0 || together + parcel.bytes <= bytes;
            together += parcel.bytes.max(1);
            fits
        });
        fitting.cloned().collect()
    }

    /// The first `records` records of the tail are written, from the sequence `next` on. Those that need not stay in
    /// memory are put into `freed`.
    pub(super) fn stored(&mut self, mut next: u64, mut records: u64, freed: &mut Vec<Parcel>) {
        while records > 0 && self.tail() > 0 {
            let at = self.head();
            let own = self.waiting[at].parcel.picks.len() as u64;
            if own > records {
                self.cut(at, usize::try_from(records).unwrap_or(usize::MAX));
            }
            let own = own.min(records);
            self.store(at, next..next + own, freed);
            (next, records) = (next + own, records - own);
        }
        self.let_go(freed);
    }

    /// The parcel at `at`, the first of the tail, stands in the spool.
    fn store(&mut self, at: usize, place: Range<u64>, freed: &mut Vec<Parcel>) {
        let Some(spool) = &mut self.spool else { return };
        spool.tail -= 1;
        if spool.always && !spool.leaving && spool.gap.is_none() {
            self.waiting[at].place = Some(place);
            return;
        }
        let Some(gone) = self.waiting.remove(at) else { return };
        self.waiting_bytes -= gone.parcel.bytes;
        spool.extend(place, gone.serial);
        freed.push(gone.parcel);
    }

    /// Cuts the parcel at `at` behind its first `records` records.
    fn cut(&mut self, at: usize, records: usize) {
        let whole = &mut self.waiting[at];
        let rest =
            Parcel { picks: whole.parcel.picks[records..].into(), shared: None, bytes: 0, ..whole.parcel.clone() };
        whole.parcel.picks = whole.parcel.picks[..records].into();
        (whole.parcel.shared, whole.severities) = (None, None);
        let rest = Waiting { parcel: rest, serial: whole.serial, since: whole.since, severities: None, place: None };
        self.waiting.insert(at + 1, rest);
        if let Some(spool) = &mut self.spool {
            spool.tail += 1;
        }
    }

    /// If memory is short, lets go of what is on disk too, and has the spooler write the newest of what is not.
    pub(super) fn let_go(&mut self, freed: &mut Vec<Parcel>) {
        let memory = self.settings.memory;
        if self.held() > memory / 4 * 3 {
            self.let_go_down_to(memory / 2, freed);
        }
    }

    /// Lets go of all that waits for the worker and is on disk too.
    pub(super) fn let_go_all(&mut self, freed: &mut Vec<Parcel>) {
        self.let_go_down_to(0, freed);
    }

    fn let_go_down_to(&mut self, bytes: usize, freed: &mut Vec<Parcel>) {
        let mut marked = 0;
        let may_mark = self.tail() == 0 && self.gap().is_none();
        while self.held() > bytes + marked && self.head() > 0 {
            let at = self.head() - 1;
            let Some(spool) = &mut self.spool else { return };
            let Some(place) = self.waiting[at].place.clone() else {
                if !may_mark {
                    return;
                }
                marked += self.waiting[at].parcel.bytes;
                spool.tail += 1;
                continue;
            };
            let records = self.waiting[at].parcel.picks.len() as u64;
            if place.end - place.start != records {
                // Some of it is done: read back, it would come whole.
                return;
            }
            let Some(gone) = self.waiting.remove(at) else { return };
            self.waiting_bytes -= gone.parcel.bytes;
            let (behind, end) = spool.gap.take().map_or((0, place.end), |gap| (gap.records, gap.end));
            spool.gap = Some(Gap { next: place.start, end, records: records + behind, serial: gone.serial });
            freed.push(gone.parcel);
        }
    }

    /// What was read back from the disk, up to the sequence `next`. Returns how many records turned out lost.
    pub(super) fn refilled(&mut self, parcels: Vec<(Parcel, Range<u64>)>, next: u64, bad: u64, now: Instant) -> u64 {
        let at = self.head();
        let Some(gap) = self.spool.as_mut().and_then(|spool| spool.gap.as_mut()) else { return 0 };
        let (serial, came) = (gap.serial, parcels.iter().map(|(parcel, _)| parcel.picks.len() as u64).sum::<u64>());
        // More than were counted cannot come, so that the balance holds whatever the disk says.
        let mut lost = bad.min(gap.records.saturating_sub(came));
        gap.records = gap.records.saturating_sub(came + lost);
        gap.next = gap.next.max(next);
        if gap.next >= gap.end {
            lost += gap.records;
            gap.records = 0;
        }
        if gap.records == 0
            && let Some(spool) = &mut self.spool
        {
            spool.gap = None;
        }
        for (place, (parcel, stands)) in parcels.into_iter().enumerate() {
            self.waiting_bytes += parcel.bytes;
            let item = Waiting { parcel, serial, since: now, severities: None, place: Some(stands) };
            self.waiting.insert(at + place, item);
        }
        lost
    }

    /// So many records that are on disk alone were given up; how many of them still counted here.
    pub(super) fn discarded(&mut self, records: u64) -> u64 {
        let Some(spool) = &mut self.spool else { return 0 };
        let in_gap = spool.gap.as_ref().map_or(0, |gap| gap.records.min(records));
        if let Some(gap) = &mut spool.gap {
            gap.records -= in_gap;
            if gap.records == 0 {
                spool.gap = None;
            }
        }
        // It may have begun to close meanwhile.
        let left = spool.left.min(records - in_gap);
        spool.left -= left;
        in_gap + left
    }

    /// So many of the first records of the tail are given up, of one parcel at the most: the disk does not take them. How
    /// many are gone by that; none, if the tail was given up already.
    pub(super) fn drop_from_tail(&mut self, records: usize, freed: &mut Vec<Parcel>) -> usize {
        let at = self.head();
        if self.tail() == 0 {
            return 0;
        }
        if self.waiting[at].parcel.picks.len() > records {
            self.cut(at, records);
        }
        let (Some(spool), Some(gone)) = (&mut self.spool, self.waiting.remove(at)) else { return 0 };
        spool.tail -= 1;
        self.waiting_bytes -= gone.parcel.bytes;
        let records = gone.parcel.picks.len();
        freed.push(gone.parcel);
        records
    }

    /// It is to close: what is in the spool stays there, and what is not is the spooler's.
    pub(super) fn leave(&mut self, freed: &mut Vec<Parcel>) {
        let Some(spool) = &mut self.spool else { return };
        spool.leaving = true;
        spool.left += spool.gap.take().map_or(0, |gap| gap.records);
        // What the spooler has in hand must stay the first of its own.
        let head = self.waiting.len() - spool.tail;
        for gone in self.waiting.drain(..head).collect::<Vec<_>>() {
            if gone.place.is_none() {
                self.waiting.push_back(gone);
                continue;
            }
            self.waiting_bytes -= gone.parcel.bytes;
            spool.left += gone.parcel.picks.len() as u64;
            freed.push(gone.parcel);
        }
        spool.tail = self.waiting.len();
    }
}
