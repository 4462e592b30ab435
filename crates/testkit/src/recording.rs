//! A destination that remembers.

use crate::Lines;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Command, Destination, Failure, Format, OwnedRecord, Wants};

/// A call that a destination got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`Destination::open`].
    Open,
    /// [`Destination::deliver`], of so many records.
    Deliver(usize),
    /// [`Destination::flush`].
    Flush,
    /// [`Destination::tick`].
    Tick,
    /// [`Destination::command`].
    Command(Command),
    /// [`Destination::close`].
    Close,
}

#[derive(Debug, Default)]
struct Memory {
    records: Vec<OwnedRecord>,
    bytes: Vec<u8>,
    calls: Vec<Call>,
}

#[derive(Debug, Default)]
struct Shared {
    memory: Mutex<Memory>,
    changed: Condvar,
}

/// A destination that remembers every record, every byte and every call. Clones share one memory: attach one, ask
/// another.
///
/// ```
/// use tracework_core::Destination;
/// use tracework_testkit::{Bundle, Recording, TestRecord};
///
/// let recording = Recording::new();
/// let mut destination = recording.clone();
/// Bundle::of_records(vec![TestRecord::new("hello").build()]).with(|batch| destination.deliver(batch))?;
/// assert_eq!(recording.messages(), ["hello"]);
/// # Ok::<(), tracework_core::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    shared: Arc<Shared>,
    wants: Wants,
}

impl Default for Recording {
    fn default() -> Self {
        Self::new()
    }
}

impl Recording {
    /// One that wants bytes, by [`Lines`] unless a format is set for it.
    #[must_use]
    pub fn new() -> Self {
        Self { shared: Arc::default(), wants: Wants::Bytes }
    }

    /// One that wants records alone.
    #[must_use]
    pub fn of_records() -> Self {
        Self { shared: Arc::default(), wants: Wants::Records }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, call: Call) {
        self.memory().calls.push(call);
        self.shared.changed.notify_all();
    }

    /// The records delivered so far.
    #[must_use]
    pub fn records(&self) -> Vec<OwnedRecord> {
        self.memory().records.clone()
    }

    /// Their messages.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        self.memory().records.iter().map(|record| record.view().message().to_owned()).collect()
    }

    /// How many records were delivered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory().records.len()
    }

    /// Was nothing delivered?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The encoded bytes delivered so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.memory().bytes.clone()
    }

    /// The encoded bytes as a text; what is no UTF-8 shows as replacement characters.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.memory().bytes).into_owned()
    }

    /// The calls it got so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.memory().calls.clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.memory() = Memory::default();
    }

    /// Waits until `records` records are there. `false` if they are not after `timeout`.
    #[must_use = "the records may not have come"]
    pub fn wait_for(&self, records: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |memory| memory.records.len() >= records)
    }

    /// Waits until it got `call` at least once. `false` if it has not after `timeout`.
    #[must_use = "the call may not have come"]
    pub fn wait_for_call(&self, call: Call, timeout: Duration) -> bool {
        self.wait_until(timeout, |memory| memory.calls.contains(&call))
    }

    fn wait_until(&self, timeout: Duration, reached: impl Fn(&Memory) -> bool) -> bool {
        let end = Instant::now() + timeout;
        let mut memory = self.memory();
        while !reached(&memory) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            memory = self.shared.changed.wait_timeout(memory, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Destination for Recording {
    fn name(&self) -> &'static str {
        "recording"
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.note(Call::Open);
        Ok(())
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut memory = self.memory();
        memory.records.extend(batch.records().iter().map(OwnedRecord::from));
        memory.bytes.extend_from_slice(batch.bytes());
        memory.calls.push(Call::Deliver(batch.len()));
        drop(memory);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.note(Call::Flush);
        Ok(())
    }

    fn tick(&mut self) -> Result<(), Failure> {
        self.note(Call::Tick);
        Ok(())
    }

    fn command(&mut self, command: Command) -> Result<(), Failure> {
        self.note(Call::Command(command));
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.note(Call::Close);
        Ok(())
    }

    fn wants(&self) -> Wants {
        self.wants
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Lines))
    }
}
