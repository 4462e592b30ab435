//! Setting it up.

use crate::link::Link;
use crate::settings::{Settings, plain, template};
use crate::topology::{Exchange, QueueType};
use crate::url::Broker;
use crate::{Credential, Mistake};
use std::fmt;
use std::time::Duration;
use tracework_core::OwnThread;
#[cfg(feature = "tls")]
use tracework_net::Tls;

/// Publishes to an exchange of a broker that speaks AMQP 0-9-1, such as RabbitMQ. A record is delivered once the broker has
/// confirmed it: with the defaults, when every queue that it went to has it on disk.
///
/// Each record is a message of its own. Its `message_id` is the id of the event, the same whenever it is published again, so
/// a consumer that sees it twice can know. `timestamp`, `content_type`, `app_id` (the service) and the headers `level`,
/// `kind` and `target` are set as well.
///
/// What goes wrong:
///
/// | | is |
/// |---|---|
/// | no connection, a login or a declaration refused, `basic.nack`, no confirmation in time, a broker short of memory | temporary; what was not confirmed is published again |
/// | no queue for a message, and every record takes the same way | temporary: the way is missing |
/// | no queue or exchange for a message whose way was made of its record; a name that is not allowed; a message that is too large | permanent, for that record alone |
pub struct Amqp {
    pub(crate) settings: Settings,
    pub(crate) content_type: &'static str,
    pub(crate) own: Option<OwnThread>,
    pub(crate) link: Option<Link>,
}

impl fmt::Debug for Amqp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Amqp").field("broker", &self.settings.broker).finish_non_exhaustive()
    }
}

impl Amqp {
    /// The broker of a URL: `amqp://user@host:5672/vhost`, where `/` in the name of a virtual host is `%2f`. Without a
    /// user it is guest, without a virtual host `/`. The parameters `heartbeat`, `frame_max`, `channel_max` and
    /// `auth_mechanism` of RabbitMQ's URIs may follow. `amqps://` needs the feature `tls`.
    /// Records go to the queue `logs` unless it is said otherwise.
    ///
    /// # Errors
    ///
    /// It is no such URL. The message does not show it, since it may hold a password.
    ///
    /// ```
    /// use tracework_amqp::Amqp;
    ///
    /// let error = Amqp::to("http://ann:hunter2@mq").unwrap_err();
    /// assert_eq!(error.to_string(), "url: this is no URL of a broker; it begins with amqp:// or amqps://");
    /// ```
    pub fn to(url: &str) -> Result<Self, Mistake> {
        let settings = Settings::new(Broker::new(url)?);
        Ok(Self { settings, content_type: "application/octet-stream", own: None, link: None })
    }

    /// The password, instead of one in the URL. It appears in no message and in no saved plan.
    #[must_use]
    pub fn password(mut self, password: impl Into<Credential>) -> Self {
        self.settings.broker = self.settings.broker.with_password(password.into());
        self
    }

    /// The exchange that records are published to: a [`Template`](tracework_format::Template) of letters, digits and
    /// `._-:/`. Without it, the routing key names the queue.
    ///
    /// # Errors
    ///
    /// It is no template, or a name that is not allowed.
    pub fn exchange(mut self, exchange: &str) -> Result<Self, Mistake> {
        self.settings.exchange = Some(template("exchange", exchange)?);
        Ok(self)
    }

    /// The routing key: a template as for the exchange, such as `{service}.{level}`. Without it, the key is empty.
    ///
    /// # Errors
    ///
    /// It is no template, or a key that is not allowed.
    pub fn routing_key(mut self, key: &str) -> Result<Self, Mistake> {
        self.settings.routing_key = Some(template("routing_key", key)?);
        Ok(self)
    }

    /// Declares the exchange, durable, each time it connects.
    #[must_use]
    pub fn declare_exchange(mut self, exchange: Exchange) -> Self {
        self.settings.declare_exchange = Some(exchange);
        self
    }

    /// Declares a queue of this name, durable, each time it connects, and binds it to the exchange if one is set. Without
    /// an exchange, records go to this queue.
    ///
    /// # Errors
    ///
    /// The name is not allowed, or has places.
    pub fn declare_queue(mut self, queue: &str) -> Result<Self, Mistake> {
        self.settings.declare_queue = Some(plain("declare_queue", queue, false)?);
        Ok(self)
    }

    /// The type of the queue that is declared.
    #[must_use]
    pub fn queue_type(mut self, queue_type: QueueType) -> Self {
        self.settings.queue_type = queue_type;
        self
    }

    /// The key that the declared queue is bound by; `*` and `#` are for topic exchanges. Without it, that is the routing
    /// key, or `#` if that differs from record to record.
    ///
    /// # Errors
    ///
    /// The key is not allowed.
    pub fn bind(mut self, key: &str) -> Result<Self, Mistake> {
        self.settings.bind = Some(plain("bind", key, true)?);
        Ok(self)
    }

    /// Adds a header, made of each record by a [`Pattern`](tracework_format::Pattern). One holds 1 KiB; what is longer is
    /// cut. There may be 32.
    ///
    /// # Errors
    ///
    /// It is no pattern, or no name of a header, or there are too many.
    pub fn header(mut self, name: &str, pattern: &str) -> Result<Self, Mistake> {
        self.settings.headers.add(name, pattern)?;
        Ok(self)
    }

    /// Whether a message that no queue is there for comes back, so that it counts; yes unless it is set. Otherwise the
    /// broker confirms and forgets it.
    #[must_use]
    pub fn mandatory(mut self, mandatory: bool) -> Self {
        self.settings.mandatory = mandatory;
        self
    }

    /// Whether durable queues keep messages on disk; yes unless it is set.
    #[must_use]
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.settings.persistent = persistent;
        self
    }

    /// What the broker lists the connection as; `tracework` unless it is set.
    #[must_use]
    pub fn connection_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.settings.connection_name);
        self
    }

    /// How long the confirmations of a batch are waited for; 30 s unless it is set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long connecting may take, declarations included; 10 s unless it is set.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Whom `amqps://` trusts, and what it shows of itself.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.settings.tls = tls;
        self
    }

    /// Do the settings fit each other? Asked for again when it connects.
    ///
    /// # Errors
    ///
    /// They do not; the message says which.
    ///
    /// ```
    /// use tracework_amqp::Amqp;
    ///
    /// let error = Amqp::to("amqp://localhost")?.bind("#")?.check().unwrap_err();
    /// assert_eq!(error.setting, "bind");
    /// # Ok::<(), tracework_amqp::Mistake>(())
    /// ```
    pub fn check(&self) -> Result<(), Mistake> {
        self.settings.check()
    }
}
