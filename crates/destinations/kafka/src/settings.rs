//! What is set for a destination.

use crate::options::{ALIASES, check_option};
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use std::collections::BTreeMap;
use std::time::Duration;
use tracework_core::{Credential, Mistake};
use tracework_format::{Allowed, Pattern, Template};

/// Names of topics: letters, digits, `.`, `_` and `-`, at most 249 of them (`org.apache.kafka.common.internals.Topic`).
const TOPICS: Allowed = Allowed::new("._-", 249);

/// What librdkafka is told unless `client` says something else.
const USUAL: [(&str, &str); 6] = [
    // Messages leave when they come: what comes while a request is on its way fills the next.
    ("linger.ms", "0"),
    // Bytes of messages that wait in librdkafka; a larger batch goes through it by and by.
    ("queue.buffering.max.kbytes", "32768"),
    // A broker that came back is found within two seconds.
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.keepalive.enable", "true"),
    // A topic comes into being by `create_topic` alone.
    ("allow.auto.create.topics", "false"),
    ("client.id", "tracework"),
];

/// Whose word counts for a message to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// All replicas that are in sync have it. The producer is then idempotent: what librdkafka sends again by itself
    /// arrives once.
    #[default]
    All,
    /// The partition's leader has it. It is lost if the leader is lost before it was copied.
    Leader,
    /// Nobody's: it was sent. It may never arrive, and that is not noticed.
    None,
}

impl Acks {
    /// As librdkafka spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Leader => "1",
            Self::None => "0",
        }
    }
}

/// How messages are compressed, several of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// Quick, and little smaller.
    Snappy,
    /// Quick.
    Lz4,
    /// The smallest.
    Zstd,
}

impl Compression {
    /// As librdkafka spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// How a topic is created that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateTopic {
    /// Its partitions; the order of records is kept within one.
    pub partitions: u16,
    /// On how many brokers each of them is kept; `None` leaves it to the broker.
    pub replication: Option<u16>,
}

impl Default for CreateTopic {
    /// One partition, and as many copies as the broker usually makes.
    fn default() -> Self {
        Self { partitions: 1, replication: None }
    }
}

/// What is set for a destination.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) brokers: Vec<String>,
    pub(crate) topic: String,
    pub(crate) key: Option<String>,
    pub(crate) acks: Acks,
    pub(crate) compression: Compression,
    pub(crate) timeout: Duration,
    pub(crate) create: Option<CreateTopic>,
    pub(crate) headers: bool,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, Credential>,
}

impl Settings {
    /// What each message's topic is made by.
    pub(crate) fn topic(&self) -> Result<Template, Mistake> {
        Template::new(&self.topic, TOPICS).map_err(|error| error.of_setting("topic"))
    }

    /// What each message's key is made by.
    pub(crate) fn key(&self) -> Result<Option<Pattern>, Mistake> {
        let pattern = self.key.as_deref().map(Pattern::new).transpose();
        pattern.map_err(|error| error.of_setting("key"))
    }

    /// All that is wrong with it.
    pub(crate) fn check(&self) -> Result<(), Mistake> {
        if self.brokers.is_empty() {
            return Err(Mistake::new("brokers", "there is none; write `[HOST:PORT]`"));
        }
        self.brokers.iter().try_for_each(|broker| check_broker(broker))?;
        self.topic()?;
        self.key()?;
        if self.timeout < Duration::from_secs(1) || self.timeout > Duration::from_secs(86_400) {
            return Err(Mistake::new("timeout", "it lies outside of 1s to 24h; give brokers time to answer"));
        }
        if let Some(CreateTopic { partitions: 0, .. } | CreateTopic { replication: Some(0), .. }) = self.create {
            return Err(Mistake::new("create_topic", "0 of it hold nothing; write 1 or more"));
        }
        let options = self.options.iter().map(|(name, value)| (name, value.as_str()));
        let secrets = self.secrets.iter().map(|(name, hidden)| (name, hidden.reveal()));
        for (name, value) in options.chain(secrets) {
            check_option(name, value).map_err(|why| Mistake::new(format!("client.{name}"), why))?;
        }
        if self.acks != Acks::All && self.options.get("enable.idempotence").is_some_and(|value| value == "true") {
            return Err(Mistake::new(
                "client.enable.idempotence",
                "`enable.idempotence` needs `acks: all`; leave one of them out",
            ));
        }
        Ok(())
    }

    /// What librdkafka is told.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (name, value) in USUAL {
            config.set(name, value);
        }
        config.set("bootstrap.servers", self.brokers.join(","));
        config.set("acks", self.acks.name());
        config.set("enable.idempotence", if self.acks == Acks::All { "true" } else { "false" });
        config.set("compression.codec", self.compression.name());
        config.set("message.timeout.ms", self.timeout.as_millis().to_string());
        for (name, value) in &self.options {
            if let Some((_, ours)) = ALIASES.iter().find(|(alias, _)| alias == name) {
                config.remove(ours);
            }
            config.set(name, value);
        }
        for (name, hidden) in &self.secrets {
            config.set(name, hidden.reveal());
        }
        // What it logs is kept for the text of errors; `debug` is asked for by whoever wants all of it.
        let debug = self.options.contains_key("debug");
        config.set_log_level(if debug { RDKafkaLogLevel::Debug } else { RDKafkaLogLevel::Warning });
        config
    }
}

/// `HOST` or `HOST:PORT`, nothing else: librdkafka would find out only when it connects.
fn check_broker(broker: &str) -> Result<(), Mistake> {
    let shown = broker.rsplit('@').next().unwrap_or_default().escape_debug().to_string();
    let wrong = |what: &str| Err(Mistake::new("brokers", format!("`{shown}` {what}; write HOST:PORT")));
    if broker.contains('@') {
        return wrong("has a user name before it; that goes into `client: {sasl.username: ..}`");
    }
    if broker.is_empty()
        || broker.contains(|letter: char| letter.is_whitespace() || letter.is_control() || ",/".contains(letter))
    {
        return wrong("is no broker");
    }
    match broker.rsplit_once(':') {
        Some((_, port)) if !broker.ends_with(']') && port.parse::<u16>().is_err() => wrong("has no port"),
        Some(("", _)) => wrong("has no host"),
        _ => Ok(()),
    }
}
