//! Why a delivery did not succeed.

use std::fmt;

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

/// Why a delivery did not succeed, and how much of it did.
///
/// ```
/// use tracework_core::Failure;
///
/// let failure = Failure::temporary("connection refused").after(3);
/// assert_eq!(failure.delivered(), 3);
/// assert_eq!(failure.to_string(), "connection refused");
/// ```
#[derive(Debug)]
pub struct Failure {
    class: FailureClass,
    delivered: usize,
    error: Box<dyn std::error::Error + Send + Sync>,
}

impl Failure {
    /// A failure that time may heal.
    pub fn temporary(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { class: FailureClass::Temporary, delivered: 0, error: error.into() }
    }

    /// A failure that the same records will always meet.
    pub fn permanent(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { class: FailureClass::Permanent, delivered: 0, error: error.into() }
    }

    /// Says that the first `records` of the batch were delivered before it failed.
    #[must_use]
    pub fn after(mut self, records: usize) -> Self {
        self.delivered = records;
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
