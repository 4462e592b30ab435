//! Filters with a memory: rate limit, dedup, burst and sampling, each by callsite or by any key.
//!
//! They are [`StatefulFilter`](tracework_core::StatefulFilter)s like those that others write, and know nothing of the
//! engine that asks them. Each remembers a bounded number of keys; of too many, the one that was not seen for the longest
//! time is forgotten and counted.

mod burst;
mod dedup;
mod except;
mod key;
mod rate;
mod sample;
mod table;

pub use burst::Burst;
pub use dedup::Dedup;
pub use except::Except;
pub use key::FilterKey;
pub use rate::RateLimit;
pub use sample::Sample;
pub(crate) use table::Table;

use std::time::Duration;
use tracework_core::{Decision, Mark};

/// How many keys a filter remembers unless it is told otherwise.
pub(crate) const KEYS: usize = 4096;
/// How many it can be told to remember.
pub(crate) const MOST_KEYS: usize = 1 << 20;

/// The time in nanoseconds, one at least.
fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX / 4).clamp(1, i64::MAX / 4)
}

/// Keeps a record that tells how many of its key were not kept before it, if any were.
fn keep_telling(suppressed: &mut u64) -> Decision {
    match std::mem::take(suppressed) {
        0 => Decision::Keep,
        number => Decision::KeepWith(Mark { key: "suppressed", number }),
    }
}

/// The time as a config writes it.
fn written(time: Duration) -> String {
    match time.subsec_nanos() {
        0 => format!("{}s", time.as_secs()),
        nanos if nanos % 1_000_000 == 0 => format!("{}ms", time.as_millis()),
        nanos if nanos % 1_000 == 0 => format!("{}us", time.as_micros()),
        _ => format!("{}ns", time.as_nanos()),
    }
}
