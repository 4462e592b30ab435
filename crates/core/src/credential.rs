//! A secret that a destination needs.

use crate::{Secret, Setting};
use std::fmt;

/// A secret that goes to a server: a password, a token, a URL that holds one. `Debug` does not show it, no message has it, and
/// a saved plan names where it came from.
///
/// ```
/// use tracework_core::{Credential, Secret};
///
/// let token = Credential::new("hunter2").from(Secret::Variable("TOKEN".into()));
/// assert_eq!(format!("{token:?}"), "***");
/// assert_eq!(token.reveal(), "hunter2");
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

    /// The secret itself. Whoever calls this sees to it that it is not logged.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// Where it came from.
    #[must_use]
    pub fn source(&self) -> &Secret {
        &self.source
    }

    /// Where it came from, as a [`Description`](crate::Description) says it of the setting `name`: a file under `NAME_file`.
    ///
    /// ```
    /// use tracework_core::{Credential, Secret};
    ///
    /// let file = Secret::File { name: "secret_file".into(), path: "/run/secrets/db".into() };
    /// let said = Credential::new("hunter2").from(file).said("password");
    /// assert_eq!(said, Secret::File { name: "password_file".into(), path: "/run/secrets/db".into() });
    /// ```
    #[must_use]
    pub fn said(&self, name: &str) -> Secret {
        match &self.source {
            Secret::File { path, .. } => Secret::File { name: format!("{name}_file"), path: path.clone() },
            other => other.clone(),
        }
    }
}

impl Credential {
    /// As a [`Description`](crate::Description) says a value that stands under a free name, such as that of a header: the text
    /// itself, unless it came from elsewhere, or the name is one that secrets have.
    ///
    /// ```
    /// use tracework_core::{Credential, Secret, Setting};
    ///
    /// assert_eq!(Credential::new("blue").under("x-team"), Setting::Text("blue".into()));
    /// assert_eq!(Credential::new("hunter2").under("X-Api-Key"), Setting::Secret(Secret::Program));
    /// ```
    #[must_use]
    pub fn under(&self, name: &str) -> Setting {
        let name = name.to_ascii_lowercase();
        let secret = SECRET_NAMES.iter().any(|word| name.contains(word));
        match &self.source {
            Secret::Program if !secret => Setting::Text(self.value.clone()),
            source => Setting::Secret(source.clone()),
        }
    }
}

/// What stands in the names of headers that hold a secret; Honeycomb has its key in one that does not say so.
const SECRET_NAMES: [&str; 9] =
    ["auth", "key", "token", "secret", "cookie", "password", "signature", "credential", "x-honeycomb-team"];

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

impl From<&String> for Credential {
    fn from(value: &String) -> Self {
        Self::new(value)
    }
}

impl From<String> for Credential {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}
