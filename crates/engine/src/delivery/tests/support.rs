//! Little fake destinations, and parcels for them.

use super::super::{Outlet, Until};
use crate::LedgerRow;
use crate::round::{At, Parcel, Round};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use tracework_core::*;

/// What a destination got and what was asked of it.
#[derive(Clone, Default)]
pub(super) struct Seen {
    batches: Arc<Mutex<Vec<Vec<String>>>>,
    pub(super) opened: Arc<AtomicU32>,
    pub(super) flushed: Arc<AtomicU32>,
    pub(super) closed: Arc<AtomicU32>,
    pub(super) most_at_once: Arc<AtomicU32>,
    pub(super) ticked: Arc<AtomicU32>,
    pub(super) commands: Arc<Mutex<Vec<Command>>>,
}

impl Seen {
    /// The lines of each batch.
    pub(super) fn batches(&self) -> Vec<Vec<String>> {
        self.batches.lock().expect("no test panics here").clone()
    }

    /// All lines.
    pub(super) fn lines(&self) -> Vec<String> {
        self.batches().concat()
    }

    pub(super) fn flushes(&self) -> u32 {
        self.flushed.load(Ordering::SeqCst)
    }

    pub(super) fn add(&self, batch: &Batch<'_>) {
        let lines = batch.iter().map(|(_, line)| String::from_utf8_lossy(line).trim_end().to_owned()).collect();
        self.batches.lock().expect("no test panics here").push(lines);
    }
}

