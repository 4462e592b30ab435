//! Declaring what messages go through.

use crate::settings::Settings;
use crate::trouble::said;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ExchangeKind};
use tracework_core::Failure;

/// How an exchange finds the queues of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// By the routing key as it is.
    Direct,
    /// All that are bound.
    Fanout,
    /// By words of the routing key, with `*` and `#`.
    Topic,
    /// By headers.
    Headers,
}

impl Exchange {
    /// As a config says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Fanout => "fanout",
            Self::Topic => "topic",
            Self::Headers => "headers",
        }
    }

    fn kind(self) -> ExchangeKind {
        match self {
            Self::Direct => ExchangeKind::Direct,
            Self::Fanout => ExchangeKind::Fanout,
            Self::Topic => ExchangeKind::Topic,
            Self::Headers => ExchangeKind::Headers,
        }
    }
}

/// Which sort of queue RabbitMQ keeps (`x-queue-type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueType {
    /// What the virtual host has as its default.
    #[default]
    Default,
    /// On one node.
    Classic,
    /// On several nodes of a cluster.
    Quorum,
    /// A log that is read without being emptied.
    Stream,
}

impl QueueType {
    /// As a config says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Classic => "classic",
            Self::Quorum => "quorum",
            Self::Stream => "stream",
        }
    }

    fn arguments(self) -> FieldTable {
        let mut table = FieldTable::default();
        if self != Self::Default {
            table.insert("x-queue-type".into(), AMQPValue::LongString(LongString::from(self.name())));
        }
        table
    }
}

/// Declares what the settings ask for, all of it durable.
pub(crate) async fn declare(settings: &Settings, channel: &Channel) -> Result<(), Failure> {
    let exchange = settings.constant_exchange().unwrap_or_default();
    if let Some(kind) = settings.declare_exchange {
        let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
        let declared = channel.exchange_declare(exchange.into(), kind.kind(), options, FieldTable::default()).await;
        declared.map_err(|error| refused(settings, "declare_exchange", "exchange", exchange, &error))?;
    }
    let Some(queue) = &settings.declare_queue else { return Ok(()) };
    let options = QueueDeclareOptions { durable: true, ..Default::default() };
    let declared = channel.queue_declare(queue.as_str().into(), options, settings.queue_type.arguments()).await;
    declared.map_err(|error| refused(settings, "declare_queue", "queue", queue, &error))?;
    if exchange.is_empty() {
        return Ok(());
    }
    let key = settings.binding();
    let options = QueueBindOptions::default();
    let bound = channel.queue_bind(queue.as_str().into(), exchange.into(), key.into(), options, FieldTable::default());
    let wrong = |error: &lapin::Error| {
        let (broker, why) = (&settings.broker, said(error));
        Failure::temporary(format!("{broker}: binding the queue `{queue}` to the exchange `{exchange}`: {why}"))
    };
    bound.await.map_err(|error| wrong(&error))
}

/// An operator can mend it, so it is temporary.
fn refused(settings: &Settings, setting: &str, what: &str, name: &str, error: &lapin::Error) -> Failure {
    const PRECONDITION_FAILED: u16 = 406;
    let broker = &settings.broker;
    let help = match error.kind() {
        lapin::ErrorKind::ProtocolError(error) if error.get_id() == PRECONDITION_FAILED => {
            format!("; it is there already, made otherwise: leave out `{setting}`, or delete it")
        }
        _ => String::new(),
    };
    Failure::temporary(format!("{broker}: declaring the {what} `{name}`: {}{help}", said(error)))
}
