//! Emitting at a steady pace, and how long each event took its caller.

use std::time::{Duration, Instant};

/// The times that events took, in nanoseconds, sorted.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<u64>);

impl Times {
    /// The time that so many of a hundred did not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        Duration::from_nanos(self.0.get(place).copied().unwrap_or(0))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Bytes of memory that these times take: they are the test's, not ours.
    pub(crate) fn bytes(&self) -> u64 {
        (self.0.capacity() * size_of::<u64>()) as u64
    }
}

/// Calls `emit` at `rate` calls a second for `duration`. A call that is late is made at once: nothing is left out.
pub(crate) fn emit(rate: u64, duration: Duration, mut emit: impl FnMut(u64)) -> Times {
    let calls = rate * u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) / 1_000;
    let mut times = Vec::with_capacity(usize::try_from(calls).unwrap_or(0));
    let (begun, step) = (Instant::now(), Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX));
    for call in 0..calls {
        let due = begun + step * u32::try_from(call).unwrap_or(u32::MAX);
        while Instant::now() < due {
            std::hint::spin_loop();
        }
        let before = Instant::now();
        emit(call);
        times.push(u64::try_from(before.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    times.sort_unstable();
    Times(times)
}
