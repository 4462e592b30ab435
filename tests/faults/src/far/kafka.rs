//! A topic of a broker of our own that speaks Kafka's protocol, read by a consumer of librdkafka.

use super::{FarEnd, free_port, installed, listens, numbers_in, unique};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::{Message as _, Offset};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tracework_testkit::Proxy;

/// So long nothing more comes.
const STILL: Duration = Duration::from_millis(1_500);

struct KafkaEnd {
    broker: Child,
    way: Proxy,
    topic: String,
}

#[expect(clippy::print_stderr, reason = "a destination that was left out says so")]
pub(super) fn start(folder: &Path) -> Option<Box<dyn FarEnd>> {
    let Some(program) = installed("tansu") else {
        eprintln!("LEFT OUT: there is no tansu; `scripts/services kafka` installs it");
        return None;
    };
    let port = free_port();
    let way = Proxy::to(([127, 0, 0, 1], port).into()).expect("a proxy");
    let mut command = Command::new(program);
    // Clients go where it says that it listens, which is the way.
    command.args(["broker", "--listener-url", &format!("tcp://127.0.0.1:{port}")]);
    command.args(["--advertised-listener-url", &format!("tcp://{}", way.address())]);
    command.args(["--storage-engine", "memory://tansu/"]).current_dir(folder);
    let broker = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    assert!(listens(port), "the broker does not listen");
    Some(Box::new(KafkaEnd { broker, way, topic: unique() }))
}

impl FarEnd for KafkaEnd {
    fn config(&self) -> String {
        let (address, topic) = (self.way.address(), &self.topic);
        format!(
            "    type: kafka\n    brokers: [\"{address}\"]\n    topic: {topic}\n    timeout: 10s\n    create_topic: {{ partitions: 1, replication: 1 }}\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    /// What the partition has. The broker does not say reliably where it ends: it ends where nothing more comes.
    fn numbers(&mut self) -> Vec<u64> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.way.address().to_string()).set("group.id", "none");
        config.set("enable.auto.commit", "false").set("fetch.wait.max.ms", "50").set("log_level", "0");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let mut assigned = TopicPartitionList::new();
        assigned.add_partition_offset(&self.topic, 0, Offset::Beginning).expect("a place");
        consumer.assign(&assigned).expect("assigned");
        let (mut numbers, mut last) = (Vec::new(), Instant::now());
        while last.elapsed() < STILL {
            if let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) {
                numbers.extend(numbers_in(&String::from_utf8_lossy(message.payload().unwrap_or_default())));
                last = Instant::now();
            }
        }
        numbers
    }
}

impl Drop for KafkaEnd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}
