//! A caught error on its way to becoming a record.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use tracework_core::{Kind, Severity};

/// An error that was caught, before it becomes a record: a handler may change what becomes of it.
pub struct CaughtError<'a> {
    /// What was caught.
    pub from: CaughtFrom<'a>,
    /// The type of the error, where it is known: `std::io::error::Error`, `panic`.
    pub type_name: Option<&'a str>,
    /// Where it was caught; of a panic, where it began.
    pub location: &'a Location<'a>,
    /// How serious it is.
    pub severity: Severity,
    /// What sort of record it becomes.
    pub kind: Kind,
    /// Its category.
    pub category: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The destinations that it names: exactly these, or `+name` and `-name`. Empty follows the routes.
    pub destinations: Vec<String>,
    /// The message; without one it is the error's own.
    pub message: Option<String>,
    /// The target; without one it is made of the path of the file.
    pub target: Option<&'static str>,
    /// `true` if nothing is to be logged.
    pub ignored: bool,
}

/// What was caught.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum CaughtFrom<'a> {
    /// An error with its causes.
    Error(&'a (dyn Error + 'static)),
    /// A text in the place of an error.
    Text(&'a str),
    /// A panic: what it says.
    Panic(&'a str),
}

impl CaughtError<'_> {
    /// The error itself, to look at its type by `downcast_ref`. `None` for a panic and for a text.
    #[must_use]
    pub fn error(&self) -> Option<&(dyn Error + 'static)> {
        match self.from {
            CaughtFrom::Error(error) => Some(error),
            _ => None,
        }
    }

    /// Is it a panic?
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.from, CaughtFrom::Panic(_))
    }

    /// Sets how serious it is.
    pub fn level(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Adds tags, with commas between.
    pub fn tags(&mut self, tags: &str) -> &mut Self {
        self.tags.extend(tracework_core::tags::split(tags).map(str::to_owned));
        self
    }

    /// Sets the destinations that it names, with commas between, in the place of those of the config.
    pub fn destinations(&mut self, destinations: &str) -> &mut Self {
        self.destinations = tracework_core::tags::split(destinations).map(str::to_owned).collect();
        self
    }

    /// Sets the message.
    pub fn message(&mut self, message: impl Into<String>) -> &mut Self {
        self.message = Some(message.into());
        self
    }

    /// Sets what sort of record it becomes: [`Kind::Security`] raises alerts.
    pub fn kind(&mut self, kind: Kind) -> &mut Self {
        self.kind = kind;
        self
    }

    /// Sets the category.
    pub fn category(&mut self, category: impl Into<String>) -> &mut Self {
        self.category = Some(category.into());
        self
    }

    /// Sets the target.
    pub fn target(&mut self, target: &'static str) -> &mut Self {
        self.target = Some(target);
        self
    }

    /// Has nothing logged.
    pub fn ignore(&mut self) -> &mut Self {
        self.ignored = true;
        self
    }
}

impl fmt::Display for CaughtError<'_> {
    /// What the error itself says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            CaughtFrom::Error(error) => fmt::Display::fmt(error, f),
            CaughtFrom::Text(text) | CaughtFrom::Panic(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for CaughtError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaughtError")
            .field("type_name", &self.type_name)
            .field("location", &self.location)
            .field("severity", &self.severity)
            .field("tags", &self.tags)
            .finish_non_exhaustive()
    }
}

/// The handler that a program sets for caught errors.
pub(crate) type Handler = Arc<dyn Fn(&mut CaughtError<'_>) + Send + Sync>;
