//! RabbitMQ, beside lapin with confirms.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, PublisherConfirm};
use tokio::runtime::Runtime;
use tracework::amqp::Amqp;
use tracework::core::{Attachment, Record};

use super::{runtime, unique};
use crate::contest::Server;
use crate::lots::Lot;
use crate::programs::printed;

/// Where it listens.
const URL: &str = "amqp://127.0.0.1:5672/%2f";

/// Confirms that are on their way, where batches do not bound them.
const ON_THEIR_WAY: usize = 2_000;

/// The server at its usual port.
struct RabbitMq {
    /// What lapin runs on.
    runtime: Runtime,
    /// Its connection.
    _connection: Connection,
    /// Its channel.
    channel: Channel,
    /// The queue of a run.
    queue: String,
}

/// The server, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    let runtime = runtime()?;
    let (connection, channel) = runtime.block_on(async {
        let connection = Connection::connect(URL, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok::<_, lapin::Error>((connection, channel))
    })?;
    Ok(Box::new(RabbitMq { runtime, _connection: connection, channel, queue: unique() }))
}

/// The properties that the destination gives a message too.
fn properties(record: &Record<'_>) -> BasicProperties {
    let mut headers = FieldTable::default();
    let mut insert = |name: &str, value: &str| {
        headers.insert(name.into(), AMQPValue::LongString(LongString::from(value.as_bytes())));
    };
    insert("level", record.severity().name());
    insert("kind", record.kind().name());
    insert("target", record.target());
    BasicProperties::default()
        .with_message_id(record.event_id().to_string().into())
        .with_timestamp(u64::try_from(record.time().0 / 1_000_000_000).unwrap_or_default())
        .with_delivery_mode(2)
        .with_content_type("application/json".into())
        .with_headers(headers)
}

impl RabbitMq {
    /// Hands a message to lapin.
    async fn publish(&self, record: Record<'_>, line: &[u8]) -> lapin::Result<PublisherConfirm> {
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        let queue = self.queue.as_str().into();
        self.channel.basic_publish("".into(), queue, options, line, properties(&record)).await
    }

    /// A batch together, then its confirms.
    async fn by_batch(&self, lots: &[Lot]) -> Result<()> {
        for lot in lots {
            let confirms = try_join_all(lot.lines().map(|(record, line)| self.publish(record, line))).await?;
            for confirm in confirms {
                taken(confirm).await?;
            }
        }
        Ok(())
    }

    /// One after the other; once so many confirms are on their way, the oldest is waited for.
    async fn by_window(&self, lots: &[Lot]) -> Result<()> {
        let mut sent = VecDeque::new();
        for (record, line) in lots.iter().flat_map(Lot::lines) {
            sent.push_back(self.publish(record, line).await?);
            if sent.len() > ON_THEIR_WAY
                && let Some(oldest) = sent.pop_front()
            {
                taken(oldest).await?;
            }
        }
        for confirm in sent {
            taken(confirm).await?;
        }
        Ok(())
    }
}

/// Waits until the broker has taken it.
async fn taken(confirm: PublisherConfirm) -> Result<()> {
    ensure!(matches!(confirm.await?, Confirmation::Ack(None)), "the broker did not take a message");
    Ok(())
}

impl Server for RabbitMq {
    fn about(&self) -> String {
        let version = printed("rabbitmqctl", &["version"]).unwrap_or_default();
        format!("RabbitMQ {version}, a durable queue")
    }

    fn begin(&mut self) -> Result<()> {
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        let declared = self.channel.queue_declare(self.queue.as_str().into(), options, FieldTable::default());
        Ok(self.runtime.block_on(declared).map(|_| ())?)
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(Amqp::to(URL)?.routing_key(&self.queue)?.into())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["lapin, batch by batch", "lapin, 2,000 confirms on their way"]
    }

    fn rival(&mut self, which: usize, lots: &[Lot]) -> Result<Duration> {
        let begun = Instant::now();
        match which {
            0 => self.runtime.block_on(self.by_batch(lots))?,
            _ => self.runtime.block_on(self.by_window(lots))?,
        }
        Ok(begun.elapsed())
    }

    fn count(&mut self) -> Result<Option<u64>> {
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let declared = self.channel.queue_declare(self.queue.as_str().into(), options, FieldTable::default());
        Ok(Some(self.runtime.block_on(declared)?.message_count().into()))
    }

    fn end(&mut self) -> Result<()> {
        let deleted = self.channel.queue_delete(self.queue.as_str().into(), QueueDeleteOptions::default());
        Ok(self.runtime.block_on(deleted).map(|_| ())?)
    }
}
