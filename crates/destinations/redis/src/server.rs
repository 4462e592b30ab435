//! Which server, and how it is named in messages.

use crate::{Credential, Mistake};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use std::fmt;

/// The server of a URL. `Debug` and `Display` show no password.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) info: ConnectionInfo,
    /// The URL without a password.
    shown: String,
    /// The password that was given, in the URL or beside it.
    pub(crate) password: Option<Credential>,
}

impl Server {
    /// The server of `redis://user:password@host:port/database`, or `redis+unix:///path`.
    pub(crate) fn new(text: &str) -> Result<Self, Mistake> {
        let refuse = |why: &str| Err(Mistake::new("url", why));
        let text = text.trim();
        if text.starts_with("rediss://") {
            return refuse("there is no TLS to Redis; let a tunnel such as stunnel stand before it, and name its port");
        }
        if !["redis://", "redis+unix://", "unix://"].iter().any(|scheme| text.starts_with(scheme)) {
            return refuse("this is no URL of a server; it begins with redis:// or redis+unix://");
        }
        let Ok(info) = text.into_connection_info() else {
            return refuse("this is no URL of a server; write redis://user@host:6379/0, or redis+unix:///path");
        };
        if matches!(info.addr(), ConnectionAddr::Tcp(host, _) if host.is_empty()) {
            return refuse("it names no host; write redis://user@host:6379/0");
        }
        let password = info.redis_settings().password().map(Credential::new);
        Ok(Self { shown: without_password(text), password, info })
    }

    pub(crate) fn with_password(mut self, password: Credential) -> Self {
        let settings = self.info.redis_settings().clone().set_password(password.reveal());
        self.info = self.info.set_redis_settings(settings);
        self.password = Some(password);
        self
    }
}

/// The URL with a user and without a password, wherever it stood.
fn without_password(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("redis", text));
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let end = path.find('/').unwrap_or(path.len());
    let shown = match path[..end].rfind('@') {
        Some(at) => match path[..at].split(':').next() {
            Some("") | None => path[at + 1..].to_owned(),
            Some(user) => format!("{user}{}", &path[at..]),
        },
        None => path.to_owned(),
    };
    let kept = parameters.split('&').filter(|one| !one.is_empty() && !one.starts_with("pass"));
    let kept: Vec<_> = kept.collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("{scheme}://{shown}{mark}{}", kept.join("&"))
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (text, shown) in [
            ("redis://localhost", "redis://localhost"),
            ("redis://ann:hunter2@cache:6380/3", "redis://ann@cache:6380/3"),
            ("redis://:hunter2@cache/1", "redis://cache/1"),
            ("redis://ann:hun%40hunter2@cache", "redis://ann@cache"),
            ("redis+unix:///run/redis.sock?db=2&pass=hunter2&user=ann", "redis+unix:///run/redis.sock?db=2&user=ann"),
        ] {
            let server = Server::new(text).expect(text);
            assert_eq!(server.to_string(), shown);
            assert_eq!(server.password.is_some(), text.contains("hunter2"), "{text}");
        }
        for text in
            ["", "cache", "http://ann:hunter2@cache", "rediss://ann:hunter2@cache", "redis://ann:hunter2@cache/x"]
        {
            let error = Server::new(text).map(|_| ()).expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
