//! Is a destination still there?

use super::Outlet;
use super::outlet::wait;
use std::time::{Duration, Instant};

impl Outlet {
    /// Does it take nothing any more?
    pub(crate) fn is_closed(&self) -> bool {
        let inside = self.shared.lock();
        inside.sealed || inside.closed
    }

    /// Records that are no longer pending, for whatever reason.
    pub(crate) fn settled(&self) -> u64 {
        let inside = self.shared.lock();
        (inside.ledger.accepted + inside.ledger.recovered).saturating_sub(inside.queue.pending())
    }

    /// Waits at most so long until it is closed; is it?
    pub(crate) fn is_closed_by(&self, most: Duration) -> bool {
        let end = Instant::now() + most;
        let mut inside = self.shared.lock();
        while !inside.closed && Instant::now() < end {
            inside = wait(&self.shared.done, inside, Some(end));
        }
        inside.closed
    }
}
