//! The writing half.

use super::SpoolError;
use super::active::{Active, NEW_BYTES, Unsynced};
use super::chunk::SpoolEntry;
use super::discard::{Discarded, SpoolRetention};
use super::frame;
use super::health::SpoolWatch;
use super::layout::{FRAME, MOST_UNSYNCED};
use super::settings::SyncPolicy;
use super::shared::Shared;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::Timestamp;
use tracework_disk::write_all_at;

/// Writes a spool. There is one for each spool; dropping it closes the spool, as far as the disk lets it.
#[derive(Debug)]
pub struct SpoolWriter {
    pub(super) shared: Arc<Shared>,
    pub(super) active: Option<Active>,
    pub(super) unsynced: Unsynced,
    /// The next sequence.
    pub(super) next: u64,
    /// Must what is not durable be written again before anything else?
    pub(super) failing: bool,
    pub(super) synced: Instant,
    /// A file of which nothing is durable, by the first sequence in it, and its bytes: it goes once a new one is there.
    pub(super) orphan: Option<(u64, u64)>,
    /// Segments that were ended without a sync, by their first sequence.
    pub(super) unsynced_segments: Vec<u64>,
    /// Of those, the ones whose sync failed: what was in memory of them is gone, so that they never become durable.
    pub(super) hopeless: Vec<u64>,
    frames: Vec<u8>,
    closed: bool,
}

