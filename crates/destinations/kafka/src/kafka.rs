//! The destination.

use crate::answer::answers;
use crate::deliver::{Delivery, Names};
use crate::session::Session;
use crate::settings::{Acks, Compression, CreateTopic, Settings};
use crate::topics::Doubt;
use std::collections::BTreeMap;
use std::time::Duration;
use tracework_core::{Batch, Credential, Description, Destination, Failure, Format, Mistake};
use tracework_format::Json;

/// How long a delivery may take, librdkafka's own attempts included.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Batches that are on their way at once.
const AT_ONCE: usize = 8;

/// Writes each record as a message to a topic of Kafka.
///
/// A message's value is the record as its format writes it, without the line end; its time is that of the record. It has
/// the headers `event_id`, `level` and, if the record has one, `service`. By [`Kafka::key`] it gets a key: the records of a key go to one
/// partition, in order.
///
/// With [`Acks::All`], as usual, the producer is idempotent: what librdkafka sends again after an error arrives once and in
/// order. That holds within a producer's session. What is not acknowledged within [`Kafka::timeout`] is taken back and
/// delivered again by tracework as a new message; if the first was written after all and only its acknowledgement
/// was lost, it is there twice, with the same `event_id`.
///
/// ```no_run
/// use tracework_core::{Batch, Destination};
/// use tracework_kafka::{Compression, Kafka};
///
/// let mut kafka = Kafka::new(["127.0.0.1:9092"], "logs.{service}").key("{context.user_id}").compression(Compression::Lz4);
/// kafka.check()?;
/// kafka.open()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Kafka {
    settings: Settings,
    names: Option<Names>,
    session: Option<Session>,
}

impl Kafka {
    /// Writes to `topic`, found through `brokers`, each `HOST:PORT`. Parts of the record may stand in the topic's name, as
    /// in `logs.{service}.{level}`; a name that Kafka does not allow, or a topic that is not there, makes that
    /// record a dead letter.
    #[must_use]
    pub fn new<B: Into<String>>(brokers: impl IntoIterator<Item = B>, topic: &str) -> Self {
        let settings = Settings {
            brokers: brokers.into_iter().map(Into::into).collect(),
            topic: topic.to_owned(),
            key: None,
            acks: Acks::default(),
            compression: Compression::default(),
            timeout: TIMEOUT,
            create: None,
            headers: true,
            options: BTreeMap::new(),
            secrets: BTreeMap::new(),
        };
        Self { settings, names: None, session: None }
    }

    /// Sets what makes each message's key, such as `{context.user_id}`. A record that makes an empty one has none. Without
    /// keys, records are spread over the partitions, and their order is kept only if there is one.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.settings.key = Some(key.to_owned());
        self
    }

    /// Sets whose word counts for a message to be delivered.
    #[must_use]
    pub fn acks(mut self, acks: Acks) -> Self {
        self.settings.acks = acks;
        self
    }

    /// Sets how messages are compressed.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.settings.compression = compression;
        self
    }

    /// Sets how long a delivery may take, librdkafka's own attempts included, before it counts as failed and is tried
    /// again by tracework; 30 seconds without this. A delivery that hangs is given up 4 seconds later at the most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Creates topics that are not there.
    #[must_use]
    pub fn create_topic(mut self, how: CreateTopic) -> Self {
        self.settings.create = Some(how);
        self
    }

    /// Sets whether messages have headers; they do without this.
    #[must_use]
    pub fn headers(mut self, headers: bool) -> Self {
        self.settings.headers = headers;
        self
    }

    /// Sets an option of librdkafka, such as `linger.ms` or `security.protocol`.
    #[must_use]
    pub fn client(mut self, option: &str, value: &str) -> Self {
        self.settings.options.insert(option.to_owned(), value.to_owned());
        self
    }

    /// Sets an option of librdkafka that is shown nowhere, such as `sasl.password`.
    #[must_use]
    pub fn client_secret(mut self, option: &str, value: impl Into<Credential>) -> Self {
        self.settings.secrets.insert(option.to_owned(), value.into());
        self
    }

    /// Asks whether all that is set will do; nothing is connected for that.
    ///
    /// ```
    /// use tracework_kafka::Kafka;
    ///
    /// let mistake = Kafka::new(["127.0.0.1"], "logs").client("lingr.ms", "5").check().unwrap_err();
    /// assert_eq!(mistake.to_string(), "client.lingr.ms: librdkafka has no option `lingr.ms`; did you mean `linger.ms`?");
    /// ```
    ///
    /// # Errors
    ///
    /// The first of what will not do.
    pub fn check(&self) -> Result<(), Mistake> {
        self.settings.check()
    }

    /// Makes ready what needs no broker.
    fn ready(&mut self) -> Result<(), Failure> {
        if self.names.is_none() {
            self.settings.check().map_err(|mistake| Failure::temporary(format!("it is set wrongly: {mistake}")))?;
            let wrong = |mistake: Mistake| Failure::temporary(mistake.to_string());
            let (topic, key) = (self.settings.topic().map_err(wrong)?, self.settings.key().map_err(wrong)?);
            self.names = Some(Names { topic, key, made: Vec::new() });
        }
        let spent = |session: &Session| session.topics.is_full() || session.is_ended();
        if self.session.as_ref().is_some_and(spent) {
            self.session = None;
        }
        if self.session.is_none() {
            self.session = Some(Session::new(&self.settings)?);
        }
        Ok(())
    }
}

