//! Changing what is set for a destination while it runs.

use super::outlet::Outlet;
use super::requests::NewFormat;
use std::sync::Arc;
use std::time::Instant;
use tracework_core::{BatchSettings, BufferSettings, DeadLetterSettings, DestinationSettings, Format, RetrySettings};

impl Outlet {
    /// Sets the format number `version`, to be used from the first parcel on that is for it; what waits keeps the old
    /// one.
    pub(crate) fn set_format(&self, version: u32, format: Box<dyn Format>) {
        self.shared.lock().requests.formats.push_back(NewFormat { format, version, from: None });
    }

    /// Sets all that can be set while it runs, but for the format and the failover.
    pub(crate) fn set(&self, settings: &DestinationSettings) {
        self.set_batch(settings.batch);
        self.set_pace(settings);
        self.set_retry(settings.retry);
        self.set_buffer(settings.buffer);
        self.set_dead_letters(settings.dead_letters.clone());
    }

    /// Sets how records are put together.
    pub(crate) fn set_batch(&self, batch: BatchSettings) {
        let mut inside = self.shared.lock();
        inside.requests.batch = batch;
        self.shared.wake(&mut inside);
    }

    /// Sets when it counts as down, how fast it is handed records, and how many batches at once.
    fn set_pace(&self, settings: &DestinationSettings) {
        let mut inside = self.shared.lock();
        inside.requests.breaker = settings.breaker;
        inside.requests.limit = settings.limit;
        inside.requests.concurrency = settings.concurrency;
        self.shared.wake(&mut inside);
    }

    /// Sets how failed deliveries are tried again; if that is new, a waiting one is tried at once.
    pub(crate) fn set_retry(&self, retry: RetrySettings) {
        let mut inside = self.shared.lock();
        inside.requests.hurry |= inside.requests.retry != retry;
        inside.requests.retry = retry;
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

    /// Sets who takes over while it fails; if that is another than before, a waiting delivery is tried at once.
    pub(crate) fn set_failover(&self, failover: Option<&Arc<Self>>) {
        let new = failover.map(Arc::downgrade);
        let mut inside = self.shared.lock();
        let old = inside.requests.failover.take();
        let same = match (&old, &new) {
            (Some(old), Some(new)) => old.ptr_eq(new),
            (None, None) => true,
            _ => false,
        };
        inside.requests.failover = new;
        inside.requests.hurry |= !same;
        self.shared.wake(&mut inside);
        drop(inside);
        if same {
            return;
        }
        let own = Arc::downgrade(&self.shared);
        if let Some(old) = old.and_then(|old| old.upgrade()) {
            old.shared.lock().serves.retain(|other| !other.ptr_eq(&own));
        }
        if let Some(new) = failover {
            new.shared.lock().serves.push(own);
        }
    }
}
