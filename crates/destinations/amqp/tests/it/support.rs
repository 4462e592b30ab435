//! The broker, and queues of a test's own, read by another client.

use lapin::message::BasicGetMessage;
use lapin::options::{
    BasicGetOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties, ExchangeKind};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;
use tracework_amqp::Amqp;
use tracework_core::{Destination, Failure, Format, OwnedRecord, Severity, Value};
use tracework_format::Json;
use tracework_testkit::{Bundle, TestRecord, service};

/// RabbitMQ; `None`, and a word about it, if it is not there.
pub(crate) fn broker() -> Option<SocketAddr> {
    service("rabbitmq", "127.0.0.1:5672")
}

pub(crate) fn url(at: SocketAddr) -> String {
    format!("amqp://guest:guest@{at}/%2f")
}

/// A name that no other test has.
pub(crate) fn unique(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("tracework-{what}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Another client.
pub(crate) struct Client {
    pub(crate) runtime: Runtime,
    pub(crate) channel: Channel,
    connection: Connection,
}

impl Client {
    pub(crate) fn new(at: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (connection, channel) = runtime.block_on(async {
            let connection = Connection::connect(&url(at), ConnectionProperties::default()).await.expect("it connects");
            let channel = connection.create_channel().await.expect("a channel");
            (connection, channel)
        });
        Self { runtime, channel, connection }
    }

    /// Declares an exchange that goes with its last queue.
    pub(crate) fn exchange(&self, kind: ExchangeKind) -> String {
        let name = unique("exchange");
        let options = ExchangeDeclareOptions { auto_delete: true, ..Default::default() };
        let declared = self.channel.exchange_declare(name.as_str().into(), kind, options, FieldTable::default());
        self.runtime.block_on(declared).expect("an exchange");
        name
    }

    pub(crate) fn bind(&self, queue: &str, exchange: &str, key: &str) {
        let options = QueueBindOptions::default();
        let (queue, exchange) = (queue.into(), exchange.into());
        let bound = self.channel.queue_bind(queue, exchange, key.into(), options, FieldTable::default());
        self.runtime.block_on(bound).expect("a binding");
    }

    pub(crate) fn declare(&self, queue: &str, arguments: &[(&str, AMQPValue)]) {
        let mut table = FieldTable::default();
        for (name, value) in arguments {
            table.insert((*name).into(), value.clone());
        }
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        self.runtime.block_on(self.channel.queue_declare(queue.into(), options, table)).expect("a queue");
    }

    pub(crate) fn get(&self, queue: &str) -> Option<BasicGetMessage> {
        let options = BasicGetOptions { no_ack: true };
        self.runtime.block_on(self.channel.basic_get(queue.into(), options)).expect("it is read")
    }

    pub(crate) fn delete_exchange(&self, exchange: &str) {
        let deleted = self.channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default());
        let _ = self.runtime.block_on(deleted);
    }

    pub(crate) fn delete(&self, queue: &str) {
        let deleted = self.channel.queue_delete(queue.into(), QueueDeleteOptions::default());
        let _ = self.runtime.block_on(deleted);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.connection.close(200, "OK".into()));
    }
}

/// A queue of its own, gone when the test ends.
pub(crate) struct Queue {
    pub(crate) at: SocketAddr,
    pub(crate) name: String,
    pub(crate) client: Client,
}

impl Queue {
    pub(crate) fn new() -> Option<Self> {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[(&str, AMQPValue)]) -> Option<Self> {
        let (at, name) = (broker()?, unique("queue"));
        let client = Client::new(at);
        client.declare(&name, arguments);
        Some(Self { at, name, client })
    }

    pub(crate) fn named(at: SocketAddr, name: &str) -> Self {
        let client = Client::new(at);
        client.declare(name, &[]);
        Self { at, name: name.to_owned(), client }
    }

    /// One that is there already, to be read and deleted.
    pub(crate) fn found(at: SocketAddr, name: &str) -> Self {
        Self { at, name: name.to_owned(), client: Client::new(at) }
    }

    /// A destination for it.
    pub(crate) fn amqp(&self) -> Amqp {
        self.amqp_by(self.at)
    }

    /// A destination for it, by another way.
    pub(crate) fn amqp_by(&self, at: SocketAddr) -> Amqp {
        Amqp::to(&url(at)).and_then(|amqp| amqp.routing_key(&self.name)).expect("a destination")
    }

    /// What arrived since it was asked last.
    pub(crate) fn messages(&self) -> Vec<BasicGetMessage> {
        std::iter::from_fn(|| self.client.get(&self.name)).collect()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |message: BasicGetMessage| String::from_utf8(message.delivery.data).expect("UTF-8");
        self.messages().into_iter().map(text).collect()
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.client.delete(&self.name);
    }
}

pub(crate) fn record(message: &str, tenant: &str) -> OwnedRecord {
    TestRecord::new(message).severity(Severity::ERROR).field("tenant", Value::Str(tenant)).build()
}

pub(crate) fn records(messages: &[&str]) -> Vec<OwnedRecord> {
    messages.iter().map(|message| record(message, "acme")).collect()
}

pub(crate) fn deliver(amqp: &mut Amqp, records: &[OwnedRecord]) -> Result<(), Failure> {
    let mut format = Json::default();
    amqp.takes(&format as &dyn Format);
    Bundle::encoded(records.to_vec(), &mut format).with(|batch| amqp.deliver(batch))
}

pub(crate) fn id(message: &BasicGetMessage) -> String {
    message.properties.message_id().as_ref().expect("an id").to_string()
}
