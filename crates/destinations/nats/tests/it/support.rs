//! The server, and streams of a test's own.

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{Config, StorageType};
use async_nats::jetstream::{Context, Message};
use futures_util::StreamExt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;
use tracework_core::{Destination, Failure, OwnedRecord};
use tracework_format::Json;
use tracework_nats::JetStream;
use tracework_testkit::{Bundle, TestRecord, service};

/// A stream of its own, gone when the test ends. It listens to what begins with its name.
pub(crate) struct Stream {
    pub(crate) at: SocketAddr,
    pub(crate) name: String,
    runtime: Runtime,
    context: Context,
    read: u64,
}

impl Stream {
    pub(crate) fn new() -> Option<Self> {
        Self::with(|config| config)
    }

    pub(crate) fn with(change: impl FnOnce(Config) -> Config) -> Option<Self> {
        Self::absent().map(|absent| absent.create_with(change))
    }

    /// There is a stream of this name from now on.
    pub(crate) fn create(self) -> Self {
        self.create_with(|config| config)
    }

    fn create_with(self, change: impl FnOnce(Config) -> Config) -> Self {
        let subjects = vec![self.name.clone(), format!("{}.>", self.name)];
        let config = Config { name: self.name.clone(), subjects, storage: StorageType::Memory, ..Config::default() };
        self.runtime.block_on(self.context.create_stream(change(config))).expect("a stream");
        self
    }

    /// A name, of which there is no stream yet.
    pub(crate) fn absent() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let at = service("nats", "127.0.0.1:4222")?;
        let name = format!("tracework-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let context = runtime.block_on(async {
            async_nats::jetstream::new(async_nats::connect(at.to_string()).await.expect("it connects"))
        });
        Some(Self { at, name, runtime, context, read: 0 })
    }

    pub(crate) fn destination(&self) -> JetStream {
        self.destination_by(self.at)
    }

    /// A destination for it, by another way.
    pub(crate) fn destination_by(&self, at: SocketAddr) -> JetStream {
        JetStream::to(&format!("nats://{at}")).and_then(|nats| nats.subject(&self.name)).expect("a destination")
    }

    /// The messages that came since it was asked last.
    pub(crate) fn messages(&mut self) -> Vec<Message> {
        let Self { runtime, context, name, read, .. } = self;
        runtime.block_on(async {
            let mut stream = context.get_stream(name.as_str()).await.expect("a stream");
            let last = stream.info().await.expect("what it holds").state.last_sequence;
            let count = usize::try_from(last - *read).expect("a number");
            let deliver_policy = DeliverPolicy::ByStartSequence { start_sequence: *read + 1 };
            let config = pull::Config { deliver_policy, ack_policy: AckPolicy::None, ..Default::default() };
            let consumer = stream.create_consumer(config).await.expect("a consumer");
            let messages = consumer.batch().max_messages(count).messages().await.expect("messages");
            *read = last;
            messages.take(count).map(|message| message.expect("a message")).collect().await
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.context.delete_stream(&self.name));
    }
}

pub(crate) fn text(message: &Message) -> String {
    String::from_utf8(message.payload.to_vec()).expect("UTF-8")
}

pub(crate) fn header(message: &Message, name: &str) -> String {
    message.headers.as_ref().and_then(|headers| headers.get(name)).map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn records(messages: &[&str]) -> Vec<OwnedRecord> {
    messages.iter().map(|message| TestRecord::new(*message).build()).collect()
}

pub(crate) fn id(record: &OwnedRecord) -> String {
    record.view().event_id().to_string()
}

pub(crate) fn deliver(nats: &mut JetStream, records: &[OwnedRecord]) -> Result<(), Failure> {
    let mut format = Json::default();
    nats.takes(&format);
    Bundle::encoded(records.to_vec(), &mut format).with(|batch| nats.deliver(batch))
}