impl SpoolWriter {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let (next, unsynced_segments) = {
            let index = shared.index();
            let unsynced = index.segments.iter().filter(|_| index.durable < index.next);
            (index.next, unsynced.map(|segment| segment.first).collect())
        };
        Self {
            shared,
            active: None,
            unsynced: Unsynced::default(),
            next,
            failing: false,
            synced: Instant::now(),
            orphan: None,
            unsynced_segments,
            hopeless: Vec::new(),
            frames: Vec::new(),
            closed: false,
        }
    }

    /// Appends records, and returns their sequences. As many of them are accepted, from the first on, as the range is
    /// long: fewer than were given if the rest does not fit or the disk refused it, which the next call then tells.
    /// With [`SyncPolicy::Always`] they are durable when this returns.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Full`] when the bytes of the spool are taken, [`SpoolError::TooLarge`] when the first record can
    /// never be accepted, and what the disk says. None of the records was accepted then.
    pub fn append(&mut self, entries: &[SpoolEntry<'_>]) -> Result<Range<u64>, SpoolError> {
        if self.failing {
            self.repair()?;
        }
        let first = self.next;
        let mut done = 0;
        let mut problem = None;
        while done < entries.len() {
            match self.append_run(&entries[done..]) {
                Ok(taken) => done += taken,
                Err(error) => {
                    problem = Some(error);
                    break;
                }
            }
        }
        // A segment that could not be cut off may have used up sequences in between.
        let end = first + done as u64;
        if let Some(error) = problem
            && done == 0
        {
            return Err(error);
        }
        self.settle(first..end)
    }

    /// Makes what was written durable, or part of the spool at least, as the policy says.
    fn settle(&mut self, range: Range<u64>) -> Result<Range<u64>, SpoolError> {
        match self.shared.settings.sync {
            SyncPolicy::Always => match self.sync_active() {
                Ok(()) => Ok(range),
                Err(error) => self.take_back(range, error),
            },
            SyncPolicy::Every(interval) => {
                if self.synced.elapsed() >= interval || self.unsynced.bytes() >= MOST_UNSYNCED {
                    // They are accepted; what went wrong is in the account, and the next call tries again.
                    _ = self.sync();
                }
                Ok(range)
            }
            SyncPolicy::Never => Ok(range),
        }
    }

    /// Forgets what could not be made durable of a batch that had to be.
    fn take_back(&mut self, range: Range<u64>, error: SpoolError) -> Result<Range<u64>, SpoolError> {
        let durable = self.shared.index().durable.clamp(range.start, range.end);
        self.unsynced.forget_from(durable);
        if self.unsynced.is_empty() {
            self.end_failing();
        }
        if durable == range.start { Err(error) } else { Ok(range.start..durable) }
    }

    /// Appends as many records as one write to one segment takes; one at least.
    fn append_run(&mut self, entries: &[SpoolEntry<'_>]) -> Result<usize, SpoolError> {
        let Some(first) = entries.first() else { return Ok(0) };
        let (bytes, max) = (first.payload.len(), self.shared.most_of_payload());
        if bytes > max {
            return Err(SpoolError::TooLarge { bytes, max });
        }
        let whole = (FRAME + bytes) as u64;
        self.make_room(whole)?;
        if self.active.as_ref().is_some_and(|active| self.is_over(active, whole)) {
            self.seal()?;
        }
        if self.active.is_none() {
            self.active = Some(Active::make(&self.shared, self.next, first.time, &Unsynced::default(), self.next)?);
        }
        self.write_run(entries)
    }

    /// Must a record of so many bytes go into another segment?
    fn is_over(&self, active: &Active, whole: u64) -> bool {
        let (settings, records) = (&self.shared.settings, self.next - active.first);
        records >= settings.segment_records || (records > 0 && active.at + whole > settings.most_of_segment())
    }

    /// Is there room for a record of so many bytes, and perhaps a new segment?
    fn make_room(&mut self, whole: u64) -> Result<(), SpoolError> {
        let max = self.shared.settings.max_bytes;
        let fits = |shared: &Shared| shared.index().taken() + whole + NEW_BYTES <= max;
        if fits(&self.shared) {
            return Ok(());
        }
        let all_done = self.shared.index().pending() == 0;
        if all_done && self.active.as_ref().is_some_and(|active| self.next > active.first) {
            self.seal()?;
        }
        self.shared.sweep(false)?;
        if fits(&self.shared) {
            return Ok(());
        }
        Err(SpoolError::Full { taken: self.shared.index().taken(), max })
    }

    /// Writes what fits into the open segment; the first record does.
    fn write_run(&mut self, entries: &[SpoolEntry<'_>]) -> Result<usize, SpoolError> {
        let Some(active) = &mut self.active else { return Ok(0) };
        let settings = &self.shared.settings;
        let room = settings.max_bytes.saturating_sub(self.shared.index().taken() + NEW_BYTES);
        let most = room.min(settings.most_of_segment().saturating_sub(active.at));
        let left = settings.segment_records - (self.next - active.first);
        self.frames.clear();
        let keep = settings.sync != SyncPolicy::Never;
        let mut taken = 0;
        for (entry, sequence) in entries.iter().zip(self.next..self.next + left) {
            let whole = self.frames.len() + FRAME + entry.payload.len();
            let fits =
                whole as u64 <= most && whole <= MOST_UNSYNCED && entry.payload.len() <= super::layout::MAX_PAYLOAD;
            if taken > 0 && !fits {
                break;
            }
            frame::put(&mut self.frames, active.seed, sequence, entry.time, entry.payload);
            taken += 1;
        }
        if let Err(error) = write_all_at(&*active.file, &self.frames, active.at) {
            let error = SpoolError::disk("write", &active.path)(error);
            return Err(self.undo(taken, error));
        }
        active.at += self.frames.len() as u64;
        for (entry, sequence) in entries[..taken].iter().zip(self.next..).filter(|_| keep) {
            self.unsynced.push(sequence, entry.time, entry.payload);
        }
        self.next += taken as u64;
        if settings.sync != SyncPolicy::Always {
            self.show(entries[taken - 1].time);
        } else if let Some(segment) = self.shared.index().get_mut(active.number) {
            // They are shown to the reader once they are durable.
            segment.bytes = segment.bytes.max(active.at);
        }
        Ok(taken)
    }

    /// Tells the reader of what was written.
    pub(super) fn show(&self, last_time: Timestamp) {
        let Some(active) = &self.active else { return };
        let mut index = self.shared.index();
        index.next = self.next;
        if let Some(segment) = index.get_mut(active.number) {
            (segment.end, segment.data_end) = (self.next, active.at);
            segment.bytes = segment.bytes.max(active.at);
            segment.last_time = last_time;
        }
    }

    /// Cuts off what a failed write left behind; if that fails too, the segment is ended.
    fn undo(&mut self, records: usize, error: SpoolError) -> SpoolError {
        let error = self.shared.note(error);
        let Some(active) = &self.active else { return error };
        if let Err(second) = active.file.set_length(active.at) {
            let (number, after) = (active.number, active.at + self.frames.len() as u64);
            let mut index = self.shared.index();
            index.note(&SpoolError::disk("cut", &active.path)(second));
            if let Some(segment) = index.get_mut(number) {
                segment.bytes = segment.bytes.max(after);
            }
            drop(index);
            // What stands there may be read after a crash, under sequences that nothing else may have.
            if self.seal().is_ok() {
                self.next += records as u64;
                self.shared.index().next = self.next;
            }
        }
        error
    }

    /// When the next sync is due, if anything waits for one.
    #[must_use]
    pub fn sync_due(&self) -> Option<Instant> {
        let waits = self.failing || !self.unsynced.is_empty();
        match self.shared.settings.sync {
            SyncPolicy::Every(interval) if waits => Some(self.synced + interval),
            _ => None,
        }
    }

    /// Gives up the oldest segment of which nothing was handed out yet, so that there is room; `None` if there is no
    /// such one.
    ///
    /// # Errors
    ///
    /// Fails if the disk refuses the state; nothing was removed then.
    pub fn discard_oldest(&mut self) -> Result<Option<Discarded>, SpoolError> {
        if let Some(discarded) = self.shared.discard_oldest()? {
            return Ok(Some(discarded));
        }
        // All that waits is in the segment that is being written.
        let unread = self.active.as_ref().is_some_and(|active| {
            let index = self.shared.index();
            active.first >= index.handed && self.next > active.first
        });
        if !unread {
            return Ok(None);
        }
        self.seal()?;
        self.shared.discard_oldest()
    }

    /// Gives up segments that are beyond the bounds, at most four a call: the oldest of which nothing was handed out.
    ///
    /// # Errors
    ///
    /// Fails if the disk refuses the state; nothing was removed then.
    pub fn retain(&mut self, now: Timestamp, retention: &SpoolRetention) -> Result<Discarded, SpoolError> {
        let old = retention.age.is_some_and(|age| {
            let index = self.shared.index();
            let own = self.active.as_ref().and_then(|active| index.get(active.number));
            own.is_some_and(|own| own.end > own.first && now.since(own.last_time) > age)
        });
        if old {
            self.seal()?;
        }
        self.shared.retain(now, retention)
    }

    /// Looks at the spool from anywhere.
    #[must_use]
    pub fn watch(&self) -> SpoolWatch {
        SpoolWatch(Arc::clone(&self.shared))
    }

    /// How long the policy lets records wait for a sync; `None` if it does not sync by time.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        match self.shared.settings.sync {
            SyncPolicy::Every(interval) => Some(interval),
            _ => None,
        }
    }

    /// Makes everything durable and ends the spool in good order. The lock is freed when the reader is dropped too.
    ///
    /// # Errors
    ///
    /// Fails as the disk says; what was durable before is so still.
    pub fn close(mut self) -> Result<(), SpoolError> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), SpoolError> {
        if std::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        let sealed = self.seal();
        if sealed.is_ok() {
            let mut index = self.shared.index();
            index.reserved = self.next.max(index.next);
        }
        sealed.and(self.shared.sweep(true))
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        // What fails is in the account; there is nobody to tell.
        _ = self.finish();
    }
}
