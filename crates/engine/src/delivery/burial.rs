//! Records that no delivery will ever accept: kept before anybody is told that they are done.

use super::dead::DeadLetter;
use super::dead_file;
use super::outlet::wait;
use super::worker::Worker;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::OwnedRecord;

/// How long to wait before a file that could not be written is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// What is still to be done for letters that were written.
#[derive(Debug, Default)]
pub(super) struct Burials {
    /// Some may not be durable yet.
    unsynced: bool,
    /// One could not be written until the end: the spool keeps the record, and all behind it.
    unkept: bool,
}

impl Worker {
    /// A record becomes a dead letter. Where nothing may be lost, and a file is set, this waits until the file takes it:
    /// the spool has the record until then.
    pub(super) fn bury(&mut self, record: OwnedRecord, reason: &str, attempts: u32) {
        let letter = DeadLetter {
            destination: self.shared.name.clone(),
            reason: reason.to_owned(),
            time: (self.shared.clock)(),
            attempts,
            record,
        };
        self.write_letter(&letter);
        let mut inside = self.shared.lock();
        if !inside.closed {
            inside.settle(1, |row, records| row.dead_lettered += records);
            inside.dead.push(letter);
        }
    }

    fn write_letter(&mut self, letter: &DeadLetter) {
        let shared = Arc::clone(&self.shared);
        while let Err(error) = dead_file::keep(&shared, letter) {
            self.note_error(&error);
            let inside = shared.lock();
            if !inside.queue.has_all() {
                return;
            }
            let inside = wait(&shared.work, inside, Some(Instant::now() + AGAIN));
            if inside.closed || inside.requests.close.is_some_and(|end| end <= Instant::now()) {
                self.burials.unkept = true;
                return;
            }
        }
        self.burials.unsynced = true;
    }

    /// Are all letters where they outlast what the spool is told next?
    pub(super) fn letters_are_safe(&mut self) -> bool {
        if self.burials.unkept {
            return false;
        }
        if self.burials.unsynced && self.shared.lock().queue.syncs() {
            if let Err(error) = dead_file::sync(&self.shared) {
                self.note_error(&error);
                return false;
            }
            self.burials.unsynced = false;
        }
        true
    }
}