type Act = Box<dyn FnMut(&Batch<'_>) -> Result<(), Failure> + Send>;

/// A destination that does as it is told before it accepts a batch.
pub(super) struct Fake {
    pub(super) seen: Seen,
    act: Act,
    open: Box<dyn FnMut() -> Result<(), Failure> + Send>,
    flush: Box<dyn FnMut() -> Result<(), Failure> + Send>,
    several: usize,
}

impl Fake {
    pub(super) fn new(act: impl FnMut(&Batch<'_>) -> Result<(), Failure> + Send + 'static) -> Self {
        let (open, flush) = (Box::new(|| Ok(())), Box::new(|| Ok(())));
        Self { seen: Seen::default(), act: Box::new(act), open, flush, several: 1 }
    }

    /// One that accepts everything.
    pub(super) fn well() -> Self {
        Self::new(|_| Ok(()))
    }

    pub(super) fn opening(mut self, open: impl FnMut() -> Result<(), Failure> + Send + 'static) -> Self {
        self.open = Box::new(open);
        self
    }

    /// One that takes so many batches at once; each is asked about by itself, the last one first.
    pub(super) fn taking(mut self, batches: usize) -> Self {
        self.several = batches;
        self
    }

    pub(super) fn flushing(mut self, flush: impl FnMut() -> Result<(), Failure> + Send + 'static) -> Self {
        self.flush = Box::new(flush);
        self
    }

    /// Starts it with these settings.
    pub(super) fn start(self, set: impl FnOnce(&mut DestinationSettings)) -> (Arc<Outlet>, Seen) {
        self.start_named("fake", set)
    }

    pub(super) fn start_named(self, name: &str, set: impl FnOnce(&mut DestinationSettings)) -> (Arc<Outlet>, Seen) {
        let seen = self.seen.clone();
        let attachment = self.format(Plain).retry(fast()).set(set);
        let clock = Arc::new(|| Timestamp(1_768_473_045_000_000_000));
        let outlet = Outlet::spawn(name.to_owned(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
        outlet.open_spool().expect("its spool can be opened, if it has one");
        (outlet, seen)
    }
}

impl Destination for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }
    fn open(&mut self) -> Result<(), Failure> {
        self.seen.opened.fetch_add(1, Ordering::SeqCst);
        (self.open)()
    }
    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let outcome = (self.act)(batch);
        let delivered = outcome.as_ref().map_or_else(Failure::delivered, |()| batch.len());
        if delivered > 0 {
            self.seen.add(&batch.slice(0..delivered));
        }
        outcome
    }
    fn concurrency(&self) -> usize {
        self.several
    }
    fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        self.seen.most_at_once.fetch_max(u32::try_from(batches.len()).unwrap_or(u32::MAX), Ordering::SeqCst);
        let mut answers: Vec<_> = batches.iter().rev().map(|batch| self.deliver(batch)).collect();
        answers.reverse();
        answers
    }
    fn flush(&mut self) -> Result<(), Failure> {
        self.seen.flushed.fetch_add(1, Ordering::SeqCst);
        (self.flush)()
    }
    fn tick(&mut self) -> Result<(), Failure> {
        self.seen.ticked.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    fn command(&mut self, command: Command) -> Result<(), Failure> {
        self.seen.commands.lock().expect("no test panics here").push(command);
        Ok(())
    }
    fn close(&mut self) -> Result<(), Failure> {
        self.seen.closed.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// The message and a line end; panics at a message that asks for it.
#[derive(Clone)]
pub(super) struct Plain;

impl Format for Plain {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(record.message().as_bytes());
        assert!(!record.message().contains("unprintable"), "cannot print this");
        out.push(b'\n');
    }
    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }
}

/// Retries that a test can wait for.
pub(super) fn fast() -> RetrySettings {
    RetrySettings { first: Duration::from_millis(2), max: Duration::from_millis(20), give_up: GiveUp::Never }
}

/// A door that a destination waits at until the test opens it.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<(Mutex<bool>, Condvar)>);

impl Door {
    pub(super) fn open(&self) {
        *self.0.0.lock().expect("no test panics here") = true;
        self.0.1.notify_all();
    }

    /// Waits, for half a minute at the most.
    pub(super) fn pass(&self) {
        let open = self.0.0.lock().expect("no test panics here");
        let waited = self.0.1.wait_timeout_while(open, Duration::from_secs(30), |open| !*open);
        drop(waited.expect("no test panics here"));
    }
}

/// A destination that hangs until the door is open.
pub(super) fn hanging() -> (Fake, Door) {
    let door = Door::default();
    let own = door.clone();
    (
        Fake::new(move |_| {
            own.pass();
            Ok(())
        }),
        door,
    )
}

/// A parcel of records with these messages.
pub(super) fn parcel(records: &[(Severity, &str)]) -> Parcel {
    let mut draft = Draft::new(Limits::default());
    let mut page = Page::new(Arc::default());
    let picks: Vec<At> = records
        .iter()
        .map(|&(severity, message)| {
            draft.begin(Head {
                time: Timestamp(0),
                severity,
                kind: Kind::Log,
                callsite: None,
                generation: 0,
                roles: 0,
            });
            draft.message_str(message);
            At { page: 0, pick: page.push(&draft, None) }
        })
        .collect();
    let round = Round::new(vec![page.compact()], None);
    let bytes = round.pinned();
    Parcel { round, picks: picks.into(), bytes, format: 0, shared: None }
}

/// A parcel of one INFO record for each number.
pub(super) fn numbers(range: std::ops::Range<usize>) -> Parcel {
    let messages: Vec<String> = range.map(|number| format!("n{number:04}")).collect();
    let records: Vec<_> = messages.iter().map(|message| (Severity::INFO, message.as_str())).collect();
    parcel(&records)
}

/// The lines of such a parcel.
pub(super) fn lines(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("n{number:04}")).collect()
}

/// What one record of [`numbers`] counts for when it is copied out.
pub(super) fn size_of_one() -> usize {
    numbers(0..1).bytes
}

/// Waits until `holds`, for ten seconds at the most.
pub(super) fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// So far from now.
pub(super) fn within(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

/// Flushes, for ten seconds at the most.
pub(super) fn flush(outlet: &Arc<Outlet>) -> bool {
    flush_within(outlet, 10_000)
}

/// Delivers everything within so many milliseconds, or says that it did not.
pub(super) fn flush_within(outlet: &Arc<Outlet>, millis: u64) -> bool {
    super::super::flush_all(std::slice::from_ref(outlet), Until::Delivered, within(millis))
}

/// Waits so many milliseconds until what is promised holds.
pub(super) fn secure(outlet: &Arc<Outlet>, millis: u64) -> bool {
    super::super::flush_all(std::slice::from_ref(outlet), Until::Promised, within(millis))
}

/// Its row of the ledger, which must balance.
pub(super) fn row(outlet: &Outlet) -> LedgerRow {
    let row = outlet.health().ledger;
    assert!(row.balances(), "{row:?}");
    row
}

/// All its records, dropped and pending ones.
pub(super) fn dropped(row: &LedgerRow, reason: crate::DropReason) -> u64 {
    row.dropped.get(&reason).copied().unwrap_or(0)
}
