//! A destination that counts, and sees whether each thread's records come in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracework::core::{Batch, Destination, Failure, Value, Wants};

/// What a [`Counting`] destination saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) records: AtomicU64,
    pub(crate) out_of_order: AtomicU64,
}

/// Counts records that have a field `n`, and compares it with the one before of the same thread.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    seen: Arc<Seen>,
    last: HashMap<u64, u64>,
}

impl Counting {
    pub(crate) fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }
}

impl Destination for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        for record in batch.records() {
            let Some(Value::U64(number)) = record.field("n") else { continue };
            let before = self.last.insert(record.thread().number, number);
            self.seen.records.fetch_add(1, Ordering::Relaxed);
            if before.is_some_and(|before| before >= number) {
                self.seen.out_of_order.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn wants(&self) -> Wants {
        Wants::Records
    }
}
