//! What a worker does next.

use super::notice;
use super::queue::Waiting;
use super::requests::Start;
use super::shared::Inside;
use super::worker::Worker;
use crate::ledger::DropReason;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Command, OwnedRecord};

/// What a worker does next.
pub(super) enum Step {
    /// Encode this parcel.
    Take(Waiting),
    /// Deliver a batch.
    Deliver,
    /// Read back what is on disk alone.
    Refill,
    /// Hand what waits to the failover.
    HandOver,
    /// Flush, and report to those who wait with a ticket up to this.
    Flush(u64),
    /// Deliver a record of tracework's own, which may say that records are lost.
    Notice(OwnedRecord, Option<(DropReason, u64)>),
    /// Open, and say what came of it.
    Start,
    /// Do what the operator asks.
    Command(Command),
    /// Let the destination do its housekeeping.
    Tick,
    /// Drop what is left: the time to deliver it is over.
    Expire,
    /// Close.
    Close,
    /// It is closed already: the destination was given up.
    Abandoned,
}

/// How soon a worker looks again where nobody wakes it.
const SOON: Duration = Duration::from_millis(10);

/// What to do if it is to close: that, unless something is left, or may still be handed over to it.
fn decide_end(inside: &Inside, now: Instant, down: bool) -> Option<Step> {
    let over = now >= inside.requests.close?;
    // What is safe in the spool needs nobody that is down to be waited for, nor one whose place is taken.
    let left = inside.requests.leave || (down && inside.is_spooled());
    match inside.queue.is_empty() {
        true if over || !(inside.is_needed() || inside.is_opening()) => Some(Step::Close),
        false if over || left => Some(Step::Expire),
        _ => None,
    }
}

/// What to do while others must close first: nothing, until there is no time left for that.
fn decide_held(inside: &Inside, now: Instant) -> Next {
    match inside.requests.close {
        Some(end) if now >= end && inside.queue.is_empty() => Ok(Step::Close),
        // What it has is on its way to its spool, if that can be had in time.
        Some(end) if now >= end && !is_leaving_still(inside, now) => Ok(Step::Expire),
        Some(end) if now < end => Err(end.min(now + SOON)),
        _ => Err(now + SOON),
    }
}

/// Is the spooler about to write the last of it, and is there time for that?
fn is_leaving_still(inside: &Inside, now: Instant) -> bool {
    inside.is_leaving() && now < inside.requests.close_end.unwrap_or(now)
}

/// A step, or nothing to do until then.
type Next = Result<Step, Instant>;

impl Worker {
    /// Waits for the next thing to do.
    pub(super) fn next(&mut self) -> Step {
        let shared = Arc::clone(&self.shared);
        let mut inside = shared.lock();
        loop {
            let now = Instant::now();
            let until = match self.decide(&mut inside, now) {
                Ok(step) => return step,
                Err(until) => until,
            };
            inside.asleep = true;
            let wait = until.saturating_duration_since(now).max(Duration::from_millis(1));
            inside = shared.work.wait_timeout(inside, wait).unwrap_or_else(PoisonError::into_inner).0;
            inside.asleep = false;
        }
    }

    fn decide(&mut self, inside: &mut Inside, now: Instant) -> Next {
        self.pace.settings = inside.requests.limit;
        self.batch = self.pace.bounded(inside.requests.batch);
        self.width.set(inside.requests.concurrency);
        self.draining = inside.requests.drain;
        if inside.closed {
            return Ok(Step::Abandoned);
        }
        if inside.requests.is_held() {
            return decide_held(inside, now);
        }
        if matches!(inside.requests.start, Start::Asked) {
            return Ok(Step::Start);
        }
        if let Some(command) = inside.requests.commands.pop_front() {
            return Ok(Step::Command(command));
        }
        let down = self.trouble.as_ref().is_some_and(|trouble| trouble.is_open && !trouble.failed_over);
        if let Some(step) = decide_end(inside, now, down) {
            if matches!(step, Step::Expire) && is_leaving_still(inside, now) {
                return Err(now + SOON);
            }
            return Ok(step);
        }
        if now >= self.next_tick {
            return Ok(Step::Tick);
        }
        let oldest = self.load.oldest().or_else(|| inside.queue.oldest());
        // What an earlier run left is older than all that came since.
        let ticket = if inside.is_opening() { None } else { inside.requests.flush_due(oldest) };
        if let Some(ticket) = ticket {
            return Ok(Step::Flush(ticket));
        }
        let until = match self.decide_data(inside, now) {
            Ok(step) => return Ok(step),
            Err(until) => until,
        };
        // One that waits for those that it takes over for looks again soon.
        let needed = inside.requests.close.filter(|_| inside.queue.is_empty()).map(|_| now + SOON);
        let ends = [Some(self.next_tick), until, inside.requests.close, needed, self.notice_due(inside)];
        Err(ends.into_iter().flatten().min().unwrap_or(self.next_tick))
    }

