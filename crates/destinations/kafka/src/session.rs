//! A producer, from its making until it is given up.

use crate::reports::Reports;
use crate::settings::Settings;
use crate::topics::{Absent, Doubt, Found, Topics, create};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};
use std::time::{Duration, Instant};
use tracework_core::Failure;

/// How long a single wait for reports lasts: librdkafka's binding waits it out even if a report comes.
const POLL: Duration = Duration::from_millis(1);
/// How long one question for the brokers' topics may take before what librdkafka logged is looked at.
const ASK: Duration = Duration::from_millis(500);
/// How long brokers are waited for when the destination is opened, or a topic is new.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// The pause before a topic is asked for again that is expected to be there soon.
const AGAIN: Duration = Duration::from_millis(20);
/// What librdkafka needs beyond its own limit to notice that a message is late.
const LATE: Duration = Duration::from_secs(2);
/// What a purge may take.
const PURGE: Duration = Duration::from_secs(2);

/// A message on its way to librdkafka.
pub(crate) struct Message<'a> {
    pub(crate) number: usize,
    pub(crate) topic: &'a str,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) payload: &'a [u8],
    /// Milliseconds since 1970.
    pub(crate) time: i64,
    pub(crate) headers: Option<OwnedHeaders>,
}

/// A producer and what it was told. It is made, used and dropped by the thread of the destination's worker.
pub(crate) struct Session {
    producer: BaseProducer<Reports>,
    config: ClientConfig,
    pub(crate) topics: Topics,
    /// Until when a topic that brokers do not know is asked for again.
    patient_until: Instant,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("topics", &self.topics).finish_non_exhaustive()
    }
}

impl Session {
    /// Makes the producer; it connects by itself.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let config = settings.client();
        let producer = config.create_with_context(Reports::default()).map_err(|error| {
            let why = match error {
                KafkaError::ClientCreation(why) | KafkaError::ClientConfig(_, why, ..) => why,
                other => other.to_string(),
            };
            Failure::temporary(format!("librdkafka refuses its options: {why}; change `client`"))
        })?;
        Ok(Self { producer, config, topics: Topics::default(), patient_until: Instant::now() })
    }

    pub(crate) fn reports(&self) -> &Reports {
        self.producer.context()
    }

    /// Is there a broker, and the topic if one is named? It is created if that is asked for.
    pub(crate) fn find(
        &mut self,
        topic: Option<&str>,
        doubt: Doubt,
        settings: &Settings,
    ) -> Result<Result<(), Absent>, Failure> {
        let Some(topic) = topic else { return self.ask(None).map(|_| Ok(())) };
        if let Some(known) = self.topics.get(topic) {
            return Ok(known);
        }
        let mut found = self.ask(Some(topic))?;
        if found == Found::Missing {
            found = match (settings.create, doubt) {
                (Some(how), _) => {
                    create(&self.config, topic, how, CONNECT)?;
                    // It was created, so it is about to be there.
                    self.ask_until(topic, Instant::now() + CONNECT)?.or_soon()
                }
                (None, Doubt::Yes) => {
                    let end = self.patience(settings.timeout);
                    self.ask_until(topic, end)?
                }
                (None, Doubt::No) => found,
            };
        }
        let there = found.of(topic);
        self.topics.note(topic, there.clone());
        Ok(there)
    }

    /// Until when a topic that is not known may still turn up. Brokers that were away do not know all topics at once when
    /// they are back, so after anything went wrong they have [`CONNECT`] from the first topic that they do not know, or
    /// half of the time of a delivery if that is less. It is the same time for all topics, so that many that are not there
    /// hold up the others no longer than one.
    fn patience(&mut self, timeout: Duration) -> Instant {
        if self.reports().told().take_shaken() {
            self.patient_until = Instant::now() + CONNECT.min(timeout / 2);
        }
        self.patient_until
    }

    /// Asks for a topic until it is there, or it is `end`.
    fn ask_until(&self, topic: &str, end: Instant) -> Result<Found, Failure> {
        loop {
            let found = self.ask(Some(topic))?;
            if !found.may_come() || Instant::now() >= end {
                return Ok(found);
            }
            std::thread::sleep(AGAIN);
        }
    }

    /// Asks the brokers for a topic, or for any sign of life.
    fn ask(&self, topic: Option<&str>) -> Result<Found, Failure> {
        let end = Instant::now() + CONNECT;
        loop {
            let answer = self.producer.client().fetch_metadata(topic, ASK);
            self.poll(POLL);
            match answer {
                Ok(metadata) => {
                    let asked = metadata.topics().first().filter(|_| topic.is_some());
                    return Ok(asked.map_or(Found::There, Found::read));
                }
                Err(error) => {
                    self.reports().told().shake();
                    if Instant::now() >= end {
                        return Err(self.unreachable(&error));
                    }
                }
            }
        }
    }

    fn unreachable(&self, error: &KafkaError) -> Failure {
        let told = self.reports().told();
        let why = error.rdkafka_error_code().map_or_else(|| error.to_string(), |code| code.to_string());
        let why = if told.trouble().is_empty() { format!(" ({why})") } else { told.trouble() };
        let brokers = self.config.get("bootstrap.servers").unwrap_or_default();
        Failure::temporary(format!("no broker answers at {brokers}{why}"))
    }

    /// Hands a message to librdkafka, and waits for room if it has none.
    pub(crate) fn send(&self, message: Message<'_>, end: Instant) -> Result<(), RDKafkaErrorCode> {
        let number = message.number;
        let mut record: BaseRecord<'_, [u8], [u8], usize> =
            BaseRecord::with_opaque_to(message.topic, number).payload(message.payload).timestamp(message.time);
        record.key = message.key;
        record.headers = message.headers;
        self.reports().told().expect(number);
        loop {
            let refused = match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((error, back)) => {
                    record = back;
                    error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown)
                }
            };
            if refused != RDKafkaErrorCode::QueueFull || Instant::now() >= end {
                self.reports().told().never_mind(number, refused);
                return Err(refused);
            }
            self.poll(POLL);
        }
    }

    /// Waits until all reports are in. What is late is taken back before anybody is told to try again. `false` if
    /// librdkafka does not even then say what became of all: the session must be given up.
    pub(crate) fn settle(&self, end: Instant) -> bool {
        let mut fatal_since = None;
        while self.reports().told().outstanding() > 0 {
            let now = Instant::now();
            if self.is_ended() {
                let since: &mut Instant = fatal_since.get_or_insert(now);
                if now.duration_since(*since) > PURGE / 2 {
                    break;
                }
            }
            if now >= end + LATE {
                break;
            }
            self.poll(POLL);
        }
        if self.reports().told().outstanding() == 0 {
            return true;
        }
        self.producer.purge(PurgeConfig::default().queue().inflight());
        let end = Instant::now() + PURGE;
        while self.reports().told().outstanding() > 0 && Instant::now() < end {
            self.poll(POLL);
        }
        self.reports().told().outstanding() == 0
    }

    /// Will the producer never deliver again?
    pub(crate) fn is_ended(&self) -> bool {
        self.reports().told().fatal().is_some()
    }

    /// Why the producer will never deliver again. It is told after what it held was taken back, so it is waited for.
    pub(crate) fn why_ended(&self) -> Option<String> {
        let end = Instant::now() + PURGE / 10;
        while !self.is_ended() && Instant::now() < end {
            self.poll(POLL);
        }
        self.reports().told().fatal().map(str::to_owned)
    }

    /// Takes in what librdkafka has to tell.
    pub(crate) fn poll(&self, wait: Duration) {
        self.producer.poll(wait);
    }
}
