//! What a worker has taken from the queue and not yet delivered.

use super::encode::{self, Refused};
use super::progress::Progress;
use super::queue::Waiting;
use crate::round::{Encoded, Parcel};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tracework_core::{Batch, BatchSettings, Format, Record};

/// Room for bytes that is kept for the next load.
const KEPT: usize = 1 << 20;

/// Parcels on their way out, with their bytes. Records are counted through all parcels, from 0.
pub(super) struct Load {
    pub(super) cargo: Cargo,
    pub(super) progress: Progress,
}

/// What parcels that are done pinned, and where they end in the spool.
fn let_go(items: impl Iterator<Item = Waiting>, done: &mut Option<u64>) -> usize {
    items
        .map(|item| {
            *done = item.place.map(|place| place.end).or(*done);
            item.parcel.bytes
        })
        .sum()
}

/// The parcels and their bytes.
pub(super) struct Cargo {
    items: VecDeque<Waiting>,
    code: Code,
    records: usize,
    /// Does the destination want bytes, so that `code` holds some? Else its ends tell the records' own sizes.
    encoded: bool,
    /// Where the parcels that are done end in the spool, since that was last asked for.
    done: Option<u64>,
}

/// Where the bytes are.
enum Code {
    Own(Encoded),
    Shared(Arc<OnceLock<Encoded>>),
}

static NOTHING: Encoded = Encoded { bytes: Vec::new(), ends: Vec::new() };

impl Cargo {
    fn code(&self) -> &Encoded {
        match &self.code {
            Code::Own(own) => own,
            Code::Shared(shared) => shared.get().unwrap_or(&NOTHING),
        }
    }

    /// Does the destination want bytes?
    pub(super) fn is_encoded(&self) -> bool {
        self.encoded
    }

    /// How many records it has.
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// Are its bytes shared with other destinations?
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.code, Code::Shared(_))
    }

    /// How many whole records end within the first `bytes` bytes.
    pub(super) fn records_within(&self, bytes: usize) -> usize {
        self.code().ends.partition_point(|&end| end <= bytes)
    }

    /// Its records.
    pub(super) fn records(&self) -> Vec<Record<'_>> {
        let mut records = Vec::with_capacity(self.records);
        for item in &self.items {
            records.extend(item.parcel.picks.iter().map(|&at| item.parcel.round.record(at)));
        }
        records
    }

    /// All of it as a batch of these records.
    pub(super) fn batch<'a>(&'a self, records: &'a [Record<'a>]) -> Batch<'a> {
        let code = self.code();
        if self.encoded { Batch::encoded(records, &code.bytes, &code.ends) } else { Batch::of_records(records) }
    }

    /// The bytes of a range of records.
    pub(super) fn bytes(&self, range: &Range<usize>) -> usize {
        self.end(range.end) - self.end(range.start)
    }

    /// Where the bytes of the first `records` records end.
    pub(super) fn end(&self, records: usize) -> usize {
        records.checked_sub(1).map_or(0, |last| self.code().ends[last])
    }

    /// Adds a parcel and its bytes; returns those records that the format panicked on, which are not in it.
    fn append(&mut self, mut item: Waiting, format: &mut dyn Format) -> Vec<Refused> {
        let mut refused = Vec::new();
        if self.encoded {
            refused = self.append_bytes(&mut item.parcel, format);
        } else {
            let own = self.own();
            for &at in item.parcel.picks.iter() {
                let end = own.ends.last().copied().unwrap_or(0) + item.parcel.round.record(at).size();
                own.ends.push(end);
            }
        }
        self.records += item.parcel.picks.len();
        self.items.push_back(item);
        refused
    }

    fn append_bytes(&mut self, parcel: &mut Parcel, format: &mut dyn Format) -> Vec<Refused> {
        if let Some(shared) = &parcel.shared
            && encode::encode_shared(format, parcel)
        {
            if self.items.is_empty() {
                self.code = Code::Shared(Arc::clone(shared));
            } else if let Some(code) = shared.get() {
                join(self.own(), code, 0);
            }
            return Vec::new();
        }
        encode::encode(format, parcel, self.own())
    }

    /// Takes the records of these ranges out, from the parcels too.
    fn take_out(&mut self, gone: &[Range<usize>]) {
        let is_gone = |at: &usize| gone.iter().any(|range| range.contains(at));
        let mut kept = Encoded::default();
        for at in (0..self.records).filter(|at| !is_gone(at)) {
            let (start, end) = (self.end(at), self.end(at + 1));
            let last = kept.ends.last().copied().unwrap_or(0);
            kept.ends.push(last + end - start);
            if self.encoded {
                kept.bytes.extend_from_slice(&self.code().bytes[start..end]);
            }
        }
        self.records = kept.ends.len();
        self.code = Code::Own(kept);
        let mut at = 0;
        for item in &mut self.items {
            let first = at;
            at += item.parcel.picks.len();
            if gone.iter().any(|range| range.start < at && range.end > first) {
                let picks = item.parcel.picks.iter().enumerate().filter(|(place, _)| !is_gone(&(first + place)));
                item.parcel.picks = picks.map(|(_, &pick)| pick).collect();
                (item.parcel.shared, item.severities) = (None, None);
            }
        }
    }

    /// Its own bytes; bytes that were shared are copied.
    fn own(&mut self) -> &mut Encoded {
        if let Code::Shared(shared) = &self.code {
            let mut own = Encoded::default();
            if let Some(code) = shared.get().filter(|_| !self.items.is_empty()) {
                join(&mut own, code, 0);
            }
            self.code = Code::Own(own);
        }
        match &mut self.code {
            Code::Own(own) => own,
            Code::Shared(_) => unreachable!("it was just made its own"),
        }
    }
}

