//! The handle of a destination and its worker.

use super::dead::{DeadLetter, DeadLetters};
use super::encode::format_for;
use super::notice::Losses;
use super::on_disk::OnDisk;
use super::queue::{Queue, Waste};
use super::requests::Requests;
use super::shared::{Clock, Inside, Shared, Vitals};
use super::spooler::Spooler;
use super::thin;
use super::worker::Worker;
use crate::ledger::{DestinationHealth, DropReason, LedgerRow};
use crate::round::Parcel;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Attachment, Command, Overflow, OwnedRecord};

/// How long a destination that is let go without being closed may deliver what it has.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long the spool of a destination that hangs may take to be closed.
const LAST_SYNC: Duration = Duration::from_millis(250);

/// The handle of a destination and its worker.
pub(crate) struct Outlet {
    pub(super) shared: Arc<Shared>,
}

/// Where a count stands in the ledger.
pub(super) type Column = fn(&mut LedgerRow) -> &mut u64;

impl Outlet {
    /// Starts the worker of a destination. `on_thread_start` runs first on its thread.
    ///
    /// Without a format, set or usual, a destination that wants bytes gets JSON lines.
    pub(crate) fn spawn(
        name: String,
        attachment: Attachment,
        clock: Clock,
        on_thread_start: Arc<dyn Fn() + Send + Sync>,
    ) -> io::Result<Arc<Self>> {
        let Attachment { destination, format, settings } = attachment;
        let format = format_for(&*destination, format, settings.delivery);
        let mut queue = Queue::new(settings.buffer);
        queue.spool = settings.disk.as_ref().map(|disk| OnDisk::new(settings.delivery, disk.fsync));
        let inside = Inside {
            queue,
            requests: Requests::new(&settings),
            vitals: Vitals::default(),
            losses: Losses::default(),
            dead: DeadLetters::new(settings.dead_letters.clone()),
            ledger: LedgerRow::default(),
            sealed: false,
            closed: false,
            asleep: false,
            serves: Vec::new(),
            spool: None,
            last_spool: None,
            spooler_ends: false,
            spooler_ended: settings.disk.is_none(),
        };
        let shared = Shared::new(name, destination.name(), clock, inside);
        if let Some(spooler) = Spooler::new(&shared, &settings) {
            let begin = Arc::clone(&on_thread_start);
            std::thread::Builder::new().name(format!("tracework-{}-spool", shared.name)).spawn(move || {
                begin();
                spooler.run();
            })?;
        }
        let worker = Worker::new(Arc::clone(&shared), destination, format, settings.batch);
        std::thread::Builder::new().name(format!("tracework-{}", shared.name)).spawn(move || {
            on_thread_start();
            worker.run();
        })?;
        Ok(Arc::new(Self { shared }))
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.shared.name
    }

    /// Takes a parcel, or drops as many records as the policy says, or all of them if it is closed. Never waits for the
    /// destination.
    pub(crate) fn push(&self, parcel: Parcel) {
        let Some(parcel) = self.pass_by(parcel) else { return };
        if let Some(parcel) = self.accept(parcel, |row| &mut row.accepted) {
            let records = parcel.picks.len() as u64;
            let mut inside = self.shared.lock();
            inside.ledger.accepted += records;
            inside.drop_records(DropReason::Shutdown, records, Instant::now());
        }
    }

    /// Takes a parcel as [`Outlet::push`] does, unless it is closed; `false` then, and nothing is counted.
    pub(crate) fn try_push(&self, parcel: Parcel) -> bool {
        let Some(parcel) = self.pass_by(parcel) else { return true };
        self.accept(parcel, |row| &mut row.accepted).is_none()
    }

    /// Takes a parcel and counts it in `column`; gives it back if it is closed.
    pub(super) fn accept(&self, parcel: Parcel, column: Column) -> Option<Parcel> {
        let now = Instant::now();
        let mut inside = self.shared.lock();
        if inside.sealed || inside.closed {
            return Some(parcel);
        }
        let waste = self.put(&mut inside, parcel, column, now);
        drop(inside);
        // The memory of what was dropped is given back only now, outside the lock.
        drop(waste);
        None
    }

    /// Puts a parcel into the queue of one that is open. What it returns is to be freed outside the lock.
    pub(super) fn put(&self, inside: &mut Inside, mut parcel: Parcel, column: Column, now: Instant) -> Waste {
        // Shared bytes stay in memory as long as the slowest destination holds them; as yet unknown, they are
        // reckoned to be as many as the records'.
        if let Some(shared) = &parcel.shared {
            parcel.bytes += shared
                .get()
                .map_or(parcel.bytes, |code| code.bytes.capacity() + code.ends.capacity() * size_of::<usize>());
        }
        *column(&mut inside.ledger) += parcel.picks.len() as u64;
        let next = inside.queue.newest() + 1;
        inside.requests.note_format(parcel.format, next);
        let waste = inside.queue.offer(parcel, now);
        inside.count_waste(&waste, now);
        self.shared.refresh(inside, now);
        self.shared.wake(inside);
        waste
    }

    /// Must callers wait before they log more to it? Costs one read.
    pub(crate) fn is_congested(&self) -> bool {
        self.shared.is_congested()
    }

    /// Waits until there is room, or until callers have waited as long as the policy says. For callers' threads.
    pub(crate) fn wait_for_room(&self) {
        let mut inside = self.shared.lock();
        loop {
            self.shared.refresh(&mut inside, Instant::now());
            let Overflow::Block { limit } = inside.queue.settings.when_full else { return };
            if !self.is_congested() {
                return;
            }
            let end = inside.queue.gate.wait_ends(limit);
            inside = wait(&self.shared.room, inside, end);
        }
    }

