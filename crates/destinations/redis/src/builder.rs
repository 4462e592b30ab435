//! Setting it up.

use crate::server::Server;
use redis::Connection;
use std::fmt;
use std::time::Duration;
use tracework_core::{Credential, Description, Mistake};
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
    pub(crate) stream: Template,
    pub(crate) max_length: Option<u64>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) connection: Option<Connection>,
}

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
    pub fn to(url: &str) -> Result<Self, Mistake> {
        Ok(Self {
            server: Server::new(url)?,
            stream: template(STREAM)?,
            max_length: None,
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            connection: None,
        })
    }

    /// The password, instead of one in the URL. It appears in no message and in no saved plan.
    #[must_use]
    pub fn password(self, password: impl Into<Credential>) -> Self {
        Self { server: self.server.with_password(password.into()), ..self }
    }

    /// The stream: a [`Template`] of letters, digits and `._-:/`.
    ///
    /// # Errors
    ///
    /// It is no template, or a name that is not allowed.
    pub fn stream(self, stream: &str) -> Result<Self, Mistake> {
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
            .with_some("password", self.server.password.as_ref().map(|password| password.said("password")))
            .unless_usual("stream", self.stream.text(), STREAM)
            .with_some("max_length", self.max_length)
            .unless_usual("timeout", self.timeout, TIMEOUT)
            .unless_usual("connect_timeout", self.connect_timeout, CONNECT_TIMEOUT)
    }
}

fn template(text: &str) -> Result<Template, Mistake> {
    Template::new(text, NAMES).map_err(|error| error.of_setting("stream"))
}
