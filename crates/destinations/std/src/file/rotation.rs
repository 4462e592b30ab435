//! Beginning a new file: when it is due, and how.

use super::File;
use super::current::Current;
use super::opening::{folder_of, told};
use super::periods::Turn;
use super::settings::{Sharing, Sync};
use super::system;
use jiff::Timestamp;
use std::fs;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant, SystemTime};
use tracework_core::Batch;

/// The wait after a rotation that failed.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);

impl File {
    /// Opens the file. The first time, it is rotated if that is wanted, and what a crash left behind is tidied up.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        let (current, modified) = Current::open(&self.settings.path, &self.settings.opening)?;
        let used = current.size() > 0;
        self.current = Some(current);
        self.looked = Some(Instant::now());
        self.set_turn(modified.filter(|_| used));
        if !std::mem::replace(&mut self.started, true) {
            self.tidying.start(self.settings.now());
            if self.settings.rotate_at_start && self.is_worth_rotating() {
                self.rotate_or_go_on();
            }
        }
        Ok(())
    }

    /// The period of the file, from its last write if it is not new.
    fn set_turn(&mut self, modified: Option<SystemTime>) {
        let at = modified.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or_else(|| self.settings.now());
        self.turn = self.settings.every.and_then(|period| Turn::new(period, at, &self.settings.zone));
    }

    /// Holds it more than its header?
    pub(super) fn is_worth_rotating(&self) -> bool {
        let header = self.settings.header.len() as u64;
        self.current.as_ref().is_some_and(|current| current.size() > 0 && current.size() != header)
    }

    /// Is a new file due before `bytes` more are written?
    pub(super) fn is_due(&mut self, bytes: usize) -> bool {
        if !self.is_worth_rotating() || self.rest.is_some_and(|rest| Instant::now() < rest) {
            return false;
        }
        let size = self.current.as_ref().map_or(0, Current::size);
        if self.settings.max_size.is_some_and(|max| size.saturating_add(bytes as u64) > max) {
            return true;
        }
        let (Some(period), Some(turn)) = (self.settings.every, &mut self.turn) else { return false };
        let now = Timestamp::try_from((self.settings.clock.0)());
        now.is_ok_and(|now| turn.is_over(period, now, &self.settings.zone))
    }

    /// How many of the records the file has room for; at least one, or it would never go anywhere.
    pub(super) fn fitting(&self, batch: &Batch<'_>) -> usize {
        let Some(max) = self.settings.max_size else { return batch.len() };
        let header = self.settings.header.len() as u64;
        let size = self.current.as_ref().map_or(0, Current::size);
        let room = max.saturating_sub(if size == 0 { header } else { size });
        batch.records_within(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
    }

    /// Rotates; if that fails, the records go on into the old file, and the next tick says so.
    pub(super) fn rotate_or_go_on(&mut self) {
        if let Err(error) = self.rotate() {
            self.trouble = Some(error);
            self.rest = Instant::now().checked_add(AFTER_TROUBLE);
        }
    }

    /// Gives the file its rotated name and begins a new one, unless another process is just doing so.
    pub(super) fn rotate(&mut self) -> io::Result<()> {
        let path = &self.settings.path;
        let _lock = match self.settings.opening.sharing {
            Sharing::Exclusive => None,
            Sharing::Append => match system::lock_folder(folder_of(path)) {
                None => return Ok(()),
                lock => lock,
            },
        };
        let now = self.settings.now();
        if self.current.as_mut().is_some_and(Current::is_in_place) {
            let target = self.names.next(now).map_err(|error| told("cannot rotate", path, &error))?;
            match fs::rename(path, target) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(told("cannot rotate", path, &error)),
                _ => {}
            }
        }
        self.leave();
        self.begin()?;
        self.tidying.start(now);
        if self.settings.sync != Sync::Never {
            system::sync_folder(self.names.folder())?;
        }
        Ok(())
    }

    /// Closes the file, which somebody else has a name for now, or nobody.
    pub(super) fn leave(&mut self) {
        if let Some(current) = self.current.take()
            && self.settings.sync != Sync::Never
        {
            self.trouble = current.sync().err().or(self.trouble.take());
        }
    }
}
