//! The account of every record, and how each part of the pipeline is.

use crate::spool::SpoolHealth;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;
use tracework_core::{FilterCounts, NamedFilter, Timestamp};

/// Why a record was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DropReason {
    /// The destination's queue was full, and its policy is to drop.
    QueueFull,
    /// The destination's queue was full, and callers had waited as long as its policy allows.
    BlockTimeout,
    /// The shared buffer was full, and its policy is to drop, or its time limit was reached.
    BufferFull,
    /// Logging from inside the formatting of a record went deeper than is followed.
    TooDeep,
    /// The program ended, or the destination was detached, before it could be delivered in the time allowed.
    Shutdown,
    /// The destination panicked while it delivered it.
    Panic,
    /// The disk buffer was full, and its policy is to drop.
    SpoolFull,
    /// It was in the disk buffer for longer than is set, or there were more than are to be kept.
    Expired,
    /// It could not be read back from the disk buffer.
    Unreadable,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::QueueFull,
        Self::BlockTimeout,
        Self::BufferFull,
        Self::TooDeep,
        Self::Shutdown,
        Self::Panic,
        Self::SpoolFull,
        Self::Expired,
        Self::Unreadable,
    ];

    /// The name, as reports print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::BlockTimeout => "block_timeout",
            Self::BufferFull => "buffer_full",
            Self::TooDeep => "too_deep",
            Self::Shutdown => "shutdown",
            Self::Panic => "panic",
            Self::SpoolFull => "spool_full",
            Self::Expired => "expired",
            Self::Unreadable => "unreadable",
        }
    }

    /// What a notice in the stream says.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::QueueFull => "queue full",
            Self::BlockTimeout => "queue full for too long",
            Self::BufferFull => "buffer full",
            Self::TooDeep => "logging within logging went too deep",
            Self::Shutdown => "the time to shut down was over",
            Self::Panic => "the destination panicked",
            Self::SpoolFull => "disk buffer full",
            Self::Expired => "kept for too long",
            Self::Unreadable => "not readable on disk",
        }
    }
}

/// One row of the ledger. Read at one moment, it always holds:
/// `accepted + recovered = delivered + dropped + dead_lettered + handed_over + pending`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// Records that were meant for it.
    pub accepted: u64,
    /// Records found in its spool at the start.
    pub recovered: u64,
    /// Records delivered.
    pub delivered: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Records that no delivery will ever accept.
    pub dead_lettered: u64,
    /// Records handed to another destination, by its name.
    pub handed_over: BTreeMap<String, u64>,
    /// Records that wait or are being delivered, as the queue counts them.
    pub pending: u64,
    /// Of the pending ones, those that are in its spool. Once it is closed, all of them.
    pub spooled: u64,
    /// Attempts after the first. Not part of the balance.
    pub retried: u64,
    /// tracework's own notices that it delivered. Not part of the balance.
    pub internal: u64,
}

impl LedgerRow {
    /// Adds the counts of another row.
    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.recovered += other.recovered;
        self.delivered += other.delivered;
        self.dead_lettered += other.dead_lettered;
        self.pending += other.pending;
        self.spooled += other.spooled;
        self.retried += other.retried;
        self.internal += other.internal;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(*reason).or_default() += count;
        }
        for (name, count) in &other.handed_over {
            *self.handed_over.entry(name.clone()).or_default() += count;
        }
    }

    /// Does the balance hold?
    #[must_use]
    pub fn balances(&self) -> bool {
        let dropped: u64 = self.dropped.values().sum();
        let handed_over: u64 = self.handed_over.values().sum();
        self.accepted + self.recovered == self.delivered + dropped + self.dead_lettered + handed_over + self.pending
    }

    /// Records that are neither delivered nor anywhere else: dropped for whatever reason.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.dropped.values().sum()
    }
}

/// What a destination is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It was attached and has not delivered yet.
    Starting,
    /// Deliveries succeed.
    Healthy,
    /// The last delivery failed; it is tried again.
    Failing,
    /// It is failing, and its records go to its failover.
    FailedOver,
    /// Its queue is full.
    Full,
    /// It is switched off.
    Disabled,
    /// It is delivering the rest before it closes.
    Draining,
    /// It is closed.
    Closed,
}

impl State {
    /// The name, as reports print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Failing => "failing",
            Self::FailedOver => "failed_over",
            Self::Full => "full",
            Self::Disabled => "disabled",
            Self::Draining => "draining",
            Self::Closed => "closed",
        }
    }
}

/// How a destination is.
#[derive(Clone, Debug, Serialize)]
pub struct DestinationHealth {
    /// Its type: `file`, `console`.
    pub kind: String,
    /// What it is doing.
    pub state: State,
    /// Its row of the ledger.
    pub ledger: LedgerRow,
    /// Bytes of memory that waiting records hold.
    pub pending_bytes: usize,
    /// Bytes of memory that they may hold.
    pub limit_bytes: usize,
    /// Deliveries made.
    pub batches: u64,
    /// Records in the largest delivery.
    pub largest_batch: u64,
    /// Encoded bytes delivered.
    pub bytes: u64,
    /// How long the last successful delivery took.
    #[serde(rename = "last_delivery_seconds", serialize_with = "seconds")]
    pub last_delivery: Option<Duration>,
    /// The last error.
    pub last_error: Option<LastError>,
    /// Is it down?
    pub breaker: BreakerHealth,
    /// How many batches it gets at once.
    pub concurrency: usize,
    /// How its disk buffer is, if it has one and that was opened.
    pub spool: Option<SpoolHealth>,
}

/// Whether a destination is down: so many attempts in a row failed that each further one is a probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BreakerHealth {
    /// Is it?
    pub state: BreakerState,
    /// Since when it is down; or, if it is closed, since when it is so again. `None` if it never was down. Serialised as
    /// nanoseconds since 1970.
    #[serde(rename = "since_unix_nanos", serialize_with = "maybe_unix_nanos")]
    pub since: Option<Timestamp>,
    /// How many attempts in a row failed.
    pub failures: u32,
}

/// The state of a destination's breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Deliveries are made as they come.
    #[default]
    Closed,
    /// It is down. Nothing is sent until the next probe.
    Open,
    /// It is down, and being tried at this moment.
    HalfOpen,
}

/// What a filter with a memory did so far, as of the engine's last pass: `kept + suppressed + held` is the number of
/// records that it was asked about. What it suppressed was accepted by no destination on this way, and so is in no
/// destination's row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilterHealth {
    /// What it does.
    pub filter: String,
    /// Records that went on.
    pub kept: u64,
    /// Records that went no further.
    pub suppressed: u64,
    /// Records that wait.
    pub held: u64,
    /// Keys that it forgot because there were too many.
    pub forgotten: u64,
}

impl From<&NamedFilter> for FilterHealth {
    fn from(filter: &NamedFilter) -> Self {
        let FilterCounts { kept, suppressed, held, forgotten } = filter.counts();
        Self { filter: filter.describe().to_owned(), kept, suppressed, held, forgotten }
    }
}

/// An error and when it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastError {
    /// What it says.
    pub message: String,
    /// When it was. Serialised as nanoseconds since 1970.
    #[serde(rename = "at_unix_nanos", serialize_with = "unix_nanos")]
    pub at: Timestamp,
    /// How many errors there were in all.
    pub count: u64,
}

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
fn seconds<S: Serializer>(duration: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(to)
}

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
pub(crate) fn maybe_unix_nanos<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.0).serialize(to)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over the field as it is")]
pub(crate) fn unix_nanos<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    time.0.serialize(to)
}
