//! What can be wrong with the settings.

use std::fmt;

/// A setting that cannot be used: of which name, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmqpError {
    /// The name of the setting: `url`, `exchange`, `routing_key`, `declare_queue`, `bind`, `headers`.
    pub setting: &'static str,
    /// Why it cannot be used, and what could.
    pub why: String,
}

impl AmqpError {
    pub(crate) fn new(setting: &'static str, why: impl Into<String>) -> Self {
        Self { setting, why: why.into() }
    }
}

impl fmt::Display for AmqpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.why)
    }
}

impl std::error::Error for AmqpError {}
