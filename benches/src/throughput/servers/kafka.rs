//! A broker that speaks Kafka's protocol, beside a producer of librdkafka alone.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Runtime;
use tracework::core::{Attachment, Record};
use tracework::kafka::Kafka;

use super::{runtime, unique};
use crate::contest::Server;
use crate::lots::Lot;

/// Where it listens.
const BROKER: &str = "127.0.0.1:9092";

/// How long the broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The broker at its usual port.
struct Broker {
    /// What the questions for topics run on.
    runtime: Runtime,
    /// Makes and removes topics.
    admin: AdminClient<DefaultClientContext>,
    /// The topic of a run.
    topic: String,
}

/// The options of a client.
fn config() -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", BROKER);
    config
}

/// The broker, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    let admin: AdminClient<_> = config().create()?;
    admin.inner().fetch_metadata(None, Duration::from_secs(5))?;
    Ok(Box::new(Broker { runtime: runtime()?, admin, topic: unique() }))
}

/// The headers that the destination gives a message too.
fn headers(record: &Record<'_>) -> OwnedHeaders {
    let id = record.event_id().to_string();
    OwnedHeaders::new_with_capacity(2)
        .insert(Header { key: "event_id", value: Some(id.as_bytes()) })
        .insert(Header { key: "level", value: Some(record.severity().name().as_bytes()) })
}

impl Broker {
    /// Sends everything by a producer with a thread that polls it, and waits for the last report.
    fn produce(&self, lots: &[Lot], linger: &str) -> Result<Duration> {
        let mut config = config();
        config.set("acks", "all").set("enable.idempotence", "true").set("linger.ms", linger);
        let producer: ThreadedProducer<DefaultProducerContext> = config.create()?;
        producer.client().fetch_metadata(Some(&self.topic), PATIENCE)?;
        let begun = Instant::now();
        for (record, line) in lots.iter().flat_map(Lot::lines) {
            let time = record.time().0.div_euclid(1_000_000);
            let mut message =
                BaseRecord::<(), [u8]>::to(&self.topic).payload(line).timestamp(time).headers(headers(&record));
            while let Err((error, back)) = producer.send(message) {
                ensure!(error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull), "{error}");
                std::thread::sleep(Duration::from_millis(1));
                message = back;
            }
        }
        producer.flush(PATIENCE)?;
        Ok(begun.elapsed())
    }
}

impl Server for Broker {
    fn about(&self) -> String {
        "tansu, a broker that speaks Kafka's protocol, in memory; one partition".to_owned()
    }

    fn begin(&mut self) -> Result<()> {
        self.topic = unique();
        let topic = NewTopic::new(&self.topic, 1, TopicReplication::Fixed(1));
        let made = self.runtime.block_on(self.admin.create_topics(&[topic], &AdminOptions::new()))?;
        ensure!(made.iter().all(Result::is_ok), "the topic could not be made: {made:?}");
        Ok(())
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(Kafka::new([BROKER], &self.topic).into())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["librdkafka, its own defaults (linger.ms = 5)", "librdkafka, linger.ms = 0, as the destination"]
    }

    fn rival(&mut self, which: usize, lots: &[Lot]) -> Result<Duration> {
        self.produce(lots, if which == 0 { "5" } else { "0" })
    }

    fn count(&mut self) -> Result<Option<u64>> {
        // Read, since what this broker says of a topic's end does not have its last messages.
        let mut places = TopicPartitionList::new();
        places.add_partition_offset(&self.topic, 0, Offset::Beginning)?;
        let consumer: BaseConsumer =
            config().set("group.id", "throughput").set("enable.partition.eof", "true").create()?;
        consumer.assign(&places)?;
        let mut count = 0;
        while let Some(message) = consumer.poll(PATIENCE) {
            match message {
                Ok(_) => count += 1,
                Err(KafkaError::PartitionEOF(_)) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(count))
    }

    fn end(&mut self) -> Result<()> {
        // Not every broker lets go of its topics; they stay in its memory then.
        let _ = self.runtime.block_on(self.admin.delete_topics(&[&self.topic], &AdminOptions::new()))?;
        Ok(())
    }
}
