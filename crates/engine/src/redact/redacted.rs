//! A value whose secrets are masked.

use std::fmt;
use tracework_core::{Draft, Entry, Key, Section, Value};

/// What takes the place of a value that held a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redacted {
    /// A text.
    Text(String),
    /// JSON that is still JSON.
    Json(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The messages of an error and its causes, the error's own first.
    Error(Vec<String>),
}

impl Redacted {
    /// The value to log. An error becomes a text of its messages; [`Redacted::write`] keeps them apart.
    pub fn with_value<T>(&self, read: impl FnOnce(Value<'_>) -> T) -> T {
        match self {
            Self::Text(text) => read(Value::Str(text)),
            Self::Json(text) => read(Value::Json(text)),
            Self::Bytes(bytes) => read(Value::Bytes(bytes)),
            Self::Error(messages) => read(Value::Text(&messages.join(": "))),
        }
    }

    /// Adds it to a record or span as the field `key`.
    pub fn write(&self, draft: &mut Draft, key: Key<'_>) {
        match self {
            Self::Error(messages) => draft.error(key, &Said::of(messages)),
            other => other.with_value(|value| draft.field(key, value)),
        }
    }

    /// Adds it to a record in the place of `entry`.
    pub(super) fn write_entry(&self, draft: &mut Draft, entry: &Entry<'_>) {
        if matches!(self, Self::Error(_)) && entry.section == Section::Field {
            return self.write(draft, entry.place.map_or(Key::Name(entry.key), Key::Place));
        }
        self.with_value(|value| {
            let mut changed: Entry<'_> = *entry;
            changed.value = value;
            draft.entry(&changed);
        });
    }
}

/// An error that says what it was told to say.
#[derive(Debug)]
struct Said {
    message: String,
    cause: Option<Box<Said>>,
}

impl Said {
    fn of(messages: &[String]) -> Self {
        let mut causes =
            messages.iter().rev().fold(None, |cause, message| Some(Box::new(Self { message: message.clone(), cause })));
        causes.take().map_or_else(|| Self { message: String::new(), cause: None }, |said| *said)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Said {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
