//! Flushing and closing several destinations at the same time, so that one that hangs costs the others nothing.

use super::outlet::Outlet;
use std::sync::Arc;
use std::time::Instant;

/// Flushes all of them by one deadline: what was pushed before is delivered, and the destinations have flushed; what
/// is handed to a failover meanwhile is flushed there. `false` if one did not manage.
pub(crate) fn flush_all(outlets: &[Arc<Outlet>], deadline: Instant) -> bool {
    let tickets: Vec<_> = outlets.iter().map(|outlet| outlet.request_flush()).collect();
    outlets.iter().zip(tickets).filter(|&(outlet, ticket)| !outlet.wait_flush(ticket, deadline)).count() == 0
}

/// Closes all of them by one deadline. A destination that takes over for others is closed after them, so that they can
/// still hand over. `false` if one was not closed in time.
pub(crate) fn close_all(outlets: &[Arc<Outlet>], deadline: Instant) -> bool {
    outlets.iter().for_each(|outlet| outlet.begin_close());
    outlets.iter().for_each(|outlet| outlet.request_close(deadline));
    outlets.iter().filter(|outlet| !outlet.wait_close(deadline)).count() == 0
}
