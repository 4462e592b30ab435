//! How far each destination has come.

use super::tell;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tracework::Control;

/// Tells `d NAME DELIVERED` of each destination, fifty times a second, until it is `ended`.
pub(super) fn run(control: &Control, ended: &Receiver<Duration>) {
    while ended.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
        for (name, health) in control.health().destinations {
            tell(format_args!("d {name} {}", health.ledger.delivered));
        }
    }
}
