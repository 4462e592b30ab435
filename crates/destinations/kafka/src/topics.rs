//! Which topics are there.

use crate::settings::CreateTopic;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::Failure;
use tracework_net::Runtime;

/// Topics that are remembered. librdkafka remembers each topic that it ever wrote to, so beyond this the producer is made anew.
pub(crate) const MOST: usize = 1_000;
/// How long a missing topic is taken for missing.
const MISSING_FOR: Duration = Duration::from_secs(10);

/// Why nothing can be written to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) why: Arc<str>,
}

/// The topics that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    seen: HashMap<String, Seen>,
}

#[derive(Debug)]
enum Seen {
    There,
    Absent(Absent, Instant),
}

impl Topics {
    /// What is known of a topic.
    pub(crate) fn get(&self, topic: &str) -> Option<Result<(), Absent>> {
        match self.seen.get(topic)? {
            Seen::There => Some(Ok(())),
            Seen::Absent(absent, since) if since.elapsed() < MISSING_FOR => Some(Err(absent.clone())),
            Seen::Absent(..) => None,
        }
    }

    pub(crate) fn note(&mut self, topic: &str, there: Result<(), Absent>) {
        let seen = match there {
            Ok(()) => Seen::There,
            Err(absent) => Seen::Absent(absent, Instant::now()),
        };
        self.seen.insert(topic.to_owned(), seen);
    }

    /// It is asked for again when it is written to again.
    pub(crate) fn forget(&mut self, topic: &str) {
        self.seen.remove(topic);
    }

    /// Everything is asked for again.
    pub(crate) fn forget_missing(&mut self) {
        self.seen.retain(|_, seen| matches!(seen, Seen::There));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.seen.len() >= MOST
    }
}

/// Creates a topic; that it is there already is fine.
pub(crate) fn create(config: &ClientConfig, topic: &str, how: CreateTopic, limit: Duration) -> Result<(), Failure> {
    let failed = |why: String| Failure::temporary(format!("creating the topic `{topic}`: {why}"));
    let admin: AdminClient<Quiet> = config.create_with_context(Quiet).map_err(|error| failed(error.to_string()))?;
    let copies = how.replication.map_or(-1, i32::from);
    let new = NewTopic::new(topic, i32::from(how.partitions), TopicReplication::Fixed(copies));
    let options = AdminOptions::new().operation_timeout(Some(limit)).request_timeout(Some(limit));
    let asked = async {
        let answers = admin.create_topics([&new], &options).await;
        let answers = answers.map_err(|error| failed(error.to_string()))?;
        match answers.into_iter().next() {
            Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) | Some(Ok(_)) => Ok(()),
            Some(Err((_, code))) => Err(failed(code.to_string())),
            None => Err(failed("the broker did not answer".to_owned())),
        }
    };
    // librdkafka keeps the limit; a second more, so that it is its answer which is told.
    Runtime::new()?.within(limit + Duration::from_secs(1), &format!("creating the topic `{topic}`"), asked)
}

/// What this client logs is of no interest: its failures are told.
struct Quiet;

impl rdkafka::ClientContext for Quiet {
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
    fn stats_raw(&self, _: &[u8]) {}
    fn error(&self, _: rdkafka::error::KafkaError, _: &str) {}
}
