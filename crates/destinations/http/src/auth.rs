//! Who we say we are.

use crate::Credential;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Who the destination says it is.
///
/// ```
/// use tracework_http::Auth;
///
/// let auth = Auth::basic("ann", "hunter2");
/// assert_eq!(format!("{auth:?}"), r#"Basic { user: "ann", password: *** }"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer TOKEN` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    Bearer(Credential),
    /// `Authorization: Basic ..` ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    Basic {
        /// The name; it has no colon.
        user: String,
        /// The password.
        password: Credential,
    },
    /// The key of a vendor, in the header that the [body](crate::Body)'s vendor asks for: `Authorization: Splunk KEY`,
    /// `Authorization: ApiKey KEY` (Elasticsearch), `DD-API-KEY` (Datadog), `X-Seq-ApiKey` (Seq).
    Key(Credential),
}

impl Auth {
    /// A bearer token.
    pub fn bearer(token: impl Into<Credential>) -> Self {
        Self::Bearer(token.into())
    }

    /// A name and a password.
    pub fn basic(user: impl Into<String>, password: impl Into<Credential>) -> Self {
        Self::Basic { user: user.into(), password: password.into() }
    }

    /// A vendor's key.
    pub fn key(key: impl Into<Credential>) -> Self {
        Self::Key(key.into())
    }

    /// The header and its value; `key` says where a vendor's key goes.
    pub(crate) fn header(&self, key: Option<(&'static str, &str)>) -> Result<(&'static str, String), String> {
        match self {
            Self::Bearer(token) => Ok(("authorization", format!("Bearer {}", token.reveal()))),
            Self::Basic { user, .. } if user.contains(':') => Err(format!("`{user}` has a colon, which no user may")),
            Self::Basic { user, password } => {
                Ok(("authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal())))))
            }
            Self::Key(secret) => match key {
                Some((name, before)) => Ok((name, format!("{before}{}", secret.reveal()))),
                None => Err("this body's vendor has no header for a key; write it under `headers`".to_owned()),
            },
        }
    }
}
