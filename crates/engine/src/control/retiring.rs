//! Letting go of destinations that left the plan: they deliver what they have, and are closed.

use super::Control;
use crate::delivery::{self, Outlet};
use crate::hub::Hub;
use crate::plan::Attached;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Control {
    /// How long a destination that a [reload](Control::reload) replaced or removed may stand still in the background
    /// before what it still has is dropped and counted. While it delivers, it may take as long as it needs.
    pub const DRAIN_LIMIT: Duration = Duration::from_secs(30);

    /// Has destinations that left the plan close in the background.
    pub(super) fn retire_in_background(&self, leaving: &[Arc<Attached>]) {
        if leaving.is_empty() {
            return;
        }
        let (hub, ours) = (Arc::clone(self.hub()), leaving.to_vec());
        let thread = std::thread::Builder::new().name("tracework-retire".into());
        if thread.spawn(move || retire(&hub, &ours)).is_err() {
            // Without a thread they close here, in less time.
            close(self.hub(), leaving, Instant::now() + Duration::from_secs(1));
        }
    }
}

/// Has what was emitted for them routed, then closes each as soon as it is done.
fn retire(hub: &Hub, leaving: &[Arc<Attached>]) {
    let ticket = hub.requests.ask_pass();
    hub.wake();
    let _ = hub.requests.wait_pass(ticket, Instant::now() + Control::DRAIN_LIMIT);
    delivery::drain_all(&outlets(leaving), Control::DRAIN_LIMIT, |place| hub.retired.end(&leaving[place]));
}

fn outlets(of: &[Arc<Attached>]) -> Vec<Arc<Outlet>> {
    of.iter().map(|one| Arc::clone(&one.outlet)).collect()
}

/// Closes them by `deadline`, each as soon as it is done; their rows of the ledger go to the closed ones.
pub(super) fn close(hub: &Hub, leaving: &[Arc<Attached>], deadline: Instant) {
    delivery::close_all(&outlets(leaving), deadline, |place| hub.retired.end(&leaving[place]));
}