/// Adds the records of `code` from the one at `first` on.
fn join(own: &mut Encoded, code: &Encoded, first: usize) {
    let from = first.checked_sub(1).map_or(0, |last| code.ends[last]);
    let base = own.bytes.len();
    own.bytes.extend_from_slice(&code.bytes[from..]);
    own.ends.extend(code.ends[first..].iter().map(|end| end - from + base));
}

impl Load {
    /// An empty load for a destination that wants bytes or not.
    pub(super) fn new(encoded: bool) -> Self {
        let cargo =
            Cargo { items: VecDeque::new(), code: Code::Own(Encoded::default()), records: 0, encoded, done: None };
        Self { cargo, progress: Progress::default() }
    }

    /// Adds a parcel.
    pub(super) fn append(&mut self, item: Waiting, format: &mut dyn Format) -> Vec<Refused> {
        self.cargo.append(item, format)
    }

    /// Records that are not done.
    pub(super) fn left(&self) -> usize {
        self.progress.left(&self.cargo)
    }

    /// Is nothing left?
    pub(super) fn is_done(&self) -> bool {
        self.left() == 0
    }

    /// When the oldest of it came.
    pub(super) fn since(&self) -> Option<Instant> {
        self.cargo.items.front().map(|item| item.since)
    }

    /// The serial of the oldest parcel that is not done.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.cargo.items.front().filter(|_| !self.is_done()).map(|item| item.serial)
    }

    /// Does it hold a whole batch, or bytes that are better not copied?
    pub(super) fn is_full(&self, batch: &BatchSettings) -> bool {
        self.progress.is_full(&self.cargo, batch)
    }

    /// Could it hold more, where `width` batches go at once?
    pub(super) fn has_room(&self, batch: &BatchSettings, width: usize) -> bool {
        self.progress.has_room(&self.cargo, batch, width)
    }

    /// Takes out what is done although something before it is not.
    pub(super) fn close_holes(&mut self) {
        if !self.progress.holes.is_empty() {
            let holes = self.progress.close_holes();
            self.cargo.take_out(&holes);
        }
    }

    /// Lets go of what is done; returns the bytes of memory that it pinned.
    pub(super) fn release(&mut self) -> usize {
        let mut freed = 0;
        if self.is_done() {
            freed += let_go(self.cargo.items.drain(..), &mut self.cargo.done);
            self.clear();
            return freed;
        }
        while let Some(first) = self.cargo.items.front()
            && first.parcel.picks.len() <= self.progress.done
            && let Some(records) = self.movable()
        {
            freed += let_go(self.cargo.items.pop_front().into_iter(), &mut self.cargo.done);
            self.forget(records);
        }
        freed
    }

    /// How many records the first parcel has, if it can go alone: not while its bytes are shared, or a batch is split.
    fn movable(&self) -> Option<usize> {
        let free = self.progress.split.is_empty() && matches!(self.cargo.code, Code::Own(_));
        free.then(|| self.cargo.items.front().map(|item| item.parcel.picks.len())).flatten()
    }

    /// Forgets the bytes of the first `records` records.
    fn forget(&mut self, records: usize) {
        let from = self.cargo.end(records);
        let encoded = self.cargo.encoded;
        let own = self.cargo.own();
        if encoded {
            own.bytes.drain(..from);
        }
        own.ends.drain(..records);
        own.ends.iter_mut().for_each(|end| *end -= from);
        self.cargo.records -= records;
        self.progress.done -= records;
    }

    fn clear(&mut self) {
        match &mut self.cargo.code {
            Code::Own(own) => {
                own.bytes.clear();
                own.bytes.shrink_to(KEPT);
                own.ends.clear();
            }
            shared @ Code::Shared(_) => *shared = Code::Own(Encoded::default()),
        }
        self.cargo.records = 0;
        self.progress = Progress::default();
    }

    /// Where what is done since that was last asked ends in the spool.
    pub(super) fn take_done(&mut self) -> Option<u64> {
        self.cargo.done.take()
    }

    /// Takes out what is not done, as parcels of their own, each with the bytes of memory that it was taken with; and
    /// the bytes of what is done.
    pub(super) fn unload(&mut self) -> (Vec<Waiting>, usize) {
        let mut freed = self.release();
        let mut done = self.progress.done;
        let mut rest = Vec::new();
        for mut item in std::mem::take(&mut self.cargo.items) {
            let own = done.min(item.parcel.picks.len());
            done -= own;
            if own == item.parcel.picks.len() {
                freed += let_go(std::iter::once(item), &mut self.cargo.done);
                continue;
            }
            if let Some(place) = item.place.as_mut().filter(|_| own > 0)
                && place.end - place.start == item.parcel.picks.len() as u64
            {
                place.start += own as u64;
                self.cargo.done = Some(place.start);
            }
            item.parcel.picks = item.parcel.picks[own..].into();
            item.parcel.shared = None;
            item.severities = None;
            rest.push(item);
        }
        self.clear();
        (rest, freed)
    }
}
