//! One delivery: everything is sent, then waited for, and what was refused together is told apart.

use crate::answer::{Outcome, Verdict, said, verdict};
use crate::session::{Message, Session};
use crate::settings::Settings;
use crate::topics::Doubt;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{Header, OwnedHeaders};
use std::time::Instant;
use tracework_core::{Format, Record};
use tracework_format::{Pattern, Template};

/// What makes topics and keys of records.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) topic: Template,
    pub(crate) key: Option<Pattern>,
    /// Of the record that is sent at the moment.
    pub(crate) made: Vec<u8>,
}

impl Names {
    fn key(&mut self, record: &Record<'_>) -> Option<&[u8]> {
        self.made.clear();
        self.key.as_mut()?.encode(record, &mut self.made);
        let key = self.made.strip_suffix(b"\n").unwrap_or(&self.made);
        (!key.is_empty()).then_some(key)
    }
}

/// One delivery of records, each with its bytes.
pub(crate) struct Delivery<'a> {
    session: &'a mut Session,
    settings: &'a Settings,
    names: &'a mut Names,
    items: Vec<(&'a Record<'a>, &'a [u8])>,
    outcomes: Vec<Outcome>,
    end: Instant,
    /// Why nothing more is sent, if so.
    stopped: Option<String>,
    /// Whether the session can go on.
    usable: bool,
}

