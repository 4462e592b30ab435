//! Secrets.

use std::fmt;
use tracework_core::Secret;

/// A secret that goes to the server: the value of a header. `Debug` does not show it, no message has
/// it, and a saved plan names where it came from.
///
/// ```
/// use tracework_core::Secret;
/// use tracework_otlp::Credential;
///
/// let token = Credential::new("hunter2").from(Secret::Variable("TOKEN".into()));
/// assert_eq!(format!("{token:?}"), "***");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    value: String,
    source: Secret,
}

impl Credential {
    /// A secret that the program knows.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), source: Secret::Program }
    }

    /// Says where it came from, so that a saved plan can name that.
    #[must_use]
    pub fn from(self, source: Secret) -> Self {
        Self { source, ..self }
    }

    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.value
    }

    /// Where it came from.
    pub(crate) fn source(&self) -> Secret {
        self.source.clone()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<&str> for Credential {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Credential {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}
