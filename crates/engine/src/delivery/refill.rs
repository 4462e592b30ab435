//! Reading back what is on disk alone, and telling the spool what is done.

use super::outlet::Outlet;
use super::worker::Worker;
use crate::ledger::DropReason;
use crate::round::{At, Parcel, Round};
use crate::spool::Chunk;
use crate::spool::payload::Decoder;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Weak};
use std::time::Instant;
use tracework_core::{OwnedRecord, Page};

/// So many records are read back at once.
const RECORDS: usize = 4096;
/// So many of them are a parcel. What is done is noted parcel by parcel, so this is how many a crash may bring twice beyond
/// what was in hand.
const TOGETHER: usize = 256;
/// So many bytes at the most, and at the least. The least is read even if memory has no room for it: where the disk is full
/// too, nothing would ever become free otherwise.
const MOST: usize = 1 << 20;
pub(super) const LEAST: usize = 16 << 10;

/// What is done, and what must be so elsewhere before the spool is told.
#[derive(Default)]
pub(super) struct Done {
    waiting: VecDeque<(u64, Option<Handed>)>,
}

/// Parcels that were handed to another destination, up to a serial of that one.
struct Handed {
    to: Weak<Outlet>,
    serial: u64,
}

impl Handed {
    /// Does the other's promise hold for them?
    fn is_safe(&self) -> bool {
        self.to.upgrade().is_none_or(|to| to.has_spooled(self.serial))
    }
}

impl Outlet {
    /// Are its parcels up to `serial` in its spool, if it is to have each there?
    fn has_spooled(&self, serial: u64) -> bool {
        let inside = self.shared.lock();
        inside.closed || inside.queue.unspooled().is_none_or(|oldest| oldest > serial)
    }
}

impl Worker {
    /// Reads back some of what is on disk alone.
    pub(super) fn refill(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut back = shared.back.lock();
        let (gap, bytes) = {
            let inside = shared.lock();
            let Some(gap) = inside.queue.gap() else { return };
            let (share, room) = (inside.queue.settings.memory / 4, inside.queue.room());
            (gap.clone(), share.min(room).clamp(LEAST, MOST))
        };
        let Some(reader) = back.as_mut() else { return };
        let failing = reader.watch().health().failing;
        reader.seek(gap.next);
        let most = usize::try_from(gap.records).unwrap_or(RECORDS).min(RECORDS);
        let chunk = match reader.read(most, bytes) {
            Ok(chunk) => chunk,
            Err(error) => {
                drop(back);
                self.note_error(&error.to_string());
                return self.refill_later();
            }
        };
        let nothing = chunk.is_empty() && chunk.lost().is_empty();
        // After a sync that failed, what may not be durable is shown again when it is written anew.
        if nothing && (failing || reader.watch().health().failing) {
            drop(back);
            return self.refill_later();
        }
        // What was written meanwhile is still in memory: it is not read here.
        let (parcels, bad) = parcels(&mut self.decoder, &chunk, gap.end);
        let unread =
            chunk.lost().iter().map(|lost| gap.end.min(lost.sequences.end).saturating_sub(lost.sequences.start));
        let bad = bad + unread.sum::<u64>();
        // An empty chunk means that there is no more, whatever was counted.
        let next = if nothing { gap.end } else { reader.position().min(gap.end) };
        let now = Instant::now();
        let mut inside = shared.lock();
        if inside.closed {
            return;
        }
        let lost = inside.queue.refilled(parcels, next, bad, now);
        inside.drop_records(DropReason::Unreadable, lost, now);
        shared.refresh(&mut inside, now);
        drop(inside);
        if lost > 0 {
            drop(back);
            self.note_error(&format!("{lost} records of the spool cannot be read"));
        }
    }

    fn refill_later(&mut self) {
        self.refill_at = Instant::now() + super::worker::TICK / 10;
    }

