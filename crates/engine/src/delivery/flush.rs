//! Waiting until what was pushed is delivered, or until what is promised of it holds.

use super::outlet::{Outlet, wait};
use super::shared::{Inside, Shared};
use std::sync::Weak;
use std::time::Instant;

/// How many failovers of failovers are followed.
const CHAIN: usize = 8;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// It is delivered, and the destination has flushed.
    Delivered,
    /// What its destination promises holds: it is durable in the spool of one that has all in a spool first, and else
    /// delivered.
    Promised,
}

/// What was asked for, to be waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    until: Until,
    goal: Goal,
    handed_over: u64,
}

#[derive(Clone, Copy, Debug)]
enum Goal {
    /// The flush of this number.
    Flushed(u64),
    /// All parcels up to this serial are in the spool. How far that has to be durable is known when they are.
    Stored { serial: u64, end: Option<u64> },
}

impl Outlet {
    /// Asks for everything pushed before to be delivered, or to be safe.
    pub(super) fn request(&self, until: Until) -> Ticket {
        let mut inside = self.shared.lock();
        let (newest, handed_over) = (inside.queue.newest(), inside.handed_over());
        let stores = inside.queue.spool.as_ref().is_some_and(|spool| spool.has_all());
        let goal = if until == Until::Promised && stores {
            Goal::Stored { serial: newest, end: None }
        } else {
            let number = inside.requests.ask_flush(newest);
            self.shared.wake(&mut inside);
            Goal::Flushed(number)
        };
        Ticket { until, goal, handed_over }
    }

    /// Waits for what was asked for; what was handed to the failover meanwhile is waited for there. `false` if it did
    /// not come to that by the deadline, or the destination could not flush.
    pub(super) fn wait_until(&self, ticket: Ticket, deadline: Instant) -> bool {
        self.wait_along(ticket, deadline, CHAIN)
    }

    fn wait_along(&self, mut ticket: Ticket, deadline: Instant, chain: usize) -> bool {
        let mut inside = self.shared.lock();
        let reached = loop {
            if inside.closed {
                break true;
            }
            let outcome = ticket.goal.outcome(&mut inside, &self.shared);
            if outcome.is_some() || Instant::now() >= deadline {
                break outcome.unwrap_or(false);
            }
            inside = wait(&self.shared.done, inside, Some(deadline));
        };
        let handed_over = inside.vitals.failed_over || inside.handed_over() > ticket.handed_over;
        let failover = inside.requests.failover.as_ref().and_then(Weak::upgrade);
        drop(inside);
        match failover.filter(|_| handed_over && chain > 0) {
            Some(other) => other.wait_along(other.request(ticket.until), deadline, chain - 1) && reached,
            None => reached,
        }
    }
}

impl Goal {
    /// Is it reached? And if so, did it succeed?
    fn outcome(&mut self, inside: &mut Inside, shared: &Shared) -> Option<bool> {
        match self {
            Self::Flushed(number) => inside.requests.flush_outcome(*number),
            Self::Stored { serial, end } => is_stored(*serial, end, inside, shared).then_some(true),
        }
    }
}

/// Is everything up to the parcel `serial` in the spool, and durable? Has it synced if not.
fn is_stored(serial: u64, end: &mut Option<u64>, inside: &mut Inside, shared: &Shared) -> bool {
    if inside.queue.unspooled().is_some_and(|oldest| oldest <= serial) {
        return false;
    }
    let Some(watch) = &inside.spool else { return false };
    if !inside.queue.spool.as_ref().is_some_and(|spool| spool.syncs()) {
        return true;
    }
    // What comes later need not be durable too.
    let end = *end.get_or_insert_with(|| watch.next());
    if watch.durable().max(watch.cursor()) >= end {
        return true;
    }
    if !inside.requests.sync {
        inside.requests.sync = true;
        shared.spooler.notify_all();
    }
    false
}