    /// Must callers still wait, now that time has passed?
    pub(super) fn is_congested_still(&self) -> bool {
        let mut inside = self.shared.lock();
        self.shared.refresh(&mut inside, Instant::now());
        self.is_congested()
    }

    /// Asks the worker to deliver what is there, without waiting for whole batches, since it is about to close.
    ///
    /// Where several are closed, this is called for all of them before the first is closed: one that takes over for
    /// others then stays open until they have nothing more to hand over.
    pub(super) fn begin_close(&self) {
        let mut inside = self.shared.lock();
        inside.requests.drain = true;
        inside.requests.hurry = true;
        self.shared.draining.store(true, Ordering::Release);
        self.shared.wake(&mut inside);
    }

    /// Asks the worker to close as soon as nothing is left, or shortly before the deadline.
    pub(super) fn request_close(&self, deadline: Instant) {
        // The worker stops a little earlier, to have time to say what is lost and to close the destination.
        let spare = (deadline.saturating_duration_since(Instant::now()) / 8).min(Duration::from_millis(250));
        let mut inside = self.shared.lock();
        inside.requests.close = Some(deadline.checked_sub(spare).unwrap_or(deadline));
        inside.requests.close_end = Some(deadline.checked_sub(spare / 4).unwrap_or(deadline));
        self.shared.wake(&mut inside);
    }

    /// Waits until it is closed; at the deadline, counts what is left as dropped and leaves the worker to itself.
    pub(super) fn wait_close(&self, deadline: Instant) -> bool {
        let mut inside = self.shared.lock();
        while !inside.closed && Instant::now() < deadline {
            inside = wait(&self.shared.done, inside, Some(deadline));
        }
        let in_time = inside.closed;
        let parcels = abandon(&self.shared, &mut inside);
        // A worker that hangs keeps its destination, but not the spool.
        let end = Instant::now() + LAST_SYNC;
        while !inside.spooler_ended && Instant::now() < end {
            inside = wait(&self.shared.done, inside, Some(end));
        }
        drop(inside);
        drop(parcels);
        in_time
    }

    /// Delivers what is there, then closes the destination. What could not be delivered by the deadline is dropped
    /// and counted; a destination that hangs is left to its thread. `false` if it was not closed in time.
    pub(crate) fn close(&self, deadline: Instant) -> bool {
        self.begin_close();
        self.request_close(deadline);
        self.wait_close(deadline)
    }

    /// How it is, and its row of the ledger, of one moment.
    pub(crate) fn health(&self) -> DestinationHealth {
        self.shared.health()
    }

    /// Asks the destination to do something; a failure shows in its health.
    pub(crate) fn command(&self, command: Command) {
        let mut inside = self.shared.lock();
        inside.requests.command(command);
        self.shared.wake(&mut inside);
    }

    /// Delivers one of tracework's own records, counted as `internal`. `false` if too many wait already.
    pub(crate) fn announce(&self, record: OwnedRecord) -> bool {
        let mut inside = self.shared.lock();
        let taken = !inside.sealed && !inside.closed && inside.requests.announce(record);
        self.shared.wake(&mut inside);
        taken
    }

    /// The dead letters that are in memory, the oldest first.
    pub(crate) fn dead_letters(&self) -> Vec<DeadLetter> {
        self.shared.lock().dead.list()
    }

    /// Puts the dead letters that are in memory into the queue again; returns how many. They are counted as recovered:
    /// as dead letters they stay counted, since that is what became of them the first time.
    pub(crate) fn replay_dead_letters(&self) -> usize {
        let letters = self.shared.lock().dead.take();
        let mut replayed = 0;
        for letter in letters {
            let taken = self.accept(thin::parcel_of(&letter.record), |row| &mut row.recovered).is_none();
            replayed += usize::from(taken);
        }
        replayed
    }
}

impl Drop for Outlet {
    /// Lets the worker deliver what is there and end, without waiting for it.
    fn drop(&mut self) {
        self.begin_close();
        let mut inside = self.shared.lock();
        inside.requests.close.get_or_insert_with(|| Instant::now() + FAREWELL);
        self.shared.wake(&mut inside);
    }
}

/// Closes it for good, counting what is left as dropped; returns the parcels, to be freed outside the lock.
pub(super) fn abandon(shared: &Shared, inside: &mut Inside) -> Vec<Parcel> {
    if inside.closed {
        return Vec::new();
    }
    let now = Instant::now();
    let (parcels, records) = inside.queue.abandon();
    inside.drop_records(DropReason::Shutdown, records, now);
    inside.closed = true;
    shared.ended.store(true, Ordering::Release);
    shared.refresh(inside, now);
    shared.wake(inside);
    shared.done.notify_all();
    parcels
}

/// Waits until woken or until `end`.
pub(super) fn wait<'a>(
    condition: &Condvar,
    inside: MutexGuard<'a, Inside>,
    end: Option<Instant>,
) -> MutexGuard<'a, Inside> {
    match end {
        Some(end) => {
            let left = end.saturating_duration_since(Instant::now());
            condition.wait_timeout(inside, left).unwrap_or_else(PoisonError::into_inner).0
        }
        None => condition.wait(inside).unwrap_or_else(PoisonError::into_inner),
    }
}
