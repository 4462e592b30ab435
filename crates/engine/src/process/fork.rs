//! Knowing in a forked child that one is in a forked child, without asking the system at every event.

use std::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// How many forks lie between the process that started and this one, as far as they were watched.
#[inline]
pub(crate) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Has forks counted from now on, in the child, before it does anything else. A child's threads are those of its
/// parent no longer, so what the parent captured with must rest in it.
#[cfg(unix)]
pub(crate) fn watch_forks() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "the system tells of forks in no other way that costs nothing at each event")]
        // SAFETY: `in_child` only adds to an atomic, which is allowed in a child of a program with threads; it is a
        // function of the program and lives as long as it.
        let told = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        debug_assert_eq!(told, 0, "it fails only without memory");
    });
}

/// There are no forks here.
#[cfg(not(unix))]
pub(crate) fn watch_forks() {}
