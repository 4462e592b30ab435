//! Which topics are there.

use crate::settings::CreateTopic;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::MetadataTopic;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::Failure;
use tracework_net::Runtime;

/// Topics that are remembered. librdkafka remembers each topic that it ever wrote to, so beyond this the producer is made anew.
pub(crate) const MOST: usize = 1_000;
/// How long a missing topic is taken for missing.
const MISSING_FOR: Duration = Duration::from_secs(10);

/// How long a topic without a leader is taken for one.
const SOON_FOR: Duration = Duration::from_secs(1);

/// Why nothing can be written to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) why: Arc<str>,
    /// Whether brokers say of themselves that it will pass.
    pub(crate) soon: bool,
}

/// Whether brokers are believed at once that a topic is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// They are asked again, since records are refused by what they say.
    Yes,
    /// They are, since it is only told.
    No,
}

/// What brokers say of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    There,
    /// It is there, or is about to be, and has no leader yet.
    Soon,
    /// They do not know it.
    Missing,
    /// It cannot be written to, for this reason.
    Barred(RDKafkaErrorCode),
}

impl Found {
    /// What brokers answered.
    pub(crate) fn read(topic: &MetadataTopic) -> Self {
        match topic.error().map(RDKafkaErrorCode::from) {
            None if !topic.partitions().is_empty() => Self::There,
            None | Some(RDKafkaErrorCode::LeaderNotAvailable) => Self::Soon,
            Some(RDKafkaErrorCode::UnknownTopicOrPartition) => Self::Missing,
            Some(code) => Self::Barred(code),
        }
    }

    /// Is it worth while to ask again?
    pub(crate) fn may_come(&self) -> bool {
        matches!(self, Self::Soon | Self::Missing)
    }

    /// The same, of a topic that was created.
    pub(crate) fn or_soon(self) -> Self {
        if self == Self::Missing { Self::Soon } else { self }
    }

    /// Can `topic` be written to?
    pub(crate) fn of(self, topic: &str) -> Result<(), Absent> {
        let why = match &self {
            Self::There => return Ok(()),
            Self::Soon => "has no leader yet".to_owned(),
            Self::Missing => "is not there; create it, or set `create_topic`".to_owned(),
            Self::Barred(code) => format!("cannot be written to: {code}"),
        };
        Err(Absent { why: Arc::from(format!("the topic `{topic}` {why}")), soon: self == Self::Soon })
    }
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
            Seen::Absent(absent, since) => {
                let lasts = if absent.soon { SOON_FOR } else { MISSING_FOR };
                (since.elapsed() < lasts).then(|| Err(absent.clone()))
            }
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
