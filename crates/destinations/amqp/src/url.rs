//! Which broker, and how it is named in messages.

use crate::{Credential, Mistake};
use lapin::uri::{AMQPScheme, AMQPUri};
use std::fmt;

/// The broker of a URL. `Debug` and `Display` show no password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Broker {
    uri: AMQPUri,
    /// What stands behind `?` in the URL.
    parameters: String,
    /// The password that was given, in the URL or beside it.
    password: Option<Credential>,
}

impl Broker {
    /// The broker of a URL as RabbitMQ's URI specification has it: `amqp://user:password@host:5672/vhost`.
    pub(crate) fn new(text: &str) -> Result<Self, Mistake> {
        let refuse = |why: &str| Err(Mistake::new("url", why));
        let text = text.trim();
        let Some(rest) = ["amqp://", "amqps://"].iter().find_map(|scheme| text.strip_prefix(scheme)) else {
            return refuse("this is no URL of a broker; it begins with amqp:// or amqps://");
        };
        // Only what cannot hold a password is told of what is wrong.
        let parsed: Result<AMQPUri, String> = text.parse();
        let mut uri = parsed.map_err(|why| {
            Mistake::new("url", format!("this is no URL of a broker: {why}; write amqp://user@host:5672/%2f"))
        })?;
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if let Some((inside, _)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
            inside.clone_into(&mut uri.authority.host);
        }
        if uri.authority.host.is_empty() || host.is_empty() || host.starts_with(':') {
            return refuse("it names no host; write amqp://user@host:5672/%2f");
        }
        if uri.vhost.is_empty() {
            return refuse("it ends with `/`, which names a virtual host without a name; leave it out, or write /%2f");
        }
        if uri.scheme == AMQPScheme::AMQPS && !cfg!(feature = "tls") {
            return refuse("this program was built without the feature `tls`, so there is no amqps://");
        }
        let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters).to_owned();
        let given = user.is_some_and(|user| user.contains(':'));
        let password = given.then(|| Credential::new(&*uri.authority.userinfo.password));
        Ok(Self { uri, parameters, password })
    }

    /// The same, with another password.
    pub(crate) fn with_password(mut self, password: Credential) -> Self {
        password.reveal().clone_into(&mut self.uri.authority.userinfo.password);
        self.password = Some(password);
        self
    }

    /// All of it, password included.
    pub(crate) fn uri(&self) -> &AMQPUri {
        &self.uri
    }

    pub(crate) fn host(&self) -> &str {
        &self.uri.authority.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.uri.authority.port
    }

    #[cfg(feature = "tls")]
    pub(crate) fn is_tls(&self) -> bool {
        self.uri.scheme == AMQPScheme::AMQPS
    }

    pub(crate) fn password(&self) -> Option<&Credential> {
        self.password.as_ref()
    }

    /// As a config says it: without a password, with the other parameters.
    pub(crate) fn without_password(&self) -> String {
        if self.parameters.is_empty() { self.to_string() } else { format!("{self}?{}", self.parameters) }
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AMQPUri { scheme, authority, vhost, .. } = &self.uri;
        let (user, host) = (Encoded(&authority.userinfo.username), &authority.host);
        match host.contains(':') {
            true => write!(f, "{scheme}://{user}@[{host}]:{}/{}", authority.port, Encoded(vhost)),
            false => write!(f, "{scheme}://{user}@{host}:{}/{}", authority.port, Encoded(vhost)),
        }
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A part of a URL: what is not of RFC 3986's unreserved characters is percent-encoded.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => write!(f, "{}", char::from(byte)),
            _ => write!(f, "%{byte:02x}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (text, shown, config) in [
            ("amqp://localhost", "amqp://guest@localhost:5672/%2f", "amqp://guest@localhost:5672/%2f"),
            ("amqp://ann:hunter2@mq:5673/logs", "amqp://ann@mq:5673/logs", "amqp://ann@mq:5673/logs"),
            ("amqp://ann:hunter2@mq/%2f?heartbeat=10", "amqp://ann@mq:5672/%2f", "amqp://ann@mq:5672/%2f?heartbeat=10"),
            ("amqp://a%40b:hunter2@[::1]:5672/x", "amqp://a%40b@[::1]:5672/x", "amqp://a%40b@[::1]:5672/x"),
        ] {
            let broker = Broker::new(text).expect(text);
            assert_eq!((broker.to_string(), format!("{broker:?}")), (shown.to_owned(), shown.to_owned()));
            assert_eq!(broker.without_password(), config);
            assert_eq!(broker.password().is_some(), text.contains("hunter2"));
            assert_eq!(Broker::new(&broker.without_password()).expect("it is read again").without_password(), config);
        }
        assert_eq!(Broker::new("amqp://[::1]:5672").expect("a broker").host(), "::1");
    }

    #[test]
    fn what_names_no_broker_is_refused_without_a_password_in_the_message() {
        for text in [
            "",
            "mq:hunter2",
            "http://ann:hunter2@mq",
            "amqp://",
            "amqp://ann:hunter2@",
            "amqp://ann:hunter2@:5672",
            "amqp://ann:hunter2@mq/",
            "amqp://ann:hunter2@mq:port",
            "amqp://ann:hunter2@mq/?heartbeat=soon",
        ] {
            let error = Broker::new(text).expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
