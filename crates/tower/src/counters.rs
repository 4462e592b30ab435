//! What a layer counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the services of a layer count, over all connections.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) healthy: AtomicU64,
    pub(crate) logged: AtomicU64,
    pub(crate) sampled_out: AtomicU64,
    pub(crate) slow: AtomicU64,
    pub(crate) aborted: AtomicU64,
    pub(crate) panicked: AtomicU64,
    pub(crate) bad_request_ids: AtomicU64,
    pub(crate) bad_trace_headers: AtomicU64,
    pub(crate) bad_forwarded: AtomicU64,
}

/// What the services of a layer counted so far. A request that has ended is either `logged` or `sampled_out`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests that came.
    pub requests: u64,
    /// Requests that a record was emitted for. Whether it goes anywhere, the levels and routes decide.
    pub logged: u64,
    /// Healthy requests that were left out.
    pub sampled_out: u64,
    /// Requests that took at least as long as [`RequestLayer::slow`](crate::RequestLayer::slow) says.
    pub slow: u64,
    /// Requests whose answer was not taken to its end.
    pub aborted: u64,
    /// Requests whose handler panicked.
    pub panicked: u64,
    /// An `x-request-id` that was refused: too long, given twice, or with other characters.
    pub bad_request_ids: u64,
    /// A `traceparent` or a `tracestate` that was not valid.
    pub bad_trace_headers: u64,
    /// A trusted proxy's header that could not be read.
    pub bad_forwarded: u64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, number: u64) {
        if number > 0 {
            counter.fetch_add(number, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            requests: read(&self.requests),
            logged: read(&self.logged),
            sampled_out: read(&self.sampled_out),
            slow: read(&self.slow),
            aborted: read(&self.aborted),
            panicked: read(&self.panicked),
            bad_request_ids: read(&self.bad_request_ids),
            bad_trace_headers: read(&self.bad_trace_headers),
            bad_forwarded: read(&self.bad_forwarded),
        }
    }
}
