//! The thread that writes a destination's records to its spool. No destination, however long it hangs, holds it up.

use super::dead::DeadLetter;
use super::dead_file;
use super::outlet::wait;
use super::requests::Start;
use super::shared::{Inside, Shared};
use crate::ledger::DropReason;
use crate::round::Parcel;
use crate::selflog::{self, SelfLogSource};
use crate::spool::{self, SpoolEntry, SpoolError, SpoolReader, SpoolRetention, SpoolSettings, SpoolWriter, SyncPolicy};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Delivery, DestinationSettings, DiskSettings, Fsync, Overflow, OwnedRecord, Timestamp};
use tracework_disk::{Disk, OsDisk};

/// How much is written at once.
const TOGETHER: usize = 1 << 20;
/// How long to wait after the disk failed, or was full.
const AGAIN: Duration = Duration::from_millis(100);
/// How often what is too old is looked for.
const KEEPING: Duration = Duration::from_secs(1);

/// What the thread owns.
pub(super) struct Spooler {
    shared: Arc<Shared>,
    settings: SpoolSettings,
    keeps: SpoolRetention,
    writer: Option<SpoolWriter>,
    bytes: Vec<u8>,
    /// Not before then is the disk asked again.
    again_at: Instant,
    keep_at: Instant,
}

/// The reading half, which the worker uses; the spooler closes it. Locked before what the handle shares, never after.
#[derive(Debug, Default)]
pub(super) struct Back(Mutex<Option<SpoolReader>>);

impl Back {
    pub(super) fn lock(&self) -> MutexGuard<'_, Option<SpoolReader>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is set for the spool of a destination.
pub(super) fn settings_of(name: &str, disk: &DiskSettings, delivery: Delivery) -> SpoolSettings {
    let folder = crate::plan::spool_folder(name, disk);
    let sync = match (delivery, disk.fsync) {
        (Delivery::BestEffort, _) | (_, Fsync::Never) => SyncPolicy::Never,
        (_, Fsync::Always) => SyncPolicy::Always,
        (_, Fsync::Every(time)) => SyncPolicy::Every(time),
    };
    SpoolSettings::new(folder, name).max_bytes(disk.bytes).sync(sync)
}

/// The disk that a spool is on.
#[cfg(not(test))]
fn disk(_: &SpoolSettings) -> Arc<dyn Disk> {
    Arc::new(OsDisk)
}

/// Disks that tests put under folders.
#[cfg(test)]
pub(super) static DISKS: Mutex<Vec<(std::path::PathBuf, Arc<dyn Disk>)>> = Mutex::new(Vec::new());

#[cfg(test)]
fn disk(settings: &SpoolSettings) -> Arc<dyn Disk> {
    let disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = disks.iter().find(|(folder, _)| folder == settings.folder());
    found.map_or_else(|| Arc::new(OsDisk) as Arc<dyn Disk>, |(_, disk)| Arc::clone(disk))
}

/// What is to be done.
enum Work {
    Write(Vec<Parcel>),
    Sync,
    Keep,
    End,
}

impl Spooler {
    /// One for a destination that has a disk buffer.
    pub(super) fn new(shared: &Arc<Shared>, settings: &DestinationSettings) -> Option<Self> {
        let disk = settings.disk.as_ref()?;
        let now = Instant::now();
        Some(Self {
            shared: Arc::clone(shared),
            settings: settings_of(&shared.name, disk, settings.delivery),
            keeps: SpoolRetention { age: disk.keep_age, records: disk.keep_records, bytes: None },
            writer: None,
            bytes: Vec::new(),
            again_at: now,
            keep_at: now + KEEPING,
        })
    }

    /// Works until the destination is closed, or the spool could not be opened at the first attempt.
    pub(super) fn run(mut self) {
        if self.open() {
            loop {
                match self.next() {
                    Work::Write(parcels) => self.write(&parcels),
                    Work::Sync => self.sync(),
                    Work::Keep => self.keep(),
                    Work::End => break,
                }
            }
        }
        self.close();
    }

    /// Opens the spool as soon as it may, and puts what is in it before all that came meanwhile. `false` if it is to
    /// close instead.
    fn open(&mut self) -> bool {
        loop {
            let mut inside = self.shared.lock();
            while !inside.closed
                && !inside.spooler_ends
                && (inside.requests.is_held() || matches!(inside.requests.spool, Start::NotAsked))
            {
                let end = Instant::now() + AGAIN;
                inside = wait(&self.shared.spooler, inside, Some(end));
            }
            if inside.closed || inside.spooler_ends {
                return false;
            }
            drop(inside);
            match spool::open_on(disk(&self.settings), self.settings.clone(), (self.shared.clock)()) {
                Ok((writer, reader)) => {
                    self.opened(writer, reader);
                    return true;
                }
                Err(error) => {
                    self.note(&error.to_string());
                    let mut inside = self.shared.lock();
                    inside.requests.spool = Start::Done(Err(error.to_string()));
                    self.shared.done.notify_all();
                    self.shared.wake(&mut inside);
                    // Whoever has it may be about to close it.
                    let again = if matches!(error, SpoolError::InUse { .. }) { AGAIN } else { AGAIN * 10 };
                    drop(wait(&self.shared.spooler, inside, Some(Instant::now() + again)));
                }
            }
        }
    }

