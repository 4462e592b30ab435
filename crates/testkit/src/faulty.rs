//! A destination that fails as it is told.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{
    Batch, BatchSettings, Command, Destination, Failure, FailureClass, Format, Mistake, Record, Wants,
};

/// Decides about a record.
type Predicate = Box<dyn Fn(&Record<'_>) -> bool + Send>;

/// What is to go wrong.
#[derive(Default)]
struct Faults {
    deliveries: Planned,
    opens: Planned,
    flushes: Planned,
    closes: Planned,
    /// Records delivered before a planned failure of a delivery.
    partly: usize,
    refuse: Option<Predicate>,
    refuse_at_record: bool,
    slow: Duration,
    hang: bool,
    hung: bool,
    attempts: usize,
    panic_on: Option<usize>,
}

/// Failures that are still to come.
#[derive(Clone, Copy, Debug, Default)]
struct Planned {
    times: usize,
    permanent: bool,
}

impl Planned {
    fn new(times: usize, class: FailureClass) -> Self {
        Self { times, permanent: class == FailureClass::Permanent }
    }

    /// The next failure, if one is to come.
    fn next(&mut self, what: &str) -> Option<Failure> {
        self.times = self.times.checked_sub(1)?;
        let text = format!("{what} fails as planned");
        Some(if self.permanent { Failure::permanent(text) } else { Failure::temporary(text) })
    }
}

#[derive(Default)]
struct Shared {
    faults: Mutex<Faults>,
    changed: Condvar,
}

impl Shared {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A destination around another that fails as its [`Script`] says, and otherwise does what the other does.
///
/// ```
/// use tracework_core::{Destination, FailureClass};
/// use tracework_testkit::{Bundle, Faulty, Recording, TestRecord};
///
/// let recording = Recording::new();
/// let (mut faulty, script) = Faulty::new(recording.clone());
/// script.fail(1, FailureClass::Temporary);
/// let bundle = Bundle::of_records(vec![TestRecord::new("hello").build()]);
/// assert!(bundle.with(|batch| faulty.deliver(batch)).is_err());
/// assert!(bundle.with(|batch| faulty.deliver(batch)).is_ok());
/// assert_eq!((script.attempts(), recording.len()), (2, 1));
/// ```
pub struct Faulty {
    inner: Box<dyn Destination>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faulty").field("inner", &self.inner.name()).finish_non_exhaustive()
    }
}

/// Tells a [`Faulty`] destination what is to go wrong, at any time and from any thread. When the last clone is
/// dropped, a destination that hangs is released, so that a failed test ends.
#[derive(Clone)]
pub struct Script(Arc<Hold>);

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("attempts", &self.attempts()).finish_non_exhaustive()
    }
}

struct Hold(Arc<Shared>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.faults().hang = false;
        self.0.changed.notify_all();
    }
}

