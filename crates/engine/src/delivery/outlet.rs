//! The handle of a destination and its worker.

use super::dead::{DeadLetter, DeadLetters};
use super::notice::Losses;
use super::queue::Queue;
use super::requests::Requests;
use super::shared::{Clock, Inside, Shared, Vitals};
use super::thin;
use super::worker::Worker;
use crate::ledger::{DestinationHealth, DropReason, LedgerRow};
use crate::round::{At, Parcel, Round};
use std::io;
use std::sync::{Arc, Condvar, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{
    Attachment, BatchSettings, BufferSettings, Command, DeadLetterSettings, Format, Overflow, OwnedRecord, Page,
    RetrySettings,
};

/// How long a destination that is let go without being closed may deliver what it has.
const FAREWELL: Duration = Duration::from_secs(1);

/// How many failovers of failovers a flush follows.
pub(super) const CHAIN: usize = 8;

/// The handle of a destination and its worker.
pub(crate) struct Outlet {
    pub(super) shared: Arc<Shared>,
}

/// What became of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Push {
    /// It was accepted. So many records, of it or of others, were dropped for want of room, and are counted.
    Taken {
        /// Records dropped.
        dropped: u64,
    },
    /// The destination is closed; nothing was counted.
    Closed,
}

/// What a flush or a close achieved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    /// Everything asked for was done in time and without an error.
    pub(crate) finished: bool,
    /// Records delivered meanwhile.
    pub(crate) delivered: u64,
    /// Records dropped meanwhile.
    pub(crate) lost: u64,
    /// Records that still wait.
    pub(crate) pending: u64,
    /// What the destination said when it was flushed or closed, if that failed.
    pub(crate) error: Option<String>,
}

/// Where a count stands in the ledger.
type Column = fn(&mut LedgerRow) -> &mut u64;

