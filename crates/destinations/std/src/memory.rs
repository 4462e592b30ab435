//! The most recent records, kept in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Description, Destination, Failure, Format, OwnedRecord, Setting, Wants};

/// The bytes that a [`Memory`] holds at the most, unless it is told otherwise.
const BYTES: usize = 64 << 20;

/// Keeps the most recent records in memory, for tests, for a page that shows them, for a post-mortem. When a bound is
/// reached, the oldest record makes room; that is its purpose, and counts as delivered.
///
/// ```
/// use tracework_std::Memory;
///
/// let memory = Memory::new(1_000).bytes(1 << 20);
/// let reader = memory.handle();
/// // control.attach("memory", memory)?; ... then, from any thread:
/// assert!(reader.records().is_empty());
/// ```
#[derive(Debug)]
pub struct Memory {
    handle: MemoryHandle,
}

impl Memory {
    /// How many records a config keeps that does not say.
    pub const RECORDS: usize = 10_000;

    /// Keeps this many records, and 64 MiB of them at the most.
    #[must_use]
    pub fn new(records: usize) -> Self {
        let ring = Ring { records: VecDeque::new(), limit: records, bytes: 0, byte_limit: BYTES, taken: 0 };
        Self { handle: MemoryHandle { shared: Arc::new(Shared { ring: Mutex::new(ring), arrived: Condvar::new() }) } }
    }

    /// Holds this many bytes of records at the most. A record that is larger alone is not kept.
    #[must_use]
    pub fn bytes(self, bytes: usize) -> Self {
        self.handle.ring().byte_limit = bytes;
        self
    }

    /// What reads it.
    #[must_use]
    pub fn handle(&self) -> MemoryHandle {
        self.handle.clone()
    }
}

impl Destination for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        // Copied before the lock: a reader never waits for an allocation.
        let records: Vec<_> = batch.records().iter().map(OwnedRecord::from).collect();
        let mut ring = self.handle.ring();
        records.into_iter().for_each(|record| ring.push(record));
        drop(ring);
        self.handle.shared.arrived.notify_all();
        Ok(())
    }

    fn as_config(&self) -> Option<Description> {
        let ring = self.handle.ring();
        let size = |bytes: usize| Setting::Size(u64::try_from(bytes).unwrap_or(u64::MAX));
        let description = Description::new("memory").unless_usual("records", ring.limit, Self::RECORDS);
        Some(description.unless_usual("bytes", size(ring.byte_limit), size(BYTES)))
    }

    fn wants(&self) -> Wants {
        Wants::Records
    }
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    arrived: Condvar,
}

#[derive(Debug)]
struct Ring {
    records: VecDeque<OwnedRecord>,
    limit: usize,
    bytes: usize,
    byte_limit: usize,
    /// Records taken since the beginning: the number of the next one.
    taken: u64,
}

impl Ring {
    fn push(&mut self, record: OwnedRecord) {
        self.taken += 1;
        self.bytes += record.size();
        self.records.push_back(record);
        while self.records.len() > self.limit || self.bytes > self.byte_limit {
            let Some(oldest) = self.records.pop_front() else { break };
            self.bytes -= oldest.size();
        }
    }
}

/// Reads what a [`Memory`] keeps, from any thread, also after the destination was detached. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MemoryHandle {
    shared: Arc<Shared>,
}

/// What came after a number, as [`MemoryHandle::since`] tells it.
#[derive(Clone, Debug)]
pub struct Since {
    /// The records, the oldest first.
    pub records: Vec<OwnedRecord>,
    /// The number to ask with the next time.
    pub next: u64,
    /// How many had already made room for others.
    pub missed: u64,
}

impl MemoryHandle {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.shared.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The records that it keeps, the oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<OwnedRecord> {
        self.ring().records.iter().cloned().collect()
    }

    /// The records that it keeps, the oldest first, as `format` writes them, without line ends.
    #[must_use]
    pub fn lines(&self, mut format: impl Format) -> Vec<String> {
        let mut bytes = Vec::new();
        let mut line = |record: &OwnedRecord| {
            bytes.clear();
            format.encode(&record.view(), &mut bytes);
            String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned()
        };
        self.records().iter().map(&mut line).collect()
    }

    /// How many records it keeps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring().records.len()
    }

    /// Does it keep none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the records; their numbers are not used again.
    pub fn clear(&self) {
        let mut ring = self.ring();
        ring.records.clear();
        ring.bytes = 0;
    }

    /// How many records came since the beginning, kept or not: the number of the next one.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.ring().taken
    }

    /// What came from the record numbered `sequence` on: a live tail asks with 0, then each time with
    /// [`Since::next`].
    #[must_use]
    pub fn since(&self, sequence: u64) -> Since {
        let ring = self.ring();
        let first = ring.taken - ring.records.len() as u64;
        let skip = usize::try_from(sequence.saturating_sub(first)).unwrap_or(usize::MAX);
        Since {
            records: ring.records.iter().skip(skip).cloned().collect(),
            next: ring.taken,
            missed: first.saturating_sub(sequence),
        }
    }

    /// Waits until it keeps at least `records`, or for `timeout`; `false` if they did not come.
    #[must_use]
    pub fn wait_for(&self, records: usize, timeout: Duration) -> bool {
        self.wait(timeout, |ring| ring.records.len() >= records)
    }

    /// Waits until a record with the number `sequence` has come, or for `timeout`; `false` if it did not.
    #[must_use]
    pub fn wait_past(&self, sequence: u64, timeout: Duration) -> bool {
        self.wait(timeout, |ring| ring.taken > sequence)
    }

    fn wait(&self, timeout: Duration, enough: impl Fn(&Ring) -> bool) -> bool {
        let end = Instant::now().checked_add(timeout);
        let mut ring = self.ring();
        while !enough(&ring) {
            let left = end.map_or(timeout, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            ring = self.shared.arrived.wait_timeout(ring, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}
