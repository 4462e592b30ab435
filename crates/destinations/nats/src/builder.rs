//! Setting it up.

use crate::link::Link;
use std::fmt;
use std::time::Duration;
use tracework_core::{Credential, Description, Mistake};
use tracework_format::{Allowed, Template};
use tracework_net::Tls;

const NAMES: Allowed = Allowed::new("._-:/", 255);
const STREAMS: Allowed = Allowed::new("_-", 255);
const SUBJECT: &str = "logs";
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Publishes each record as a message to a subject that a stream of JetStream listens to. A record is delivered once JetStream
/// has acknowledged that the stream has it.
///
/// The header `Nats-Msg-Id` is the id of the event: what is published again because its acknowledgement was lost is stored
/// once, if it comes within the stream's window for duplicates (two minutes unless the stream says otherwise).
///
/// What goes wrong is temporary, but for a message that is too large, and for a subject made of the record that is not allowed
/// or that no stream listens to: then that record alone is refused.
pub struct JetStream {
    /// `nats://host:port`, without a user.
    pub(crate) address: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Credential>,
    pub(crate) token: Option<Credential>,
    pub(crate) subject: Template,
    pub(crate) declare_stream: Option<String>,
    pub(crate) tls: Tls,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) content_type: &'static str,
    pub(crate) link: Option<Link>,
}

impl fmt::Debug for JetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JetStream({} {})", self.address, self.subject.text())
    }
}

impl JetStream {
    /// The server of `nats://user@host:4222`, or `tls://..`. The subject is `logs` unless it is set.
    ///
    /// # Errors
    ///
    /// It is no such URL. The message does not show it, since it may hold a password.
    pub fn to(url: &str) -> Result<Self, Mistake> {
        let refuse = |why: &str| Err(Mistake::new("url", why));
        let url = url.trim().trim_end_matches('/');
        let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| ["nats", "tls"].contains(scheme)) else {
            return refuse("this is no URL of a server; it begins with nats:// or tls://");
        };
        let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(user, host)| (Some(user), host));
        let address = format!("{scheme}://{host}");
        let port = host.rsplit_once(':').map(|(_, port)| port);
        let no_port = port.is_some_and(|port| !host.ends_with(']') && port.parse::<u16>().is_err());
        if host.is_empty() || host.starts_with(':') || host.contains(['/', '?', '#', ' ']) || no_port {
            return refuse("it names no host and port; write nats://user@host:4222");
        }
        let (user, password) = match user.map(|user| user.split_once(':').map_or((user, None), |(a, b)| (a, Some(b)))) {
            Some((user, password)) => (Some(user.to_owned()), password.map(Credential::new)),
            None => (None, None),
        };
        Ok(Self {
            address,
            user,
            password,
            token: None,
            subject: template(SUBJECT)?,
            declare_stream: None,
            tls: Tls::default(),
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            content_type: "application/octet-stream",
            link: None,
        })
    }

    /// The password of the user, instead of one in the URL. It appears in no message and in no saved plan.
    #[must_use]
    pub fn password(self, password: impl Into<Credential>) -> Self {
        Self { password: Some(password.into()), ..self }
    }

    /// A token, in the place of a user and a password. It appears in no message and in no saved plan.
    #[must_use]
    pub fn token(self, token: impl Into<Credential>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// The subject: a [`Template`] of letters, digits and `._-:/`, with something between any two dots.
    ///
    /// # Errors
    ///
    /// It is no template, or a subject that is not allowed.
    pub fn subject(self, subject: &str) -> Result<Self, Mistake> {
        let subject = template(subject)?;
        match subject.constant().and_then(objection) {
            Some(why) => Err(Mistake::new("subject", format!("`{}` {why}", subject.text()))),
            None => Ok(Self { subject, ..self }),
        }
    }

    /// Creates a stream of this name when it connects, unless there is one. It listens to the subject, or where that is made
    /// of records, to all that begin with its first parts: `logs.{level}` is listened to by `logs.>`.
    ///
    /// # Errors
    ///
    /// The name is not of letters, digits, `-` and `_`.
    pub fn declare_stream(self, name: &str) -> Result<Self, Mistake> {
        let template = Template::new(name, STREAMS).map_err(|error| error.of_setting("declare_stream"))?;
        let Some(name) = template.constant() else {
            let why = format!("`{name}` has places for parts of a record; write one name");
            return Err(Mistake::new("declare_stream", why));
        };
        Ok(Self { declare_stream: Some(name.to_owned()), ..self })
    }

    /// Whom `tls://` trusts, and what it shows of itself.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// How long the acknowledgements of a batch are waited for; 30 s unless it is set.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long connecting may take, creating the stream included; 10 s unless it is set.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// Do the settings fit each other? Asked for again when it connects.
    ///
    /// # Errors
    ///
    /// A stream shall be created, and its subjects cannot be told.
    pub fn check(&self) -> Result<(), Mistake> {
        match self.declare_stream.is_some() && self.subjects().is_none() {
            true => Err(Mistake::new(
                "declare_stream",
                "the subject comes from each record from its first part on; let it begin with a name, as logs.{level} does",
            )),
            false => Ok(()),
        }
    }

    /// What a stream that is created listens to.
    pub(crate) fn subjects(&self) -> Option<String> {
        if let Some(subject) = self.subject.constant() {
            return Some(subject.to_owned());
        }
        let (before, _) = self.subject.text().split_once('{')?;
        let (parts, _) = before.rsplit_once('.')?;
        Some(format!("{parts}.>"))
    }

    pub(crate) fn describe(&self) -> Description {
        let url = match (&self.user, self.address.split_once("://")) {
            (Some(user), Some((scheme, host))) => format!("{scheme}://{user}@{host}"),
            _ => self.address.clone(),
        };
        let said = Description::new("nats")
            .with("url", url)
            .with_some("password", self.password.as_ref().map(|password| password.said("password")))
            .with_some("token", self.token.as_ref().map(|token| token.said("token")))
            .unless_usual("subject", self.subject.text(), SUBJECT)
            .with_some("declare_stream", self.declare_stream.clone())
            .unless_usual("timeout", self.timeout, TIMEOUT)
            .unless_usual("connect_timeout", self.connect_timeout, CONNECT_TIMEOUT);
        self.tls.describe(said)
    }
}

/// What is wrong with a subject, beside its letters.
pub(crate) fn objection(subject: &str) -> Option<&'static str> {
    subject.split('.').any(str::is_empty).then_some("has nothing before, after or between two dots; write a name there")
}

fn template(text: &str) -> Result<Template, Mistake> {
    Template::new(text, NAMES).map_err(|error| error.of_setting("subject"))
}