impl Outlet {
    /// Starts the worker of a destination. `on_thread_start` runs first on its thread.
    ///
    /// Without a format, of its own or set, the destination is handed the records alone.
    pub(crate) fn spawn(
        name: String,
        attachment: Attachment,
        clock: Clock,
        on_thread_start: Arc<dyn Fn() + Send + Sync>,
    ) -> io::Result<Arc<Self>> {
        let Attachment { destination, format, settings } = attachment;
        let format = format.or_else(|| destination.usual_format());
        let inside = Inside {
            queue: Queue::new(settings.buffer),
            requests: Requests::new(settings.batch, settings.retry),
            vitals: Vitals::default(),
            losses: Losses::default(),
            dead: DeadLetters::new(settings.dead_letters),
            ledger: LedgerRow::default(),
            sealed: false,
            closed: false,
            asleep: false,
            close_error: None,
        };
        let shared = Shared::new(name, destination.name(), clock, inside);
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

    /// Takes a parcel, or drops as many records as the policy says. Never waits for the destination.
    pub(crate) fn push(&self, parcel: Parcel) -> Push {
        self.accept(parcel, |row| &mut row.accepted).map_or(Push::Closed, |dropped| Push::Taken { dropped })
    }

    /// Takes a parcel and counts it in `column`; returns how many records were dropped, or `None` if it is closed.
    pub(super) fn accept(&self, parcel: Parcel, column: Column) -> Option<u64> {
        let now = Instant::now();
        let mut inside = self.shared.lock();
        if inside.sealed || inside.closed {
            return None;
        }
        *column(&mut inside.ledger) += parcel.picks.len() as u64;
        let waste = inside.queue.offer(parcel, now);
        inside.count_waste(&waste, now);
        self.shared.refresh(&mut inside, now);
        self.shared.wake(&mut inside);
        drop(inside);
        // The parcels' memory is given back only now, outside the lock.
        Some(waste.queue_full + waste.block_timeout)
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

    /// Waits until everything pushed before is delivered, and the destination has flushed; while it has failed over,
    /// until the failover has. `finished` is false if that was not so by the deadline, or the flush failed.
    pub(crate) fn flush(&self, deadline: Instant) -> Drained {
        let started = self.start_flush();
        self.finish_flush(&started, deadline, CHAIN)
    }

    /// Asks for a flush, to be waited for later.
    pub(super) fn start_flush(&self) -> Started {
        let mut inside = self.shared.lock();
        let newest = inside.queue.newest();
        let ticket = inside.requests.ask_flush(newest);
        self.shared.wake(&mut inside);
        Started { ticket, before: inside.row() }
    }

    /// Waits for a flush that was asked for.
    pub(super) fn finish_flush(&self, started: &Started, deadline: Instant, chain: usize) -> Drained {
        let mut inside = self.shared.lock();
        let outcome = loop {
            if inside.closed {
                break Some(Ok(()));
            }
            let outcome = inside.requests.flush_outcome(started.ticket);
            if outcome.is_some() || Instant::now() >= deadline {
                break outcome;
            }
            inside = wait(&self.shared.done, inside, Some(deadline));
        };
        let mut drained = started.until(&inside, matches!(outcome, Some(Ok(()))), outcome.and_then(Result::err));
        let handed_over = inside.vitals.failed_over || inside.ledger.handed_over != started.before.handed_over;
        let failover = inside.requests.failover.as_ref().and_then(std::sync::Weak::upgrade);
        drop(inside);
        if let Some(failover) = failover.filter(|_| handed_over && chain > 0) {
            drained.finished &= failover.finish_flush(&failover.start_flush(), deadline, chain - 1).finished;
        }
        drained
    }

    /// Delivers what is there, then closes the destination. What could not be delivered by the deadline is dropped
    /// and counted; a destination that hangs is left to its thread.
    pub(crate) fn close(&self, deadline: Instant) -> Drained {
        let started = self.start_close(deadline);
        self.finish_close(&started, deadline)
    }

    /// Asks the worker to deliver what is there and to close.
    pub(super) fn start_close(&self, deadline: Instant) -> Started {
        let now = Instant::now();
        let mut inside = self.shared.lock();
        // The worker stops a little earlier, to have time to say what is lost and to close the destination.
        let spare = (deadline.saturating_duration_since(now) / 8).min(Duration::from_millis(250));
        inside.requests.close = Some(deadline.checked_sub(spare).unwrap_or(deadline));
        inside.requests.hurry = true;
        self.shared.wake(&mut inside);
        Started { ticket: 0, before: inside.row() }
    }

    /// Waits for the end; at the deadline, counts what is left as dropped.
    pub(super) fn finish_close(&self, started: &Started, deadline: Instant) -> Drained {
        let mut inside = self.shared.lock();
        while !inside.closed && Instant::now() < deadline {
            inside = wait(&self.shared.done, inside, Some(deadline));
        }
        let in_time = inside.closed;
        let parcels = abandon(&self.shared, &mut inside);
        let error = inside.close_error.clone();
        let mut drained = started.until(&inside, in_time && error.is_none(), error);
        drained.finished &= drained.lost == 0;
        drop(inside);
        drop(parcels);
        drained
    }

    /// How it is, and its row of the ledger, of one moment.
    pub(crate) fn health(&self) -> DestinationHealth {
        self.shared.health()
    }

    /// Sets the format of what is pushed from now on; what waits keeps the old one.
    ///
    /// Parcels whose bytes are shared with other destinations must have been grouped by the new format from now on.
    pub(crate) fn set_format(&self, format: Box<dyn Format>) {
        let mut inside = self.shared.lock();
        let from = inside.queue.newest() + 1;
        inside.requests.format = Some((format, from));
    }

    /// Sets how records are put together.
    pub(crate) fn set_batch(&self, batch: BatchSettings) {
        let mut inside = self.shared.lock();
        inside.requests.batch = batch;
        self.shared.wake(&mut inside);
    }

    /// Sets how failed deliveries are tried again; a waiting one is tried at once.
    pub(crate) fn set_retry(&self, retry: RetrySettings) {
        let mut inside = self.shared.lock();
        inside.requests.retry = retry;
        inside.requests.hurry = true;
        self.shared.wake(&mut inside);
    }

    /// Sets the bounds of the queue and what happens when it is full. What is too much then goes with the next push.
    pub(crate) fn set_buffer(&self, buffer: BufferSettings) {
        let mut inside = self.shared.lock();
        inside.queue.settings = buffer;
        self.shared.refresh(&mut inside, Instant::now());
        self.shared.wake(&mut inside);
    }

    /// Sets how dead letters are kept.
    pub(crate) fn set_dead_letters(&self, settings: DeadLetterSettings) {
        self.shared.lock().dead.set(settings);
    }

    /// Sets who takes over while it fails; a waiting delivery is tried at once.
    pub(crate) fn set_failover(&self, failover: Option<&Arc<Self>>) {
        let mut inside = self.shared.lock();
        inside.requests.failover = failover.map(Arc::downgrade);
        inside.requests.hurry = true;
        self.shared.wake(&mut inside);
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
            let taken = self.accept(parcel_of(&letter.record), |row| &mut row.recovered).is_some();
            replayed += usize::from(taken);
        }
        replayed
    }
}

impl Drop for Outlet {
    /// Lets the worker deliver what is there and end, without waiting for it.
    fn drop(&mut self) {
        let mut inside = self.shared.lock();
        inside.requests.close.get_or_insert_with(|| Instant::now() + FAREWELL);
        inside.requests.hurry = true;
        self.shared.wake(&mut inside);
    }
}

/// A flush or a close that was begun.
pub(super) struct Started {
    ticket: u64,
    before: LedgerRow,
}

impl Started {
    fn until(&self, inside: &Inside, finished: bool, error: Option<String>) -> Drained {
        let after = inside.row();
        Drained {
            finished,
            delivered: after.delivered - self.before.delivered,
            lost: after.lost() - self.before.lost(),
            pending: after.pending,
            error,
        }
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
    shared.refresh(inside, now);
    shared.wake(inside);
    shared.done.notify_all();
    parcels
}

fn parcel_of(record: &OwnedRecord) -> Parcel {
    let view = record.view();
    let mut page = Page::new(Arc::new(view.thread().clone()));
    page.set_metadata(view.shared_metadata().cloned());
    let pick = page.copy(&view);
    thin::copy_out(&Round::new(vec![page], None), &[At { page: 0, pick }])
}

/// Waits until woken or until `end`.
fn wait<'a>(condition: &Condvar, inside: MutexGuard<'a, Inside>, end: Option<Instant>) -> MutexGuard<'a, Inside> {
    match end {
        Some(end) => {
            let left = end.saturating_duration_since(Instant::now());
            condition.wait_timeout(inside, left).unwrap_or_else(PoisonError::into_inner).0
        }
        None => condition.wait(inside).unwrap_or_else(PoisonError::into_inner),
    }
}
