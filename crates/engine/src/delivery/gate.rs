//! Is the queue full, and for how long has it been? Told the time, never asking a clock.

use std::time::{Duration, Instant};

/// Remembers when a queue became full, and whether callers have waited long enough for it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    full_since: Option<Instant>,
    waited_enough: bool,
}

/// Below this many bytes a queue that was full has room again. A little below the limit, so that a queue at its
/// limit does not open and shut with every record.
pub(super) const fn low_water(limit: usize) -> usize {
    limit - limit / 8
}

impl Gate {
    /// The queue now holds `held` bytes.
    pub(super) fn update(&mut self, held: usize, limit: usize, now: Instant) {
        if held >= limit && held > 0 {
            self.shut(now);
        } else if held <= low_water(limit) {
            *self = Self::default();
        }
    }

    /// The queue is full: it had to drop.
    pub(super) fn shut(&mut self, now: Instant) {
        self.full_since.get_or_insert(now);
    }

    /// Is it full, or was it and has no room yet?
    pub(super) fn is_full(&self) -> bool {
        self.full_since.is_some()
    }

    /// Must callers wait? Told by a queue that blocks.
    pub(super) fn holds_up(&self) -> bool {
        self.full_since.is_some() && !self.waited_enough
    }

    /// Until when callers wait, if there is an end.
    pub(super) fn wait_ends(&self, limit: Option<Duration>) -> Option<Instant> {
        self.full_since?.checked_add(limit?)
    }

    /// Has the time been long enough? From then on nobody waits until there is room again.
    pub(super) fn expire(&mut self, limit: Option<Duration>, now: Instant) -> bool {
        self.waited_enough |= self.wait_ends(limit).is_some_and(|end| now >= end);
        self.waited_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_costs_its_time_once() {
        let (start, limit) = (Instant::now(), Some(Duration::from_secs(1)));
        let mut gate = Gate::default();
        gate.update(100, 100, start);
        assert!(gate.holds_up() && !gate.expire(limit, start));
        gate.update(95, 100, start + Duration::from_millis(500));
        gate.update(100, 100, start + Duration::from_millis(600));
        assert!(gate.expire(limit, start + Duration::from_secs(1)), "counted from when it became full");
        assert!(gate.is_full() && !gate.holds_up());
        gate.update(low_water(100), 100, start + Duration::from_secs(2));
        assert!(!gate.is_full());
        gate.update(100, 100, start + Duration::from_secs(3));
        assert!(gate.holds_up() && !gate.expire(limit, start + Duration::from_secs(3)), "the next stall counts anew");
    }

    #[test]
    fn without_a_limit_the_wait_never_ends() {
        let mut gate = Gate::default();
        gate.update(1, 1, Instant::now());
        assert!(!gate.expire(None, Instant::now() + Duration::from_secs(1_000_000)));
    }
}
