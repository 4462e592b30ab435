//! Opening a destination before there is anything to deliver, and not before others are closed.

use super::outlet::{Outlet, abandon, wait};
use super::requests::Start;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How often it is looked whether it is still to be waited for.
const LOOK: Duration = Duration::from_millis(100);

impl Outlet {
    /// Has it open nothing, and deliver nothing, before `others` are closed: they write to what it will write to.
    pub(crate) fn hold_until_closed<'a>(&self, others: impl IntoIterator<Item = &'a Arc<Self>>) {
        let mut inside = self.shared.lock();
        inside.requests.awaits.extend(others.into_iter().map(|other| Arc::downgrade(&other.shared)));
    }

    /// Has its spool opened as soon as it is not held, if it has one.
    pub(crate) fn allow_spool(&self) {
        let mut inside = self.shared.lock();
        if matches!(inside.requests.spool, Start::NotAsked) {
            inside.requests.spool = Start::Asked;
        }
        drop(inside);
        self.shared.spooler.notify_all();
    }

    /// Has its spool opened, and waits for that, unless it is held.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened: another process has it, or it is another destination's. Nothing in it is touched then.
    pub(crate) fn open_spool(&self) -> Result<(), String> {
        self.allow_spool();
        let mut inside = self.shared.lock();
        while !inside.spooler_ended && !inside.requests.is_held() {
            if let Start::Done(outcome) = &inside.requests.spool {
                return outcome.clone();
            }
            inside = wait(&self.shared.done, inside, Some(Instant::now() + LOOK));
        }
        Ok(())
    }

    /// Does another take its place, and its spool? What is in that is then left to it.
    pub(crate) fn leave_spool(&self, leave: bool) {
        self.shared.lock().requests.leave = leave;
    }

    /// Does it wait for others to be closed?
    pub(crate) fn is_held(&self) -> bool {
        self.shared.lock().requests.is_held()
    }

    /// Gives up those that it waits for and that leave it their spool: what they have is there, and what came since must be
    /// brought there too.
    pub(super) fn take_over_spool(&self) {
        let awaits = self.shared.lock().requests.awaits.clone();
        for other in awaits.iter().filter_map(Weak::upgrade) {
            let mut inside = other.lock();
            let parcels = if inside.requests.leave { abandon(&other, &mut inside) } else { Vec::new() };
            drop(inside);
            drop(parcels);
        }
    }

    /// Asks for the destination to be opened at once.
    pub(crate) fn request_start(&self) {
        let mut inside = self.shared.lock();
        inside.requests.start = Start::Asked;
        self.shared.wake(&mut inside);
    }

    /// Was it asked to open at once?
    pub(crate) fn is_to_start(&self) -> bool {
        !matches!(self.shared.lock().requests.start, Start::NotAsked)
    }

    /// Waits until it was opened, which [`Outlet::request_start`] asked for.
    ///
    /// # Errors
    ///
    /// Why it could not be opened, or that it took too long.
    pub(crate) fn wait_start(&self, deadline: Instant) -> Result<(), String> {
        let mut inside = self.shared.lock();
        loop {
            if let Start::Done(outcome) = &inside.requests.start {
                return outcome.clone();
            }
            if Instant::now() >= deadline {
                return Err("opening it takes too long".to_owned());
            }
            inside = wait(&self.shared.done, inside, Some(deadline));
        }
    }
}