impl Destination for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    /// Looks for a broker and, if its name does not depend on the record, for the topic; for 5 seconds at the most, and
    /// 10 more if it is to be created.
    fn open(&mut self) -> Result<(), Failure> {
        self.ready()?;
        let (Some(session), Some(names)) = (&mut self.session, &self.names) else { return Ok(()) };
        session.topics.forget_missing();
        let there = session.find(names.topic.constant(), Doubt::No, &self.settings)?;
        there.map_err(|absent| Failure::temporary(absent.why.to_string()))
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.deliver_several(std::slice::from_ref(batch)).pop().unwrap_or(Ok(()))
    }

    /// Eight: while one batch is acknowledged, others are on their way.
    fn concurrency(&self) -> usize {
        AT_ONCE
    }

    /// Hands all of them to librdkafka in their order, which it keeps in each partition.
    fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        if let Err(failure) = self.ready() {
            return vec![Err(failure)];
        }
        let (Some(session), Some(names)) = (&mut self.session, &mut self.names) else { return Vec::new() };
        let items = batches.iter().flat_map(Batch::iter).collect();
        let (outcomes, usable) = Delivery::new(session, &self.settings, names, items).run();
        if !usable {
            self.session = None;
        }
        answers(batches.iter().map(Batch::len), &outcomes)
    }

    /// Takes in what librdkafka has to tell; a producer that will never deliver again is given up.
    fn tick(&mut self) -> Result<(), Failure> {
        let Some(session) = &self.session else { return Ok(()) };
        session.poll(Duration::ZERO);
        if !session.is_ended() {
            return Ok(());
        }
        let why = session.why_ended().unwrap_or_default();
        self.session = None;
        Err(Failure::temporary(format!("the producer had to end, and is made anew: {why}")))
    }

    /// Every delivery has ended, so nothing waits.
    fn close(&mut self) -> Result<(), Failure> {
        self.session = None;
        Ok(())
    }

    fn as_config(&self) -> Option<Description> {
        let Settings { brokers, topic, key, acks, compression, timeout, create, headers, options, secrets } =
            &self.settings;
        let mut client = Description::new("client");
        for (name, value) in options {
            client = client.with(name, value.as_str());
        }
        for (name, hidden) in secrets {
            client = client.with(name, hidden.said(name));
        }
        let created = create.map(|CreateTopic { partitions, replication }| {
            let created = Description::new("create_topic").with("partitions", u64::from(partitions));
            created.with_some("replication", replication.map(u64::from))
        });
        let mut description = Description::new("kafka")
            .with("brokers", brokers.clone())
            .with("topic", topic.as_str())
            .with_some("key", key.as_deref())
            .unless_usual("acks", acks.name(), Acks::default().name())
            .unless_usual("compression", compression.name(), Compression::default().name())
            .unless_usual("timeout", *timeout, TIMEOUT)
            .unless_usual("headers", *headers, true);
        if let Some(created) = created {
            description = description.section("create_topic", created);
        }
        Some(description.section("client", client))
    }

    /// A JSON object for each record.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json::new()))
    }
}