    /// All up to this place in the spool is done.
    pub(super) fn acknowledge(&mut self, end: Option<u64>) {
        if let Some(end) = end {
            self.done.waiting.push_back((end, None));
        }
        let mut told = None;
        while let Some((end, handed)) = self.done.waiting.front() {
            if handed.as_ref().is_some_and(|handed| !handed.is_safe()) {
                break;
            }
            told = Some(*end);
            self.done.waiting.pop_front();
        }
        let Some(end) = told else { return };
        if !self.letters_are_safe() {
            self.done.waiting.push_front((end, None));
            return;
        }
        let mut back = self.shared.back.lock();
        let Some(reader) = back.as_mut() else { return };
        if reader.position() < end {
            reader.seek(end);
        }
        let acknowledged = reader.acknowledge(end.saturating_sub(1));
        drop(back);
        // There may be room again.
        self.shared.spooler.notify_all();
        if let Err(error) = acknowledged {
            self.note_error(&error.to_string());
        }
    }

    /// All up to this place in the spool was handed to another, which is to have it in its own spool first, if it has
    /// one.
    pub(super) fn handed(&mut self, place: Option<Range<u64>>, to: &Arc<Outlet>) {
        let Some(place) = place else { return };
        let serial = to.shared.lock().queue.newest();
        self.done.waiting.push_back((place.end, Some(Handed { to: Arc::downgrade(to), serial })));
        self.acknowledge(None);
    }
}

/// The records of a chunk before the sequence `end` as parcels, and how many of them are no records. Those of one thread
/// share a page.
fn parcels(decoder: &mut Decoder, chunk: &Chunk, end: u64) -> (Vec<(Parcel, Range<u64>)>, u64) {
    let (mut pages, mut picks): (Vec<Page>, Vec<(At, u64)>) = (Vec::new(), Vec::new());
    let (mut bad, mut place): (u64, Option<Range<u64>>) = (0, None);
    for spooled in chunk.iter().take_while(|spooled| spooled.sequence < end) {
        place = Some(place.map_or(spooled.sequence, |place| place.start)..spooled.sequence + 1);
        let Ok(record) = decoder.decode(spooled.payload) else {
            bad += 1;
            continue;
        };
        let page = page_for(&mut pages, &record);
        let pick = pages[page].copy(&record.view());
        picks.push((At { page: u32::try_from(page).unwrap_or(u32::MAX), pick }, spooled.sequence));
    }
    let Some(place) = place.filter(|_| !picks.is_empty()) else { return (Vec::new(), bad) };
    (cut(&Round::new(pages, None), &picks, &place), bad)
}

/// Parcels of these records, which stand at `place` with their sequences. What is no record counts with the one behind it.
fn cut(round: &Arc<Round>, picks: &[(At, u64)], place: &Range<u64>) -> Vec<(Parcel, Range<u64>)> {
    let parts = picks.chunks(TOGETHER);
    let (bytes, last, mut start) = (round.pinned() / parts.len().max(1), parts.len(), place.start);
    let parcel = |(number, part): (usize, &[(At, u64)])| {
        let end = if number + 1 == last { place.end } else { part.last().map_or(start, |&(_, sequence)| sequence + 1) };
        let stands = start..end;
        start = end;
        let picks = part.iter().map(|&(at, _)| at).collect();
        (Parcel { round: Arc::clone(round), picks, bytes, format: 0, shared: None }, stands)
    };
    parts.enumerate().map(parcel).collect()
}

/// The page that a record fits: of the same thread and the same metadata. Only the newest is looked at.
fn page_for(pages: &mut Vec<Page>, record: &OwnedRecord) -> usize {
    let view = record.view();
    let fits = pages.last().is_some_and(|page| {
        **page.thread() == *view.thread() && page.metadata().map(Arc::as_ptr) == view.shared_metadata().map(Arc::as_ptr)
    });
    if !fits {
        let mut page = Page::new(Arc::new(view.thread().clone()));
        page.set_metadata(view.shared_metadata().cloned());
        pages.push(page);
    }
    pages.len() - 1
}
