//! The thread of a destination.

use super::burial::Burials;
use super::decide::Step;
use super::load::Load;
use super::outlet;
use super::pace::Pace;
use super::queue::Waiting;
use super::refill::Done;
use super::shared::Shared;
use super::trouble::Trouble;
use super::width::Width;
use crate::ledger::DropReason;
use crate::selflog::{self, SelfLogSource};
use crate::spool::payload::Decoder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::{
    BatchSettings, Command, Concurrency, Destination, Format, LimitSettings, Metadata, OwnThread, Wants,
};

/// How often a destination may do its housekeeping.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// What the thread of a destination owns.
pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) destination: Box<dyn Destination>,
    pub(super) format: Box<dyn Format>,
    pub(super) batch: BatchSettings,
    pub(super) load: Load,
    pub(super) trouble: Option<Trouble>,
    /// How fast it is handed records.
    pub(super) pace: Pace,
    /// How many batches it gets at once.
    pub(super) width: Width,
    /// Is it open, and did it not fail since?
    pub(super) ready: bool,
    /// Was it ever open, so that it must be closed?
    pub(super) opened: bool,
    /// Panics since the last successful delivery.
    pub(super) panics: u32,
    /// Is it to close?
    pub(super) draining: bool,
    /// When the failover may be asked again whether it has room.
    pub(super) hand_over_at: Instant,
    pub(super) next_tick: Instant,
    /// Not before then is what is on disk read again.
    pub(super) refill_at: Instant,
    pub(super) decoder: Decoder,
    /// What the spool is to be told.
    pub(super) done: Done,
    pub(super) burials: Burials,
    /// What the last records said of the program; notices say it too.
    pub(super) metadata: Option<Arc<Metadata>>,
}

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        destination: Box<dyn Destination>,
        format: Box<dyn Format>,
        batch: BatchSettings,
    ) -> Self {
        let encoded = destination.wants() == Wants::Bytes;
        let now = Instant::now();
        Self {
            shared,
            destination,
            format,
            batch,
            load: Load::new(encoded),
            trouble: None,
            pace: Pace::new(LimitSettings::default(), now),
            width: Width::new(Concurrency::default()),
            ready: false,
            opened: false,
            panics: 0,
            draining: false,
            hand_over_at: now,
            next_tick: now + TICK,
            refill_at: now,
            decoder: Decoder::new(),
            done: Done::default(),
            burials: Burials::default(),
            metadata: None,
        }
    }

    /// Works until it is told to close. Should the worker itself panic, what it held is counted as dropped.
    pub(super) fn run(mut self) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            self.destination.own_threads(OwnThread::marked_by(crate::own::mark_own_thread));
            self.destination.takes(&*self.format);
            while self.step() {}
        }));
        if worked.is_err() {
            self.note_error("the worker panicked: this is a fault in tracework");
        }
        let parcels = outlet::abandon(&self.shared, &mut self.shared.lock());
        drop(parcels);
    }

    /// Waits for the next thing to do, and does it; `false` ends the thread.
    fn step(&mut self) -> bool {
        match self.next() {
            Step::Take(item) => self.take(item),
            Step::Deliver => self.deliver(),
            Step::Refill => self.refill(),
            Step::HandOver => self.hand_over(),
            Step::Flush(ticket) => self.flush(ticket),
            Step::Notice(notice, loss) => self.deliver_notice(&notice, loss),
            Step::Start => self.start(),
            Step::Command(command) => self.command(command),
            Step::Tick => self.tick(),
            Step::Expire => self.expire(),
            Step::Close => return self.close(),
            Step::Abandoned => {
                self.close_destination();
                return false;
            }
        }
        true
    }

    /// Encodes a parcel. Records on which the format panics become dead letters.
    fn take(&mut self, item: Waiting) {
        self.metadata =
            item.parcel.picks.first().and_then(|&at| item.parcel.round.record(at).shared_metadata().cloned());
        for (record, reason) in self.load.append(item, &mut *self.format) {
            self.note_error(&reason);
            self.bury(record, &reason, 0);
        }
        if self.load.is_done() {
            self.let_go();
        }
    }

    fn flush(&mut self, ticket: u64) {
        let flushed = if self.ready { self.guarded(|destination| destination.flush()) } else { Ok(()) };
        if let Err(fault) = &flushed {
            self.note_error(&fault.message);
        }
        self.shared.lock().requests.flush_done(ticket, flushed.is_ok());
        self.shared.done.notify_all();
    }

    fn command(&mut self, command: Command) {
        if let Err(fault) = self.guarded(|destination| destination.command(command)) {
            self.note_error(&fault.message);
        }
    }

    fn tick(&mut self) {
        self.next_tick = Instant::now() + TICK;
        self.acknowledge(None);
        if !self.ready || self.trouble.is_some() {
            return;
        }
        match self.guarded(|destination| destination.tick().map(|()| destination.notice())) {
            Ok(Some(notice)) => selflog::note(SelfLogSource::Destination(self.shared.name.clone()), &notice),
            Ok(None) => {}
            Err(fault) => self.note_error(&fault.message),
        }
    }

    /// The time to deliver the rest is over: what is in the spool stays there, or is brought there; without one, it is
    /// dropped.
    fn expire(&mut self) {
        let (rest, freed) = self.load.unload();
        let done = self.load.take_done();
        self.acknowledge(done);
        let now = Instant::now();
        let mut inside = self.shared.lock();
        inside.release(freed);
        let mut parcels = Vec::new();
        if !inside.closed {
            rest.into_iter().rev().for_each(|item| inside.queue.give_back(item));
            inside.queue.leave(&mut parcels);
        }
        let spools = inside.queue.tail() > 0 && !inside.spooler_ended;
        if !spools || inside.requests.close_end.is_none_or(|end| now >= end) {
            parcels.extend(inside.drop_waiting(DropReason::Shutdown, now));
        }
        self.shared.refresh(&mut inside, now);
        self.shared.wake(&mut inside);
        drop(inside);
        drop(parcels);
    }

    /// Says what is lost, and closes. `true` if something came in at the last moment.
    fn close(&mut self) -> bool {
        let mut inside = self.shared.lock();
        if !inside.queue.is_empty() {
            return true;
        }
        inside.sealed = true;
        drop(inside);
        self.end_spooler();
        while let Some((notice, loss)) = self.last_notice() {
            self.deliver_notice(&notice, loss);
        }
        self.close_destination();
        false
    }

    /// Has the spool closed, and waits for that as long as it may take.
    fn end_spooler(&mut self) {
        self.acknowledge(None);
        let mut inside = self.shared.lock();
        inside.spooler_ends = true;
        self.shared.spooler.notify_all();
        while !inside.spooler_ended && !inside.closed {
            inside = outlet::wait(&self.shared.done, inside, None);
        }
    }

    /// Closes the destination if it was ever open.
    fn close_destination(&mut self) {
        if std::mem::take(&mut self.opened)
            && let Err(fault) = self.guarded(|destination| destination.close())
        {
            self.note_error(&fault.message);
        }
    }

    /// Lets go of parcels that are done.
    pub(super) fn let_go(&mut self) {
        let freed = self.load.release();
        let done = self.load.take_done();
        if done.is_some() {
            self.acknowledge(done);
        }
        self.release(freed);
    }

    /// So many bytes of memory are no longer held.
    pub(super) fn release(&self, bytes: usize) {
        let mut inside = self.shared.lock();
        inside.release(bytes);
        self.shared.refresh(&mut inside, Instant::now());
    }
}
