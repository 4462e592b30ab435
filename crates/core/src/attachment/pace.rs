//! When a destination counts as down, how fast and how many at once it is handed.

use std::time::Duration;

/// When a destination that fails counts as down.
///
/// The waits of [`RetrySettings`](crate::RetrySettings) and this are one mechanism: a failed delivery is tried again after
/// a wait, alone, and nothing else is sent meanwhile. After so many failed attempts in a row the breaker is open: the
/// failover takes over, and each further attempt is a probe with one batch. The first that succeeds closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// So many failed attempts in a row open it; at least one.
    pub after: u32,
    /// The wait between probes while it is open; `None` takes the growing waits of the retries.
    pub probe_every: Option<Duration>,
}

impl Default for BreakerSettings {
    /// Two attempts, and the waits of the retries.
    fn default() -> Self {
        Self { after: 2, probe_every: None }
    }
}

/// So many in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// In what time.
    pub per: Duration,
}

impl Rate {
    /// So many a second.
    #[must_use]
    pub fn per_second(count: u64) -> Self {
        Self { count, per: Duration::from_secs(1) }
    }
}

/// How fast a destination is handed records: its worker waits, and nothing is dropped for it. What waits meanwhile is
/// bounded as always. Parts that are not set bound nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// Records.
    pub records: Option<Rate>,
    /// Encoded bytes.
    pub bytes: Option<Rate>,
}

/// How many batches a destination that can take several gets at once. With more than one, any may arrive before any
/// other: records are in order within a batch alone. With one, all are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Concurrency {
    /// Between one and as many as the destination can take, as its answers show: one more as long as they come no
    /// later, fewer when they come later, half as many when one fails.
    #[default]
    Auto,
    /// So many, or as many as the destination can take.
    Fixed(usize),
}
