//! The error that a record carries.

use super::{Record, Reserved};
use crate::{ErrorChain, Value};

/// The names of fields whose text is an error: `error = %e`, as `#[instrument(err)]` writes it, and `err = ?e`.
const NAMES: [&str; 2] = ["error", "err"];

/// The type of a panic, as the records of panics name it.
const PANIC: &str = "panic";

/// The error that a record carries: its first value that is an error with its causes, else the text of its field
/// `error` or `err`, else, for a panic, its message.
#[derive(Clone, Copy, Debug)]
pub struct RecordError<'a> {
    record: Record<'a>,
    message: &'a str,
    chain: Option<ErrorChain<'a>>,
}

impl<'a> Record<'a> {
    /// Can the text of a field of this name be an error?
    #[must_use]
    pub fn names_error(field: &str) -> bool {
        NAMES.contains(&field)
    }

    /// The error that it carries.
    ///
    /// ```
    /// use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, Timestamp, Value};
    ///
    /// let mut draft = Draft::new(Limits::default());
    /// draft.begin(Head { time: Timestamp(0), severity: Severity::ERROR, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
    /// draft.error(Key::Name("error"), &std::io::Error::other("disk full"));
    /// let mut page = Page::new(Default::default());
    /// let pick = page.push(&draft, None);
    /// assert_eq!(page.record(pick).error().map(|error| error.message()), Some("disk full"));
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<RecordError<'a>> {
        if !self.has_error() {
            return None;
        }
        let record = *self;
        let mut text = None;
        for entry in self.fields() {
            if let Value::Error(chain) = entry.value {
                return Some(RecordError { record, message: chain.message(), chain: Some(chain) });
            }
            if Self::names_error(entry.key) {
                text = text.or(entry.value.as_str());
            }
        }
        let panic = || self.message().strip_prefix("panicked: ").unwrap_or(self.message());
        Some(RecordError { record, message: text.unwrap_or_else(panic), chain: None })
    }
}

impl<'a> RecordError<'a> {
    /// What it says itself.
    #[must_use]
    pub fn message(&self) -> &'a str {
        self.message
    }

    /// What its causes say, the nearest first; none if the record holds its text alone.
    pub fn causes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.chain.into_iter().flat_map(|chain| chain.causes())
    }

    /// Its type, where it is known: `std::io::error::Error`, or `panic`.
    #[must_use]
    pub fn type_name(&self) -> Option<&'a str> {
        self.record.reserved(Reserved::ErrorType).and_then(|value| value.as_str())
    }

    /// Is it a panic?
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.type_name() == Some(PANIC)
    }

    /// The calls that led to it, if they were captured: several lines.
    #[must_use]
    pub fn backtrace(&self) -> Option<&'a str> {
        self.record.reserved(Reserved::Backtrace).and_then(|value| value.as_str())
    }

    /// What errors of one group have in common, as 16 hexadecimal digits: made of the type, the place in the source
    /// and the message without what changes from one to the next.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&'a str> {
        self.record.reserved(Reserved::Fingerprint).and_then(|value| value.as_str())
    }
}
