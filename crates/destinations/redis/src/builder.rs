//! Setting it up.

use crate::server::Server;
use redis::Connection;
use std::fmt;
use std::time::Duration;
use tracework_core::{Description, Secret};
use tracework_format::{Allowed, Template};

const NAMES: Allowed = Allowed::new("._-:/", 512);
const STREAM: &str = "logs";
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Adds each record as an entry to a stream (`XADD`), a batch in one pipeline. An entry has the fields `event_id`, `level` and
/// `record`, which is the record as its format writes it.
///
/// A record is delivered once Redis has answered for it; how safe it is then is Redis's own setting (`appendfsync`). What has no
/// answer is added again, with the same `event_id`, so a reader can know a duplicate. What goes wrong is temporary, unless the
/// name of the stream is made of the record and that stream cannot take it: then that record alone is refused.
pub struct RedisStream {
    pub(crate) server: Server,
    password_source: Secret,
    pub(crate) stream: Template,
    pub(crate) max_length: Option<u64>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) connection: Option<Connection>,
}

/// A setting that cannot be used: of which name, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisStreamError {
    /// The name of the setting: `url`, `stream`.
    pub setting: &'static str,
    /// Why it cannot be used, and what could.
    pub why: String,
}

impl RedisStreamError {
    pub(crate) fn new(setting: &'static str, why: impl Into<String>) -> Self {
        Self { setting, why: why.into() }
    }
}

impl fmt::Display for RedisStreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.why)
    }
}

impl std::error::Error for RedisStreamError {}

impl fmt::Debug for RedisStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisStream({} {})", self.server, self.stream.text())
    }
}

impl RedisStream {
    /// The server of `redis://user@host:6379/0`, or `redis+unix:///path`. The stream is `logs` unless it is set.
    ///
    /// # Errors
    ///
    /// It is no such URL. The message does not show it, since it may hold a password.
    pub fn to(url: &str) -> Result<Self, RedisStreamError> {
        Ok(Self {
            server: Server::new(url)?,
            password_source: Secret::Program,
            stream: template(STREAM)?,
            max_length: None,
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            connection: None,
        })
    }

    /// The password, instead of one in the URL. It appears in no message and in no saved plan.
    #[must_use]
    pub fn password(self, password: &str) -> Self {
        Self { server: self.server.with_password(password), ..self }
    }

    /// Says where the password came from, so that a saved plan can name that.
    #[must_use]
    pub fn password_source(self, source: Secret) -> Self {
        Self { password_source: source, ..self }
    }

    /// The stream: a [`Template`] of letters, digits and `._-:/`.
    ///
    /// # Errors
    ///
    /// It is no template, or a name that is not allowed.
    pub fn stream(self, stream: &str) -> Result<Self, RedisStreamError> {
        Ok(Self { stream: template(stream)?, ..self })
    }

    /// How many entries a stream keeps, about: Redis trims it in whole blocks (`MAXLEN ~`). Without it, a stream grows.
    #[must_use]
    pub fn max_length(self, entries: u64) -> Self {
        Self { max_length: Some(entries), ..self }
    }

    /// How long the answers to a batch are waited for; 30 s unless it is set.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long connecting may take; 10 s unless it is set.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    pub(crate) fn describe(&self) -> Description {
        Description::new("redis")
            .with("url", self.server.to_string())
            .with_some("password", self.server.has_password.then(|| named("password", &self.password_source)))
            .unless_usual("stream", self.stream.text(), STREAM)
            .with_some("max_length", self.max_length)
            .unless_usual("timeout", self.timeout, TIMEOUT)
            .unless_usual("connect_timeout", self.connect_timeout, CONNECT_TIMEOUT)
    }
}

/// Where a secret comes from, under the name that a config has for it.
fn named(name: &str, source: &Secret) -> Secret {
    match source {
        Secret::File { path, .. } => Secret::File { name: format!("{name}_file"), path: path.clone() },
        other => other.clone(),
    }
}

fn template(text: &str) -> Result<Template, RedisStreamError> {
    Template::new(text, NAMES).map_err(|error| RedisStreamError::new("stream", format!("`{text}`: {error}")))
}
