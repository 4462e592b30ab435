//! What is asked of a worker beside the data. None of it stands in the queue, so no overflow can drop it.

use super::outlet::Outlet;
use super::shared::Shared;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tracework_core::{
    BatchSettings, BreakerSettings, Command, Concurrency, DestinationSettings, Format, LimitSettings, OwnedRecord,
    RetrySettings,
};

/// How many of tracework's own records may wait to be delivered; more are left out.
const MAX_NOTICES: usize = 16;

/// What is asked of a worker beside the data.
pub(super) struct Requests {
    pub(super) batch: BatchSettings,
    pub(super) retry: RetrySettings,
    pub(super) breaker: BreakerSettings,
    pub(super) limit: LimitSettings,
    pub(super) concurrency: Concurrency,
    pub(super) failover: Option<Weak<Outlet>>,
    /// Formats that are to be used from some parcel on, in turn.
    pub(super) formats: VecDeque<NewFormat>,
    /// Is it to open before there is anything to deliver?
    pub(super) start: Start,
    /// Is its spool to be opened, and what came of it?
    pub(super) spool: Start,
    /// What is in the spool stays there for whoever takes its place.
    pub(super) leave: bool,
    /// Those that must be closed before it opens: they write to what it will write to.
    pub(super) awaits: Vec<Weak<Shared>>,
    pub(super) commands: VecDeque<Command>,
    /// tracework's own records.
    pub(super) notices: VecDeque<OwnedRecord>,
    /// Deliver what is left without waiting for whole batches: it is to close.
    pub(super) drain: bool,
    /// Is what was written to the spool to be synced at once?
    pub(super) sync: bool,
    /// Until when to deliver what is left, then close.
    pub(super) close: Option<Instant>,
    /// Until when the spooler may write what is left.
    pub(super) close_end: Option<Instant>,
    /// A reason to try again at once came up while the worker waits to try again.
    pub(super) hurry: bool,
    flushes: VecDeque<Flush>,
    last_ticket: u64,
    flushed: u64,
    failed_flushes: Option<RangeInclusive<u64>>,
}

/// A format that is to be used from some parcel on.
pub(super) struct NewFormat {
    pub(super) format: Box<dyn Format>,
    /// The formats of its destination, counted: parcels for this one or a later one say so.
    pub(super) version: u32,
    /// The serial of the first parcel that it is for, once that came.
    pub(super) from: Option<u64>,
}

/// Is a worker asked to open its destination at once, and what came of it?
#[derive(Clone, Debug, Default)]
pub(super) enum Start {
    #[default]
    NotAsked,
    Asked,
    Done(Result<(), String>),
}

/// One flush that is asked for.
#[derive(Clone, Copy, Debug)]
struct Flush {
    ticket: u64,
    serial: u64,
}

impl Requests {
    pub(super) fn new(settings: &DestinationSettings) -> Self {
        Self {
            batch: settings.batch,
            retry: settings.retry,
            breaker: settings.breaker,
            limit: settings.limit,
            concurrency: settings.concurrency,
            failover: None,
            formats: VecDeque::new(),
            start: Start::default(),
            spool: Start::default(),
            leave: false,
            close_end: None,
            awaits: Vec::new(),
            commands: VecDeque::new(),
            notices: VecDeque::new(),
            drain: false,
            sync: false,
            close: None,
            hurry: false,
            flushes: VecDeque::new(),
            last_ticket: 0,
            flushed: 0,
            failed_flushes: None,
        }
    }

    /// Asks for all parcels up to `serial` to be delivered and flushed; returns the ticket to wait for.
    pub(super) fn ask_flush(&mut self, serial: u64) -> u64 {
        self.last_ticket += 1;
        self.flushes.push_back(Flush { ticket: self.last_ticket, serial });
        self.hurry = true;
        self.last_ticket
    }

    /// Does someone wait for a flush?
    pub(super) fn wants_flush(&self) -> bool {
        !self.flushes.is_empty()
    }

    /// The newest ticket all of whose parcels are done, `oldest` being the oldest that is not.
    pub(super) fn flush_due(&self, oldest: Option<u64>) -> Option<u64> {
        let due = self.flushes.iter().take_while(|flush| oldest.is_none_or(|oldest| flush.serial < oldest));
        due.last().map(|flush| flush.ticket)
    }

    /// All tickets up to `ticket` are flushed, or the flush failed.
    pub(super) fn flush_done(&mut self, ticket: u64, succeeded: bool) {
        self.flushes.retain(|flush| flush.ticket > ticket);
        if !succeeded {
            self.failed_flushes = Some(self.flushed + 1..=ticket);
        }
        self.flushed = self.flushed.max(ticket);
    }

    /// Is `ticket` done? And did the flush succeed?
    pub(super) fn flush_outcome(&self, ticket: u64) -> Option<bool> {
        let failed = self.failed_flushes.as_ref().is_some_and(|failed| failed.contains(&ticket));
        (self.flushed >= ticket).then_some(!failed)
    }

    /// Asks for a command, unless the same is already waiting.
    pub(super) fn command(&mut self, command: Command) {
        if !self.commands.contains(&command) {
            self.commands.push_back(command);
        }
        self.hurry = true;
    }

    /// A parcel that is for the format `version` comes next, as number `serial`.
    pub(super) fn note_format(&mut self, version: u32, serial: u64) {
        for format in &mut self.formats {
            if format.from.is_none() && format.version <= version {
                format.from = Some(serial);
            }
        }
    }

    /// The format to be used from the parcel `serial` on, if it is not the one before.
    pub(super) fn format_for(&mut self, serial: u64) -> Option<Box<dyn Format>> {
        let mut newest = None;
        while self.formats.front().is_some_and(|format| format.from.is_some_and(|from| from <= serial)) {
            newest = self.formats.pop_front().map(|format| format.format);
        }
        newest
    }

    /// Must others be closed before it opens?
    pub(super) fn is_held(&mut self) -> bool {
        self.awaits.retain(|other| other.upgrade().is_some_and(|other| !other.ended.load(Ordering::Acquire)));
        !self.awaits.is_empty()
    }

    /// Asks for one of tracework's own records to be delivered.
    pub(super) fn announce(&mut self, record: OwnedRecord) -> bool {
        let room = self.notices.len() < MAX_NOTICES;
        if room {
            self.notices.push_back(record);
        }
        room
    }
}