    fn opened(&mut self, writer: SpoolWriter, reader: SpoolReader) {
        let watch = writer.watch();
        let (found, place) = (watch.health().records, watch.cursor()..watch.next());
        self.writer = Some(writer);
        *self.shared.back.lock() = Some(reader);
        let mut inside = self.shared.lock();
        inside.ledger.recovered += found;
        inside.queue.recovered(place, found);
        inside.spool = Some(watch);
        inside.requests.spool = Start::Done(Ok(()));
        self.shared.done.notify_all();
        self.shared.wake(&mut inside);
    }

    /// Waits for the next thing to do.
    fn next(&self) -> Work {
        let mut inside = self.shared.lock();
        loop {
            let now = Instant::now();
            let asked = inside.requests.sync && self.writer.is_some();
            let tail = inside.queue.tail() > 0;
            if inside.closed || (inside.spooler_ends && !tail) {
                return Work::End;
            }
            if tail && now >= self.again_at {
                return Work::Write(inside.queue.to_spool(TOGETHER));
            }
            let due = self.writer.as_ref().and_then(SpoolWriter::sync_due);
            if now >= self.again_at && (asked || due.is_some_and(|due| due <= now)) {
                inside.requests.sync = false;
                return Work::Sync;
            }
            let keeps = self.keeps != SpoolRetention::default();
            if keeps && now >= self.keep_at {
                return Work::Keep;
            }
            let ends = [
                due.map(|due| due.max(self.again_at)),
                (tail || asked).then_some(self.again_at),
                keeps.then_some(self.keep_at),
            ];
            inside = wait(&self.shared.spooler, inside, ends.into_iter().flatten().min());
        }
    }

    /// Writes parcels, in order, as far as the disk takes them.
    fn write(&mut self, parcels: &[Parcel]) {
        let records = parcels.iter().flat_map(|parcel| parcel.picks.iter().map(|&at| parcel.round.record(at)));
        let (mut ends, mut bytes): (Vec<(Timestamp, usize)>, _) = (Vec::new(), std::mem::take(&mut self.bytes));
        bytes.clear();
        for record in records {
            spool::payload::encode(&record, &mut bytes);
            ends.push((record.time(), bytes.len()));
        }
        let mut start = 0;
        let entries = ends.iter().map(|&(time, end)| {
            let entry = SpoolEntry { time, payload: &bytes[start..end] };
            start = end;
            entry
        });
        let entries: Vec<_> = entries.collect();
        let appended = self.writer.as_mut().map(|writer| writer.append(&entries));
        drop(entries);
        self.bytes = bytes;
        self.bytes.shrink_to(2 * TOGETHER);
        match appended {
            Some(Ok(range)) => self.stored(range.start, range.end - range.start),
            Some(Err(error)) => self.cope(&error, parcels),
            None => {}
        }
    }

    fn stored(&self, first: u64, records: u64) {
        let mut freed = Vec::new();
        let mut inside = self.shared.lock();
        if !inside.closed {
            inside.queue.stored(first, records, &mut freed);
        }
        self.shared.refresh(&mut inside, Instant::now());
        self.shared.wake(&mut inside);
        self.shared.done.notify_all();
        drop(inside);
        drop(freed);
    }

    /// The disk did not take the first record.
    fn cope(&mut self, error: &SpoolError, parcels: &[Parcel]) {
        if let SpoolError::TooLarge { .. } = error {
            return self.bury(error, parcels);
        }
        let policy = self.shared.lock().queue.settings.when_full;
        match policy {
            Overflow::DropOldest if error.is_full() => {
                if !self.discard() {
                    self.again_at = Instant::now() + AGAIN;
                }
            }
            Overflow::DropNewest | Overflow::DropLowest if error.is_full() => {
                let records = parcels.first().map_or(0, |parcel| parcel.picks.len());
                self.drop_newest(records);
            }
            _ => {
                if !error.is_full() {
                    self.note(&error.to_string());
                }
                self.again_at = Instant::now() + AGAIN;
            }
        }
    }

    /// The first record can never be spooled.
    fn bury(&self, error: &SpoolError, parcels: &[Parcel]) {
        let Some(first) = parcels.first() else { return };
        let Some(record) = first.picks.first().map(|&at| OwnedRecord::from(&first.round.record(at))) else { return };
        let (destination, time) = (self.shared.name.clone(), (self.shared.clock)());
        let letter = DeadLetter { destination, reason: error.to_string(), time, attempts: 0, record };
        if let Err(error) = dead_file::keep(&self.shared, &letter) {
            self.note(&error);
        }
        let mut freed = Vec::new();
        let mut inside = self.shared.lock();
        if !inside.closed && inside.queue.drop_from_tail(1, &mut freed) > 0 {
            inside.ledger.dead_lettered += 1;
            inside.dead.push(letter);
        }
        drop(inside);
        self.note(&error.to_string());
    }