impl Script {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.0.0.faults()
    }

    /// The next `times` deliveries fail, and deliver nothing.
    pub fn fail(&self, times: usize, class: FailureClass) {
        self.fail_after(0, times, class);
    }

    /// The next `times` deliveries fail after the first `records` records, or the whole batch if it has fewer.
    pub fn fail_after(&self, records: usize, times: usize, class: FailureClass) {
        let mut faults = self.faults();
        faults.partly = records;
        faults.deliveries = Planned::new(times, class);
    }

    /// Refuses for ever every batch that holds a record such as `refused` says, whole.
    pub fn refuse(&self, refused: impl Fn(&Record<'_>) -> bool + Send + 'static) {
        let mut faults = self.faults();
        faults.refuse = Some(Box::new(refused));
        faults.refuse_at_record = false;
    }

    /// Refuses for ever every record such as `refused` says, after delivering those before it.
    pub fn refuse_at_record(&self, refused: impl Fn(&Record<'_>) -> bool + Send + 'static) {
        self.refuse(refused);
        self.faults().refuse_at_record = true;
    }

    /// Every delivery takes this much longer.
    pub fn slow(&self, by: Duration) {
        self.faults().slow = by;
    }

    /// The next delivery does not return until [`Script::release`].
    pub fn hang(&self) {
        self.faults().hang = true;
    }

    /// Lets a delivery that hangs go on.
    pub fn release(&self) {
        self.faults().hang = false;
        self.0.0.changed.notify_all();
    }

    /// Waits until a delivery hangs. `false` if none does after `timeout`.
    #[must_use = "it may not hang"]
    pub fn wait_until_hung(&self, timeout: Duration) -> bool {
        self.wait_until(timeout, |faults| faults.hung)
    }

    /// Waits until so many deliveries were tried. `false` if they were not after `timeout`.
    #[must_use = "there may have been fewer"]
    pub fn wait_for_attempts(&self, attempts: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |faults| faults.attempts >= attempts)
    }

    fn wait_until(&self, timeout: Duration, reached: impl Fn(&Faults) -> bool) -> bool {
        let end = Instant::now() + timeout;
        let mut faults = self.faults();
        while !reached(&faults) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            faults = self.0.0.changed.wait_timeout(faults, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Delivery number `nth` panics, counted from 1 from now on.
    pub fn panic_on(&self, nth: usize) {
        let mut faults = self.faults();
        faults.panic_on = Some(faults.attempts + nth);
    }

    /// The next `times` calls to open fail.
    pub fn fail_open(&self, times: usize, class: FailureClass) {
        self.faults().opens = Planned::new(times, class);
    }

    /// The next `times` flushes fail.
    pub fn fail_flush(&self, times: usize, class: FailureClass) {
        self.faults().flushes = Planned::new(times, class);
    }

    /// Closing fails.
    pub fn fail_close(&self, class: FailureClass) {
        self.faults().closes = Planned::new(1, class);
    }

    /// Nothing goes wrong from now on, and what hangs is released.
    pub fn heal(&self) {
        let mut faults = self.faults();
        *faults = Faults { attempts: faults.attempts, hung: faults.hung, ..Faults::default() };
        drop(faults);
        self.0.0.changed.notify_all();
    }

    /// How many deliveries were tried, whatever became of them.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.faults().attempts
    }
}

impl Faulty {
    /// Wraps `inner`. Nothing goes wrong until the script says so.
    #[must_use]
    pub fn new(inner: impl Destination) -> (Self, Script) {
        let shared = Arc::new(Shared::default());
        let script = Script(Arc::new(Hold(Arc::clone(&shared))));
        (Self { inner: Box::new(inner), shared }, script)
    }

    /// Counts the attempt, and panics, waits or hangs as planned.
    fn stall(&self) {
        let mut faults = self.shared.faults();
        faults.attempts += 1;
        self.shared.changed.notify_all();
        let (panics, slow) = (faults.panic_on == Some(faults.attempts), faults.slow);
        while faults.hang {
            faults.hung = true;
            self.shared.changed.notify_all();
            faults = self.shared.changed.wait(faults).unwrap_or_else(PoisonError::into_inner);
        }
        faults.hung = false;
        drop(faults);
        assert!(!panics, "the delivery panics as planned");
        if !slow.is_zero() {
            std::thread::sleep(slow);
        }
    }

    /// How many records are to be delivered, and what is to fail then.
    fn verdict(&self, batch: &Batch<'_>) -> (usize, Option<Failure>) {
        let mut faults = self.shared.faults();
        let partly = faults.partly.min(batch.len());
        if let Some(failure) = faults.deliveries.next("the delivery") {
            return (partly, Some(failure));
        }
        let refused = faults.refuse.as_ref().and_then(|refuse| batch.records().iter().position(refuse));
        match refused {
            Some(place) => {
                let before = if faults.refuse_at_record { place } else { 0 };
                (before, Some(Failure::permanent("the record is refused as planned")))
            }
            None => (batch.len(), None),
        }
    }
}

impl Destination for Faulty {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn writes_to(&self) -> Option<std::path::PathBuf> {
        self.inner.writes_to()
    }

    fn open(&mut self) -> Result<(), Failure> {
        let planned = self.shared.faults().opens.next("opening");
        planned.map_or_else(|| self.inner.open(), Err)
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.stall();
        let (records, failure) = self.verdict(batch);
        if records > 0 || failure.is_none() {
            self.inner.deliver(&batch.slice(0..records))?;
        }
        failure.map_or(Ok(()), |failure| Err(failure.after(records)))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let planned = self.shared.faults().flushes.next("the flush");
        planned.map_or_else(|| self.inner.flush(), Err)
    }

    fn tick(&mut self) -> Result<(), Failure> {
        self.inner.tick()
    }

    fn command(&mut self, command: Command) -> Result<(), Failure> {
        self.inner.command(command)
    }

    fn close(&mut self) -> Result<(), Failure> {
        let planned = self.shared.faults().closes.next("closing");
        planned.map_or_else(|| self.inner.close(), Err)
    }

    fn wants(&self) -> Wants {
        self.inner.wants()
    }

    fn mistake(&self) -> Option<Mistake> {
        self.inner.mistake()
    }

    fn usual_batch(&self) -> BatchSettings {
        self.inner.usual_batch()
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        self.inner.usual_format()
    }
}
