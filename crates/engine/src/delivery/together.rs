//! Flushing and closing several destinations at the same time, so that one that hangs costs the others nothing.

use super::outlet::{CHAIN, Drained, Outlet};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// Flushes all of them, with one deadline for all; the reports are in the same order.
pub(crate) fn flush_all(outlets: &[Arc<Outlet>], deadline: Instant) -> Vec<Drained> {
    let started: Vec<_> = outlets.iter().map(|outlet| outlet.start_flush()).collect();
    outlets.iter().zip(&started).map(|(outlet, started)| outlet.finish_flush(started, deadline, CHAIN)).collect()
}

/// Closes all of them, with one deadline for all; the reports are in the same order. A destination that takes over
/// for others is closed after them, so that they can still hand over.
pub(crate) fn close_all(outlets: &[Arc<Outlet>], deadline: Instant) -> Vec<Drained> {
    let mut reports = vec![Drained::default(); outlets.len()];
    let mut left: Vec<usize> = (0..outlets.len()).collect();
    while !left.is_empty() {
        let (mut first, later): (Vec<_>, Vec<_>) =
            left.iter().partition(|&&place| !left.iter().any(|&other| hands_to(&outlets[other], &outlets[place])));
        if first.is_empty() {
            // They take over for each other in a circle.
            first = std::mem::take(&mut left);
        } else {
            left = later;
        }
        // Those that hang must leave time for those behind them.
        let spare = if left.is_empty() { 0 } else { 4 };
        let now = Instant::now();
        let until = deadline.saturating_duration_since(now).checked_div(spare).map_or(deadline, |part| deadline - part);
        let started: Vec<_> = first.iter().map(|&place| outlets[place].start_close(until)).collect();
        for (&place, started) in first.iter().zip(&started) {
            reports[place] = outlets[place].finish_close(started, until);
        }
    }
    reports
}

/// Would `one` hand over to `other`?
fn hands_to(one: &Arc<Outlet>, other: &Arc<Outlet>) -> bool {
    let failover = one.shared.lock().requests.failover.as_ref().and_then(Weak::upgrade);
    !Arc::ptr_eq(one, other) && failover.is_some_and(|failover| Arc::ptr_eq(&failover, other))
}
