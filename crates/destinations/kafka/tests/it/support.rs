//! What the tests share.

use rdkafka::Message as _;
use rdkafka::Offset;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::topic_partition_list::TopicPartitionList;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracework_core::{Destination, Failure, OwnedRecord};
use tracework_kafka::{CreateTopic, Kafka};
use tracework_testkit::{Bundle, TestRecord};

/// A name that no other test and no other run has.
pub(crate) fn unique(what: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
    format!("{what}-{}-{since}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A destination that writes to `topic`, which it creates, and gives up soon.
pub(crate) fn kafka(broker: &str, topic: &str) -> Kafka {
    Kafka::new([broker], topic).create_topic(CreateTopic::default()).timeout(Duration::from_secs(10))
}

/// Delivers the records as one batch, in the destination's usual format.
pub(crate) fn deliver(to: &mut Kafka, records: &[OwnedRecord]) -> Result<(), Failure> {
    let mut format = to.usual_format().expect("a format");
    Bundle::encoded(records.to_vec(), format.as_mut()).with(|batch| to.deliver(batch))
}

pub(crate) fn record(message: impl Into<String>) -> OwnedRecord {
    TestRecord::new(message).build()
}

/// A message that was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) key: Option<String>,
    pub(crate) value: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) millis: Option<i64>,
}

impl Read {
    fn of(message: &BorrowedMessage<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
        Self {
            key: message.key().map(text),
            value: message.payload().map(text).unwrap_or_default(),
            headers: headers.map(|one| (one.key.to_owned(), one.value.map(text).unwrap_or_default())).collect(),
            millis: message.timestamp().to_millis(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All messages of partition 0, in order, once there are `expected` and for a moment no more come.
pub(crate) fn read(broker: &str, topic: &str, expected: usize) -> Vec<Read> {
    read_partition(broker, topic, 0, expected)
}

pub(crate) fn read_partition(broker: &str, topic: &str, partition: i32, expected: usize) -> Vec<Read> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker).set("group.id", "none").set("enable.auto.commit", "false");
    config.set("fetch.wait.max.ms", "50").set("log_level", "0");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut assigned = TopicPartitionList::new();
    assigned.add_partition_offset(topic, partition, Offset::Beginning).expect("a place");
    consumer.assign(&assigned).expect("assigned");
    let (mut all, mut quiet_since, end) = (Vec::new(), Instant::now(), Instant::now() + Duration::from_secs(20));
    while Instant::now() < end {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) {
            all.push(Read::of(&message));
            quiet_since = Instant::now();
        }
        // The first one takes as long as the consumer takes to come in.
        let quiet = if all.is_empty() { 2_000 } else { 300 };
        if all.len() >= expected && quiet_since.elapsed() > Duration::from_millis(quiet) {
            break;
        }
    }
    all
}

/// The values alone.
pub(crate) fn values(broker: &str, topic: &str, expected: usize) -> Vec<String> {
    read(broker, topic, expected).into_iter().map(|read| read.value).collect()
}