    fn drop_newest(&self, records: usize) {
        let (mut freed, now) = (Vec::new(), Instant::now());
        let mut inside = self.shared.lock();
        if !inside.closed {
            let dropped = inside.queue.drop_from_tail(records, &mut freed);
            inside.drop_records(DropReason::SpoolFull, dropped as u64, now);
        }
        self.shared.refresh(&mut inside, now);
        drop(inside);
    }

    /// Gives up the oldest segment that nobody has in hand; `false` if there is none.
    fn discard(&mut self) -> bool {
        let now = Instant::now();
        let shared = Arc::clone(&self.shared);
        let mut back = shared.back.lock();
        self.protect(&mut back, true);
        let Some(Ok(Some(discarded))) = self.writer.as_mut().map(SpoolWriter::discard_oldest) else { return false };
        let mut inside = shared.lock();
        if !inside.closed {
            let dropped = inside.queue.discarded(discarded.records);
            inside.drop_records(DropReason::SpoolFull, dropped, now);
        }
        true
    }

    /// Gives up what is older, or more, than is to be kept.
    fn keep(&mut self) {
        let (now, time) = (Instant::now(), (self.shared.clock)());
        self.keep_at = now + KEEPING;
        let Some(health) = self.writer.as_ref().map(|writer| writer.watch().health()) else { return };
        let old = self.keeps.age.zip(health.oldest).is_some_and(|(age, oldest)| time.since(oldest) > age);
        if !old && self.keeps.records.is_none_or(|most| health.records <= most) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let mut back = shared.back.lock();
        self.protect(&mut back, true);
        let kept = self.writer.as_mut().map(|writer| writer.retain(time, &self.keeps));
        let mut inside = shared.lock();
        match kept {
            Some(Ok(discarded)) if !inside.closed && discarded.records > 0 => {
                let dropped = inside.queue.discarded(discarded.records);
                inside.drop_records(DropReason::Expired, dropped, now);
                drop(inside);
                self.note(&format!(
                    "{} records were kept for longer than is set, or were more, and are dropped",
                    discarded.records
                ));
            }
            Some(Err(error)) => {
                drop(inside);
                self.note(&error.to_string());
            }
            _ => {}
        }
    }

    /// Has the spool leave alone what is in memory too, as far as that is not let go.
    fn protect(&self, back: &mut Option<SpoolReader>, let_go: bool) {
        let mut freed = Vec::new();
        let mut inside = self.shared.lock();
        if let_go {
            inside.queue.let_go_all(&mut freed);
            self.shared.refresh(&mut inside, Instant::now());
            self.shared.wake(&mut inside);
        }
        let next = inside.queue.gap().map(|gap| gap.next);
        drop(inside);
        if let (Some(reader), Some(writer)) = (back, &self.writer) {
            reader.seek(next.unwrap_or_else(|| writer.watch().next()));
        }
    }

    fn sync(&mut self) {
        if let Some(Err(error)) = self.writer.as_mut().map(SpoolWriter::sync) {
            self.note(&error.to_string());
            self.again_at = Instant::now() + AGAIN;
        }
        self.shared.done.notify_all();
    }

    /// Closes the spool, so that it can be opened by another.
    fn close(&mut self) {
        if let Some(Err(error)) = self.writer.take().map(SpoolWriter::close) {
            self.note(&error.to_string());
        }
        // The watch keeps the spool locked too.
        drop(self.shared.back.lock().take());
        let mut inside = self.shared.lock();
        inside.last_spool = inside.spool.take().map(|watch| watch.health());
        inside.spooler_ended = true;
        self.shared.done.notify_all();
    }

    fn note(&self, message: &str) {
        selflog::note(SelfLogSource::Destination(self.shared.name.clone()), message);
        let at = (self.shared.clock)();
        self.shared.lock().vitals.error(message, at);
    }
}

impl Inside {
    /// Is its spool about to be opened, so that nobody knows yet what an earlier run left in it? One that cannot be opened
    /// is tried again, but not waited for; one that is left to another is not asked about.
    pub(super) fn is_opening(&self) -> bool {
        !self.spooler_ended && !self.requests.leave && matches!(self.requests.spool, Start::Asked)
    }

    /// Is the spooler about to write the last of it?
    pub(super) fn is_leaving(&self) -> bool {
        self.queue.is_leaving() && !self.spooler_ended
    }

    /// Is everything that came in the spool, or gone?
    pub(super) fn is_spooled(&self) -> bool {
        self.queue.spool.is_some() && self.queue.pending() == self.queue.spooled()
    }
}
