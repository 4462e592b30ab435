//! Says when a destination begins to fail, and if its ledger does not add up.

use super::{Shared, tell};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tracework::Control;

/// Looks fifty times a second, and tells `alarm NAME` or `unbalanced ROW`.
pub(super) fn run(control: &Control, shared: &Shared) {
    let mut failing = BTreeSet::new();
    while !shared.stop.load(Ordering::Relaxed) {
        for (name, health) in control.health().destinations {
            if !health.ledger.balances() {
                tell(format_args!("unbalanced {:?}", health.ledger));
            }
            if health.breaker.failures == 0 {
                failing.remove(&name);
            } else if failing.insert(name.clone()) {
                tell(format_args!("alarm {name}"));
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
