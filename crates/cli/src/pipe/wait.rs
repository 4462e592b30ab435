//! Waiting for input.

use std::time::Duration;

/// Does more input come within `time`, or its end?
#[cfg(unix)]
pub(super) fn for_input(time: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec::try_from(time).unwrap_or_default();
    let stdin = rustix::stdio::stdin();
    !matches!(poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&limit)), Ok(0))
}

/// Does more input come within `time`, or its end? The system cannot tell, so text is not held for it.
#[cfg(not(unix))]
pub(super) fn for_input(_: Duration) -> bool {
    false
}
