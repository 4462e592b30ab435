//! What is set for a destination.

use crate::Mistake;
use crate::message::Headers;
use crate::topology::{Exchange, QueueType};
use crate::url::Broker;
use std::time::Duration;
use tracework_core::Description;
use tracework_format::{Allowed, Template};
#[cfg(feature = "tls")]
use tracework_net::Tls;

/// The punctuation of names, and their longest: a short string of AMQP has a length of one byte.
pub(crate) const NAMES: Allowed = Allowed::new("._-:/", 255);
/// How a binding may be written: a topic exchange knows `*` and `#`.
const BINDINGS: Allowed = Allowed::new("._-:/*#", 255);

const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) broker: Broker,
    /// `None` is the default exchange, which leads to the queue that the routing key names.
    pub(crate) exchange: Option<Template>,
    /// `None` is the empty key.
    pub(crate) routing_key: Option<Template>,
    pub(crate) headers: Headers,
    pub(crate) mandatory: bool,
    pub(crate) persistent: bool,
    pub(crate) declare_exchange: Option<Exchange>,
    pub(crate) declare_queue: Option<String>,
    pub(crate) queue_type: QueueType,
    pub(crate) bind: Option<String>,
    pub(crate) connection_name: String,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    #[cfg(feature = "tls")]
    pub(crate) tls: Tls,
}

impl Settings {
    /// The queue of records when nothing says where they go.
    pub(crate) const QUEUE: &'static str = "logs";
    pub(crate) const CONNECTION_NAME: &'static str = "tracework";

    pub(crate) fn new(broker: Broker) -> Self {
        Self {
            broker,
            exchange: None,
            routing_key: None,
            headers: Headers::default(),
            mandatory: true,
            persistent: true,
            declare_exchange: None,
            declare_queue: None,
            queue_type: QueueType::default(),
            bind: None,
            connection_name: Self::CONNECTION_NAME.to_owned(),
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            #[cfg(feature = "tls")]
            tls: Tls::default(),
        }
    }

    /// Does each record go to the same exchange by the same key? Then a message that leads nowhere is not its own fault.
    pub(crate) fn is_constant(&self) -> bool {
        let constant = |template: &Option<Template>| template.as_ref().is_none_or(|name| name.constant().is_some());
        constant(&self.exchange) && constant(&self.routing_key)
    }

    /// The name of the exchange if it is the same for every record; it is empty for the default exchange.
    pub(crate) fn constant_exchange(&self) -> Option<&str> {
        self.exchange.as_ref().map_or(Some(""), Template::constant)
    }

    /// The key that the queue is bound by.
    pub(crate) fn binding(&self) -> &str {
        let key = || self.routing_key.as_ref().map_or(Some(""), Template::constant).unwrap_or("#");
        self.bind.as_deref().unwrap_or_else(key)
    }

    /// Do the settings fit each other?
    pub(crate) fn check(&self) -> Result<(), Mistake> {
        let refuse = |setting, why: &str| Err(Mistake::new(setting, why));
        if self.declare_exchange.is_some() && self.exchange.is_none() {
            return refuse("declare_exchange", "`exchange` names it, and is not set");
        }
        let made = self.constant_exchange().is_none();
        if made && self.declare_exchange.is_some() {
            return refuse(
                "declare_exchange",
                "the name of the exchange comes from each record; declare them yourself",
            );
        }
        let Some(queue) = &self.declare_queue else {
            return match self.bind {
                Some(_) => refuse("bind", "it binds the queue that `declare_queue` names, which is not set"),
                None => Ok(()),
            };
        };
        if made {
            return refuse("declare_queue", "the name of the exchange comes from each record; bind a queue yourself");
        }
        let key = self.routing_key.as_ref().map(|key| key.constant());
        match (&self.exchange, key) {
            (None, Some(Some(key))) if key != queue => {
                refuse("declare_queue", "without `exchange`, `routing_key` names the queue, and names another one")
            }
            (None, Some(None)) => {
                refuse("declare_queue", "the name of the queue comes from each record; declare them yourself")
            }
            (None, _) if self.bind.is_some() => refuse("bind", "without `exchange` there is nothing to bind to"),
            (Some(_), Some(None)) if self.bind.is_none() && self.declare_exchange == Some(Exchange::Direct) => refuse(
                "bind",
                "`routing_key` differs from record to record, and a direct exchange wants one; set `bind`",
            ),
            _ => Ok(()),
        }
    }

    /// What a config says to make a destination of these settings once more.
    pub(crate) fn describe(&self) -> Description {
        let text = |template: &Option<Template>| template.as_ref().map(|template| template.text().to_owned());
        let said = Description::new("amqp")
            .with("url", self.broker.without_password())
            .with_some("password", self.broker.password().map(|password| password.said("password")))
            .with_some("exchange", text(&self.exchange))
            .with_some("routing_key", text(&self.routing_key))
            .with_some("declare_exchange", self.declare_exchange.map(Exchange::name))
            .with_some("declare_queue", self.declare_queue.clone())
            .unless_usual("queue_type", self.queue_type.name(), QueueType::default().name())
            .with_some("bind", self.bind.clone())
            .section("headers", self.headers.describe())
            .unless_usual("mandatory", self.mandatory, true)
            .unless_usual("persistent", self.persistent, true)
            .unless_usual("connection_name", self.connection_name.as_str(), Self::CONNECTION_NAME)
            .unless_usual("timeout", self.timeout, TIMEOUT)
            .unless_usual("connect_timeout", self.connect_timeout, CONNECT_TIMEOUT);
        self.describe_tls(said)
    }

    #[cfg(feature = "tls")]
    fn describe_tls(&self, said: Description) -> Description {
        self.tls.describe(said)
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "with TLS there is more to say")]
    fn describe_tls(&self, said: Description) -> Description {
        said
    }
}

/// A name with places for parts of a record.
pub(crate) fn template(setting: &'static str, text: &str) -> Result<Template, Mistake> {
    Template::new(text, NAMES).map_err(|error| error.of_setting(setting))
}

/// A name without places: that of a queue.
pub(crate) fn plain(setting: &'static str, text: &str, binding: bool) -> Result<String, Mistake> {
    let allowed = if binding { BINDINGS } else { NAMES };
    let template = Template::new(text, allowed).map_err(|error| error.of_setting(setting))?;
    match template.constant() {
        Some(name) => Ok(name.to_owned()),
        None => Err(Mistake::new(setting, format!("`{text}` has places for parts of a record; write one name"))),
    }
}
