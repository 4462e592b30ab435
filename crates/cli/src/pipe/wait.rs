//! Waiting for input.

use std::time::Duration;

/// Does more input come within `time`, or its end?
#[cfg(unix)]
pub(super) fn for_input(time: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec::try_from(time).unwrap_or_default();
    let stdin = rustix::stdio::stdin();
    let polled = poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&limit));
    !matches!(polled, Ok(0) | Err(rustix::io::Errno::INTR))
}

/// Does more input come within `time`, or its end? The system cannot tell, so text is not held for it.
#[cfg(not(unix))]
pub(super) fn for_input(_: Duration) -> bool {
    false
}

/// Waits for more input, or its end; `false` once `ended` says that no more is to be read.
#[cfg(unix)]
pub(super) fn until_input(time: Duration, ended: impl Fn() -> bool) -> bool {
    while !ended() {
        if for_input(time) {
            return !ended();
        }
    }
    false
}

/// Here reading itself waits.
#[cfg(not(unix))]
pub(super) fn until_input(_: Duration, ended: impl Fn() -> bool) -> bool {
    !ended()
}
