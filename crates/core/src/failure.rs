//! Why a delivery did not succeed.

use std::fmt;
use std::time::Duration;

/// Will it help to try again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// The same records may be accepted later: no space, no connection, busy. They are tried again, then handed to
    /// the failover.
    Temporary,
    /// These records will never be accepted: too large, refused as invalid. A batch is split until only the bad
    /// record remains, and that one becomes a dead letter.
    Permanent,
}

/// One record that was refused, out of a batch of which the others were taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place in the batch, from 0.
    pub at: usize,
    /// Will it help to try it again?
    pub class: FailureClass,
    /// Why.
    pub reason: String,
}

/// Why a delivery did not succeed, and how much of it did.
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Failure;
///
/// let failure = Failure::temporary("connection refused").after(3);
/// assert_eq!(failure.delivered(), 3);
/// assert_eq!(failure.to_string(), "connection refused");
///
/// let busy = Failure::temporary("429 Too Many Requests").retry_after(Duration::from_secs(7));
/// assert_eq!(busy.wait(), Some(Duration::from_secs(7)));
/// ```
#[derive(Debug)]
pub struct Failure {
    class: FailureClass,
    delivered: usize,
    refusals: Vec<Refusal>,
    wait: Option<Duration>,
    error: Box<dyn std::error::Error + Send + Sync>,
}

impl Failure {
    /// The longest wait that [`retry_after`](Self::retry_after) brings about, an hour: a server that asks for more is
    /// tried again by then.
    pub const LONGEST_WAIT: Duration = Duration::from_secs(3600);

    fn new(class: FailureClass, error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self { class, delivered: 0, refusals: Vec::new(), wait: None, error }
    }

    /// A failure that time may heal.
    pub fn temporary(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(FailureClass::Temporary, error.into())
    }

    /// A failure that the same records will always meet.
    pub fn permanent(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(FailureClass::Permanent, error.into())
    }

    /// A part of the batch was refused, record by record, and all the rest was taken, as bulk interfaces answer. Those
    /// that are permanent become dead letters with their reasons; only those that are temporary are tried again.
    ///
    /// ```
    /// use tracework_core::{Failure, FailureClass, Refusal};
    ///
    /// let bad = Refusal { at: 2, class: FailureClass::Permanent, reason: "field `amount` is no number".into() };
    /// let failure = Failure::partial(vec![bad]);
    /// assert_eq!(failure.class(), FailureClass::Permanent);
    /// assert_eq!(failure.to_string(), "1 record was refused: field `amount` is no number");
    /// ```
    #[must_use]
    pub fn partial(refusals: Vec<Refusal>) -> Self {
        let temporary = refusals.iter().any(|refusal| refusal.class == FailureClass::Temporary);
        let class = if temporary { FailureClass::Temporary } else { FailureClass::Permanent };
        let first = refusals.first().map_or("no reason given", |refusal| refusal.reason.as_str());
        let message = match refusals.len() {
            1 => format!("1 record was refused: {first}"),
            count => format!("{count} records were refused, the first of them: {first}"),
        };
        Self { refusals, ..Self::new(class, message.into()) }
    }

    /// Says that the first `records` of the batch were delivered before it failed.
    #[must_use]
    pub fn after(mut self, records: usize) -> Self {
        self.delivered = records;
        self
    }

    /// Says how long to wait at least before it is tried again, as a server asked for (`Retry-After`). Neither a flush
    /// nor a shutdown shortens that; [`LONGEST_WAIT`](Self::LONGEST_WAIT) bounds it.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Will it help to try again?
    #[must_use]
    pub fn class(&self) -> FailureClass {
        self.class
    }

    /// How many records from the start of the batch were delivered.
    #[must_use]
    pub fn delivered(&self) -> usize {
        self.delivered
    }

    /// The records that were refused one by one, if all the others were taken; empty if the batch failed as a whole.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// How long to wait at least before it is tried again.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.wait
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl From<std::io::Error> for Failure {
    /// An input or output error is temporary: space returns, a disk is mounted again.
    fn from(error: std::io::Error) -> Self {
        Self::temporary(error)
    }
}
