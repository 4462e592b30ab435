//! What time it is, cheaply.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tracework_core::Timestamp;

/// The moment so long after another; of a time that is too long to tell, one that nobody will see.
pub(crate) fn later(than: Instant, time: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    than.checked_add(time).unwrap_or(than + NEVER)
}

/// The moment so long from now.
pub(crate) fn after(time: Duration) -> Instant {
    later(Instant::now(), time)
}

/// What time it is. Reading it makes no system call: the processor's counter is read and set against the system's
/// clock, which the engine does again every second.
///
/// A test may hold its own: [`Clock::manual`] stands still until it is told otherwise.
#[derive(Clone)]
pub struct Clock(Arc<Source>);

enum Source {
    System {
        counter: quanta::Clock,
        /// What must be added to the counter's nanoseconds to get those since 1970.
        offset: AtomicI64,
    },
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        let clock = Self(Arc::new(Source::System { counter: quanta::Clock::new(), offset: AtomicI64::new(0) }));
        clock.adjust();
        clock
    }

    /// A clock that shows `nanos`, the nanoseconds since 1970, as long as nobody changes them.
    #[must_use]
    pub fn manual(nanos: Arc<AtomicI64>) -> Self {
        Self(Arc::new(Source::Manual(nanos)))
    }

    /// What time it is.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System { counter, offset } => {
                Timestamp(counted(counter).wrapping_add(offset.load(Ordering::Relaxed)))
            }
            Source::Manual(nanos) => Timestamp(nanos.load(Ordering::Relaxed)),
        }
    }

    /// Sets the counter against the system's clock again.
    pub(crate) fn adjust(&self) {
        if let Source::System { counter, offset } = &*self.0 {
            let wall = Timestamp::from(SystemTime::now()).0;
            offset.store(wall.wrapping_sub(counted(counter)), Ordering::Relaxed);
        }
    }
}

#[inline]
fn counted(counter: &quanta::Clock) -> i64 {
    counter.delta_as_nanos(0, counter.raw()).cast_signed()
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