impl<'a> Delivery<'a> {
    pub(crate) fn new(
        session: &'a mut Session,
        settings: &'a Settings,
        names: &'a mut Names,
        items: Vec<(&'a Record<'a>, &'a [u8])>,
    ) -> Self {
        let outcomes = vec![Outcome::Delivered; items.len()];
        let end = Instant::now() + settings.timeout;
        Self { session, settings, names, items, outcomes, end, stopped: None, usable: true }
    }

    /// What became of each record, and whether the session can go on.
    pub(crate) fn run(mut self) -> (Vec<Outcome>, bool) {
        self.session.reports().told().begin(self.items.len());
        let all: Vec<usize> = (0..self.items.len()).collect();
        let mut groups = vec![all];
        while let Some(group) = groups.pop() {
            let suspects = self.send(&group);
            let (first, second) = suspects.split_at(suspects.len().div_ceil(2));
            groups.extend([second, first].into_iter().filter(|half| !half.is_empty()).map(<[usize]>::to_vec));
        }
        if self.outcomes.iter().all(|outcome| *outcome == Outcome::Delivered) {
            self.session.reports().told().forget_trouble();
        }
        (self.outcomes, self.usable)
    }

    /// Sends these records, waits for what becomes of them, and returns those of which one is bad, nobody knows which.
    fn send(&mut self, group: &[usize]) -> Vec<usize> {
        let sent: Vec<usize> = group.iter().copied().filter(|&at| self.post(at)).collect();
        if !self.session.settle(self.end) {
            self.end_session("librdkafka did not say what became of it");
        }
        let ended = |at: &usize| {
            let told = self.session.reports().told().outcome(*at);
            told.and_then(Result::err).is_some_and(|code| verdict(code) == Verdict::Ended)
        };
        if sent.iter().any(ended) || self.session.is_ended() {
            self.note_end();
        }
        let mut suspects = Vec::new();
        for at in sent {
            let told = self.session.reports().told().outcome(at);
            let outcome = match told {
                Some(Ok(())) => Outcome::Delivered,
                Some(Err(code)) if verdict(code) == Verdict::OneOfThem && group.len() > 1 => {
                    suspects.push(at);
                    self.later(at, code)
                }
                Some(Err(code)) => self.judge(at, code),
                None => Outcome::Later(self.stopped.clone().unwrap_or_default()),
            };
            self.outcomes[at] = outcome;
        }
        // What is not told apart in time is tried again, together as before.
        if self.stopped.is_some() || Instant::now() >= self.end { Vec::new() } else { suspects }
    }

    /// librdkafka ended the producer; it says why.
    fn note_end(&mut self) {
        if self.stopped.is_none() {
            let fatal = self.session.why_ended();
            self.end_session(&fatal.unwrap_or_else(|| "what it held was taken back".to_owned()));
        }
    }

    /// Nothing more is sent, and the next delivery makes another producer.
    fn end_session(&mut self, why: &str) {
        self.stopped = Some(format!("the producer had to end, and is made anew: {why}"));
        self.usable = false;
    }

    /// Hands a record to librdkafka. `false` if it was not taken; its outcome is then known.
    fn post(&mut self, at: usize) -> bool {
        let outcome = match &self.stopped {
            Some(why) => Outcome::Later(why.clone()),
            None => match self.try_post(at) {
                None => return true,
                Some(outcome) => outcome,
            },
        };
        self.outcomes[at] = outcome;
        false
    }

    fn try_post(&mut self, at: usize) -> Option<Outcome> {
        let (record, bytes) = self.items[at];
        let topic = match self.names.topic.name(record) {
            Ok(topic) => topic.to_owned(),
            Err(refused) => return Some(Outcome::Refused(format!("topic: {refused}"))),
        };
        let doubt = if self.names.topic.constant().is_none() { Doubt::Yes } else { Doubt::No };
        match self.session.find(Some(&topic), doubt, self.settings) {
            Ok(Ok(())) => {}
            // Records make up names: what is missing by such a name would hold up all the others for ever.
            Ok(Err(absent)) if doubt == Doubt::Yes && !absent.soon => {
                return Some(Outcome::Refused(absent.why.to_string()));
            }
            Ok(Err(absent)) => return Some(Outcome::Later(absent.why.to_string())),
            Err(failure) => {
                let why = failure.to_string();
                self.stopped = Some(why.clone());
                return Some(Outcome::Later(why));
            }
        }
        let headers = self.settings.headers.then(|| headers(record));
        let payload = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let time = record.time().0.div_euclid(1_000_000);
        let message = Message { number: at, topic: &topic, key: self.names.key(record), payload, time, headers };
        let size = payload.len();
        match self.session.send(message, self.end) {
            Ok(()) => None,
            Err(RDKafkaErrorCode::MessageSizeTooLarge) => Some(Outcome::Refused(format!(
                "a message of {size} bytes is too large; `message.max.bytes` in `client`, and the broker's, set the limit"
            ))),
            Err(code) => Some(self.judge(at, code)),
        }
    }

    /// What a code means for a record that was sent alone, or of which the code tells by itself.
    fn judge(&mut self, at: usize, code: RDKafkaErrorCode) -> Outcome {
        match verdict(code) {
            Verdict::OneOfThem => Outcome::Refused(format!("the broker refuses it: {code}")),
            Verdict::Later => self.later(at, code),
            // Whatever it was (a topic that is gone, a broker that forgot the producer's id, which librdkafka meets with
            // the same id again and again): another producer asks for everything anew.
            Verdict::Late => {
                self.usable = false;
                self.later(at, code)
            }
            Verdict::Ended => {
                self.note_end();
                Outcome::Later(self.stopped.clone().unwrap_or_default())
            }
            Verdict::NoTopic => {
                let topic = self.topic(at);
                self.session.topics.forget(&topic);
                self.session.reports().told().shake();
                self.later(at, code)
            }
        }
    }

    fn later(&mut self, at: usize, code: RDKafkaErrorCode) -> Outcome {
        let topic = self.topic(at);
        let trouble = self.session.reports().told().trouble();
        Outcome::Later(format!("{}{trouble}", said(code, &topic, self.settings.timeout)))
    }

    fn topic(&mut self, at: usize) -> String {
        self.names.topic.name(self.items[at].0).map(str::to_owned).unwrap_or_default()
    }
}

/// What a consumer can know of a message without reading it.
fn headers(record: &Record<'_>) -> OwnedHeaders {
    let id = record.event_id().to_string();
    let headers = OwnedHeaders::new_with_capacity(3)
        .insert(Header { key: "event_id", value: Some(id.as_bytes()) })
        .insert(Header { key: "level", value: Some(record.severity().name().as_bytes()) });
    match record.metadata("service") {
        Some(service) => headers.insert(Header { key: "service", value: Some(service.to_string().as_bytes()) }),
        None => headers,
    }
}
