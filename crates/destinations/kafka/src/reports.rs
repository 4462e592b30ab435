//! What librdkafka tells: of each message what became of it, and what it logs.

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many lines of what librdkafka logged are kept for the texts of errors.
const LINES: usize = 8;
/// Characters of such a line.
const LINE: usize = 400;

/// What librdkafka tells of its messages and of itself. It tells it while it is polled, on the thread that polls.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    told: Mutex<Told>,
}

#[derive(Debug)]
pub(crate) struct Told {
    /// What became of the messages of this delivery, by their numbers.
    outcomes: Vec<Option<Result<(), RDKafkaErrorCode>>>,
    /// Messages of which nothing was told yet.
    outstanding: usize,
    /// The producer will never deliver again, and why.
    fatal: Option<String>,
    /// What it logged last.
    lines: VecDeque<String>,
    /// Something went wrong between it and the brokers, or they have not been asked for anything yet.
    shaken: bool,
}

impl Default for Told {
    fn default() -> Self {
        Self { outcomes: Vec::new(), outstanding: 0, fatal: None, lines: VecDeque::new(), shaken: true }
    }
}

impl Reports {
    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// Begins a delivery of `messages`.
    pub(crate) fn begin(&mut self, messages: usize) {
        self.outcomes.clear();
        self.outcomes.resize(messages, None);
        self.outstanding = 0;
    }

    /// A message was handed over; until its report is in, nothing is known of it.
    pub(crate) fn expect(&mut self, number: usize) {
        self.outcomes[number] = None;
        self.outstanding += 1;
    }

    /// A message was not taken, so no report will come.
    pub(crate) fn never_mind(&mut self, number: usize, refused: RDKafkaErrorCode) {
        self.outcomes[number] = Some(Err(refused));
        self.outstanding = self.outstanding.saturating_sub(1);
    }

    /// What became of a message; `None` if nothing was told.
    pub(crate) fn outcome(&self, number: usize) -> Option<Result<(), RDKafkaErrorCode>> {
        self.outcomes.get(number).copied().flatten()
    }

    /// Messages of which nothing was told yet.
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding
    }

    /// Why the producer will never deliver again, if it will not.
    pub(crate) fn fatal(&self) -> Option<&str> {
        self.fatal.as_deref()
    }

    /// The last trouble that was logged, in brackets; nothing if there was none.
    pub(crate) fn trouble(&self) -> String {
        self.lines.back().map(|line| format!(" ({line})")).unwrap_or_default()
    }

    /// Something went wrong: what brokers know may not be complete when they are back.
    pub(crate) fn shake(&mut self) {
        self.shaken = true;
    }

    /// Did anything go wrong since this was asked last?
    pub(crate) fn take_shaken(&mut self) -> bool {
        std::mem::take(&mut self.shaken)
    }

    /// What was logged is of the past.
    pub(crate) fn forget_trouble(&mut self) {
        self.lines.clear();
    }

    fn note(&mut self, line: &str) {
        let line: String =
            line.chars().take(LINE).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        if self.lines.back() != Some(&line) {
            self.lines.truncate(LINES - 1);
            self.lines.push_back(line);
        }
    }
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, _: &str, line: &str) {
        if (level as i32) <= RDKafkaLogLevel::Warning as i32 {
            self.told().note(strip(line));
        }
    }

    fn stats_raw(&self, _: &[u8]) {}

    fn error(&self, error: KafkaError, reason: &str) {
        let mut told = self.told();
        told.shake();
        match error {
            KafkaError::Global(RDKafkaErrorCode::Fatal) => told.fatal = Some(strip(reason).to_owned()),
            // Says less than the line about each of them.
            KafkaError::Global(RDKafkaErrorCode::AllBrokersDown) => {}
            _ => told.note(strip(reason)),
        }
    }
}

/// Without the name of the thread that logged it: `[thrd:127.0.0.1:9092/bootstrap]: `.
fn strip(line: &str) -> &str {
    let rest = line.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: "));
    rest.map_or(line, |(_, rest)| rest)
}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, delivery: &DeliveryResult<'_>, number: usize) {
        let outcome = match delivery {
            Ok(_) => Ok(()),
            Err((error, _)) => Err(error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown)),
        };
        let mut told = self.told();
        if let Some(place) = told.outcomes.get_mut(number)
            && place.is_none()
        {
            *place = Some(outcome);
            told.outstanding = told.outstanding.saturating_sub(1);
        }
    }
}
