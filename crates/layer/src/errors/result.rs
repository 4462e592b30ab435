//! Logging an error where it is caught.

use super::any::AnyError;
use super::{backtrace, emit};
use std::panic::Location;
use tracework_core::Severity;
use tracework_engine::{CaughtError, own};

/// What can be done with a `Result` whose error is to be seen: log it, and go on.
///
/// The record has the file and the line of the call, the error's type, its message and its causes. Its level, tags and
/// destinations are those of the config (`errors:`), unless the call says otherwise; the program's handler
/// ([`Control::on_error`](tracework_engine::Control::on_error)) has the last word. The target is the module, as far as
/// the path of the file tells it.
///
/// ```
/// use tracework_core::Severity;
/// use tracework_layer::ResultExt;
///
/// fn port(text: &str) -> u16 {
///     text.parse().or_log(8080)
/// }
/// fn load(path: &str) -> Result<String, std::io::Error> {
///     std::fs::read_to_string(path)
///         .log_err_with(|caught| caught.level(Severity::WARNING).tags("CONFIG").message("no config"))
/// }
/// assert_eq!(port("none"), 8080);
/// assert!(load("/nowhere").is_err());
/// ```
pub trait ResultExt<T, E, How>: Sized {
    /// Logs the error, if it is one, and gives back the result.
    #[track_caller]
    fn log_err(self) -> Self;

    /// As [`ResultExt::log_err`], at this severity.
    #[track_caller]
    fn log_err_at(self, severity: Severity) -> Self;

    /// As [`ResultExt::log_err`], with what `change` makes of it: `|caught| caught.tags("PAYMENT").message("declined")`.
    #[track_caller]
    fn log_err_with(self, change: impl for<'c, 'e> FnOnce(&'c mut CaughtError<'e>) -> &'c mut CaughtError<'e>) -> Self;

    /// The value, or `default` after the error was logged.
    #[track_caller]
    fn or_log(self, default: T) -> T;

    /// The value, or what `default` makes of the error after it was logged.
    #[track_caller]
    fn or_log_else(self, default: impl FnOnce(E) -> T) -> T;

    /// The value, or its type's default after the error was logged.
    #[track_caller]
    fn or_log_default(self) -> T
    where
        T: Default;

    /// The value, or `None` after the error was logged.
    #[track_caller]
    fn ok_or_log(self) -> Option<T>;
}

impl<T, E: AnyError<How>, How> ResultExt<T, E, How> for Result<T, E> {
    fn log_err(self) -> Self {
        if let Err(error) = &self {
            caught(error, Location::caller(), |_| {});
        }
        self
    }

    fn log_err_at(self, severity: Severity) -> Self {
        if let Err(error) = &self {
            caught(error, Location::caller(), |caught| caught.severity = severity);
        }
        self
    }

    fn log_err_with(self, change: impl for<'c, 'e> FnOnce(&'c mut CaughtError<'e>) -> &'c mut CaughtError<'e>) -> Self {
        if let Err(error) = &self {
            caught(error, Location::caller(), |caught| {
                change(caught);
            });
        }
        self
    }

    fn or_log(self, default: T) -> T {
        self.log_err().unwrap_or(default)
    }

    fn or_log_else(self, default: impl FnOnce(E) -> T) -> T {
        self.log_err().unwrap_or_else(default)
    }

    fn or_log_default(self) -> T
    where
        T: Default,
    {
        self.log_err().unwrap_or_default()
    }

    fn ok_or_log(self) -> Option<T> {
        self.log_err().ok()
    }
}

/// Logs an error that is in no `Result`, as [`ResultExt::log_err_with`] does.
///
/// ```
/// let error = std::io::Error::other("the disk is gone");
/// tracework_layer::log_error(&error, |caught| caught.tags("DISK"));
/// ```
#[track_caller]
pub fn log_error<How>(
    error: &impl AnyError<How>,
    change: impl for<'c, 'e> FnOnce(&'c mut CaughtError<'e>) -> &'c mut CaughtError<'e>,
) {
    caught(error, Location::caller(), |caught| {
        change(caught);
    });
}

#[cold]
fn caught<How>(
    error: &impl AnyError<How>,
    place: &'static Location<'static>,
    change: impl FnOnce(&mut CaughtError<'_>),
) {
    if own::is_own_thread() {
        return;
    }
    let hub = emit::hub();
    let (described, settings) = (error.describe(), emit::settings(hub.as_ref()));
    let backtrace = match settings.backtrace {
        tracework_engine::BacktraceWhen::Never => None,
        when => described.backtrace.or_else(|| backtrace::of_caught(when)),
    };
    let mut caught = emit::caught(described.from, described.type_name, place, settings);
    change(&mut caught);
    emit::log(caught, place, backtrace.as_deref(), hub.as_ref());
}