    /// What to do with records; if nothing, perhaps a time at which to look again.
    fn decide_data(&mut self, inside: &mut Inside, now: Instant) -> Result<Step, Option<Instant>> {
        let hurry = std::mem::take(&mut inside.requests.hurry);
        if let Some(trouble) = &mut self.trouble {
            // One that has failed over is not tried out of turn: its records are handed over without delay.
            if hurry && !trouble.failed_over {
                trouble.hurry(now);
            }
            if self.load.is_done() && !inside.queue.has_more() {
                return Err(None);
            }
            if now < trouble.retry_at {
                let hand_over = trouble.failed_over && now >= self.hand_over_at;
                let again =
                    if trouble.failed_over { self.hand_over_at.min(trouble.retry_at) } else { trouble.retry_at };
                return if hand_over { Ok(Step::HandOver) } else { Err(Some(again)) };
            }
            return if self.load.is_done() { self.pick(inside) } else { self.deliver_at(now, now) };
        }
        if let Some(notice) = self.next_notice(inside, now) {
            return Ok(notice);
        }
        if self.may_take(inside) {
            return self.pick(inside);
        }
        if self.load.is_done() {
            return if inside.queue.has_more() { self.pick(inside) } else { Err(None) };
        }
        let begins = self.load.since().map_or(now, |since| since + self.batch.every);
        let at_once = begins <= now
            || self.load.is_full(&self.batch)
            || self.draining
            || inside.requests.wants_flush()
            || inside.queue.gate.is_full()
            || inside.queue.has_more();
        self.deliver_at(if at_once { now } else { begins }, now)
    }

    /// Delivers at `time`, or as soon after it as the limit allows.
    fn deliver_at(&self, time: Instant, now: Instant) -> Result<Step, Option<Instant>> {
        let time = self.pace.waits_until(now).map_or(time, |end| end.max(time));
        if time <= now { Ok(Step::Deliver) } else { Err(Some(time)) }
    }

    /// May it take one more parcel? Not if the batch is whole, nor if it would hold so much memory that nothing could
    /// wait beside it.
    fn may_take(&self, inside: &Inside) -> bool {
        let Some(first) = inside.queue.first() else { return false };
        self.load.is_done()
            || (self.load.has_room(&self.batch, self.width())
                && inside.queue.taken_bytes() + first.parcel.bytes <= inside.queue.share())
    }

    /// Takes the oldest parcel, and the format that was set for it.
    fn pick(&mut self, inside: &mut Inside) -> Result<Step, Option<Instant>> {
        let Some(item) = inside.queue.take() else {
            let (now, waits) = (Instant::now(), inside.queue.gap().is_some());
            return if waits && now >= self.refill_at {
                Ok(Step::Refill)
            } else {
                Err(waits.then_some(self.refill_at))
            };
        };
        if let Some(format) = inside.requests.format_for(item.serial) {
            self.format = format;
            self.destination.takes(&*self.format);
        }
        Ok(Step::Take(item))
    }

    /// When a loss is to be said.
    fn notice_due(&self, inside: &Inside) -> Option<Instant> {
        if self.trouble.is_some() {
            return None;
        }
        inside.losses.due(!inside.queue.gate.is_full())
    }

    /// A record of tracework's own that is to be delivered now. Between batches, and not while it fails.
    fn next_notice(&self, inside: &mut Inside, now: Instant) -> Option<Step> {
        let between = self.load.is_done() || !self.batch.every.is_zero();
        if !between || !self.load.progress.split.is_empty() {
            return None;
        }
        if let Some(notice) = inside.requests.notices.pop_front() {
            return Some(Step::Notice(notice, None));
        }
        let has_room = !inside.queue.gate.is_full();
        let loss = inside.losses.take(has_room, false, now)?;
        Some(Step::Notice(self.loss_notice(loss), Some(loss)))
    }

    /// A record to be delivered before it closes, unless it fails anyway.
    pub(super) fn last_notice(&mut self) -> Option<(OwnedRecord, Option<(DropReason, u64)>)> {
        if self.trouble.is_some() {
            return None;
        }
        let mut inside = self.shared.lock();
        if let Some(notice) = inside.requests.notices.pop_front() {
            return Some((notice, None));
        }
        let loss = inside.losses.take(true, true, Instant::now())?;
        drop(inside);
        Some((self.loss_notice(loss), Some(loss)))
    }

    fn loss_notice(&self, loss: (DropReason, u64)) -> OwnedRecord {
        notice::record(&self.shared.name, loss, (self.shared.clock)(), self.metadata.clone())
    }
}
