//! What is set for caught errors.

use tracework_core::Severity;

/// What is set for errors that the program catches: by `.log_err()` and the like, and panics. A call may say otherwise,
/// and a handler ([`Control::on_error`](crate::Control::on_error)) has the last word.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorSettings {
    /// How serious a caught error is; ERROR unless told otherwise. A panic is CRITICAL.
    pub level: Severity,
    /// The tags that each gets.
    pub tags: Vec<String>,
    /// The destinations that each names: exactly these, or `+name` and `-name`. Empty follows the routes.
    pub destinations: Vec<String>,
    /// Whether backtraces are captured.
    pub backtrace: BacktraceWhen,
    /// Are panics logged? They are, where a hook was set for it.
    pub panics: bool,
}

impl Default for ErrorSettings {
    fn default() -> Self {
        Self {
            level: Severity::ERROR,
            tags: Vec::new(),
            destinations: Vec::new(),
            backtrace: BacktraceWhen::default(),
            panics: true,
        }
    }
}

/// Whether backtraces are captured. That costs some hundred microseconds, or milliseconds for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum BacktraceWhen {
    /// As the variable `RUST_BACKTRACE` says: of panics, and those that errors bring along (`anyhow`, `eyre`).
    #[default]
    Env,
    /// Always, of every panic and every caught error.
    Always,
    /// Never.
    Never,
}
