//! Flushing and closing several destinations at the same time, so that one that hangs costs the others nothing.

use super::flush::Until;
use super::outlet::Outlet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Waits by one deadline until what was pushed before is delivered, or safe; what is handed to a failover meanwhile is
/// waited for there. `false` if one did not manage.
pub(crate) fn flush_all(outlets: &[Arc<Outlet>], until: Until, deadline: Instant) -> bool {
    let tickets: Vec<_> = outlets.iter().map(|outlet| outlet.request(until)).collect();
    outlets.iter().zip(tickets).filter(|&(outlet, ticket)| !outlet.wait_until(ticket, deadline)).count() == 0
}

/// How long is waited for one of several to close before the others are looked at.
const TURN: Duration = Duration::from_millis(5);

/// Closes all of them by one deadline, and says of each when it is closed. A destination that takes over for others is
/// closed after them, so that they can still hand over. One that waits for another's spool gets it when half of the time is
/// over, however long that one hangs. `false` if one was not closed in time.
pub(crate) fn close_all(outlets: &[Arc<Outlet>], deadline: Instant, mut closed: impl FnMut(usize)) -> bool {
    outlets.iter().for_each(|outlet| outlet.begin_close());
    outlets.iter().for_each(|outlet| outlet.request_close(deadline));
    let (mut open, mut in_time): (Vec<_>, _) = ((0..outlets.len()).collect(), true);
    let half = deadline.saturating_duration_since(Instant::now()) / 2;
    while !open.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        let over = left.is_zero();
        open.retain(|&place| {
            if left < half && outlets[place].is_held() {
                outlets[place].take_over_spool();
            }
            let ended = outlets[place].is_closed_by(TURN) || over;
            if ended {
                in_time &= outlets[place].wait_close(deadline);
                closed(place);
            }
            !ended
        });
    }
    in_time
}

/// How long one that is given up may take to say what is lost.
const LAST: Duration = Duration::from_secs(1);

/// Closes all of them, and says of each when it is closed. Each may take as long as it needs, unless for `patience`
/// nothing moves: then what is left is dropped and counted.
pub(crate) fn drain_all(outlets: &[Arc<Outlet>], patience: Duration, mut closed: impl FnMut(usize)) {
    // So far away that the end is decided here.
    let never = Instant::now() + Duration::from_secs(365 * 24 * 3600);
    outlets.iter().for_each(|outlet| outlet.begin_close());
    outlets.iter().for_each(|outlet| outlet.request_close(never));
    let now = Instant::now();
    let mut open: Vec<_> = (0..outlets.len()).map(|place| (place, 0, now)).collect();
    while !open.is_empty() {
        open.retain_mut(|(place, before, since)| {
            let outlet = &outlets[*place];
            let mut ended = outlet.is_closed_by(TURN);
            let settled = outlet.settled();
            if settled != *before || outlet.is_held() {
                (*before, *since) = (settled, Instant::now());
            } else if !ended && since.elapsed() >= patience {
                let end = Instant::now() + LAST;
                outlet.request_close(end);
                ended = outlet.wait_close(end) || outlet.is_closed();
            }
            if ended {
                closed(*place);
            }
            !ended
        });
    }
}
