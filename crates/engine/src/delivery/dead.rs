//! Records that no delivery will ever accept.

use std::collections::VecDeque;
use tracework_core::{DeadLetterSettings, OwnedRecord, Timestamp};

/// A record that no delivery accepted, with the reason.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The destination that did not accept it.
    pub destination: String,
    /// Why.
    pub reason: String,
    /// When it was given up.
    pub time: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// The record.
    pub record: OwnedRecord,
}

impl DeadLetter {
    /// The bytes of memory that it holds.
    fn size(&self) -> usize {
        self.record.size() + self.reason.len() + self.destination.len()
    }
}

/// The newest dead letters, as many as the settings allow; the oldest make room. What makes room stays counted, and
/// stays in the file if there is one.
#[derive(Debug)]
pub(super) struct DeadLetters {
    letters: VecDeque<DeadLetter>,
    bytes: usize,
    settings: DeadLetterSettings,
}

impl DeadLetters {
    pub(super) fn new(settings: DeadLetterSettings) -> Self {
        Self { letters: VecDeque::new(), bytes: 0, settings }
    }

    pub(super) fn settings(&self) -> &DeadLetterSettings {
        &self.settings
    }

    pub(super) fn set(&mut self, settings: DeadLetterSettings) {
        self.settings = settings;
        self.shrink();
    }

    pub(super) fn push(&mut self, letter: DeadLetter) {
        self.bytes += letter.size();
        self.letters.push_back(letter);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.letters.len() > self.settings.records || self.bytes > self.settings.bytes {
            let Some(oldest) = self.letters.pop_front() else { return };
            self.bytes -= oldest.size();
        }
    }

    /// The letters, the oldest first.
    pub(super) fn list(&self) -> Vec<DeadLetter> {
        self.letters.iter().cloned().collect()
    }

    /// Takes all letters out.
    pub(super) fn take(&mut self) -> Vec<DeadLetter> {
        self.bytes = 0;
        self.letters.drain(..).collect()
    }
}
