//! A clock that a test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tracework_core::Timestamp;

/// A clock that stands still until the test moves it. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Timestamp;
/// use tracework_testkit::ManualClock;
///
/// let clock = ManualClock::new(Timestamp(0));
/// let other = clock.clone();
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(other.now(), Timestamp(2_000_000_000));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `time`.
    #[must_use]
    pub fn new(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time.0)))
    }

    /// What time it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    /// Shows another time, which may lie in the past: clocks are set back.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.0, Ordering::SeqCst);
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(nanos(by), Ordering::SeqCst);
    }

    /// Moves back.
    pub fn step_back(&self, by: Duration) {
        self.0.fetch_sub(nanos(by), Ordering::SeqCst);
    }

    /// The nanoseconds since 1970 that it shows, for whoever reads them without this type.
    #[must_use]
    pub fn nanos(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.0)
    }
}

impl Default for ManualClock {
    /// 2026-01-15T10:30:45.123456Z.
    fn default() -> Self {
        Self::new(Timestamp(1_768_473_045_123_456_000))
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
