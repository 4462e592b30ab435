//! Knowing in a forked child that one is in a forked child, without asking the system at every event.

use std::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);
/// Forks under way in this process.
static FORKING: AtomicU32 = AtomicU32::new(0);
/// Threads of ours that hold locks which a child would find held for ever.
static BUSY: AtomicU32 = AtomicU32::new(0);

/// Runs `work`, which takes locks that are not ours (`tracing`'s table of callsites), while no fork is under way: a
/// child would find them held by a thread that it does not have.
pub(crate) fn away_from_forks<T>(work: impl FnOnce() -> T) -> T {
    loop {
        BUSY.fetch_add(1, Ordering::SeqCst);
        if FORKING.load(Ordering::SeqCst) == 0 {
            break;
        }
        BUSY.fetch_sub(1, Ordering::SeqCst);
        std::thread::yield_now();
    }
    let done = work();
    BUSY.fetch_sub(1, Ordering::SeqCst);
    done
}

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
    extern "C" fn before() {
        FORKING.fetch_add(1, Ordering::SeqCst);
        // What is waited for takes microseconds; should it not end, the fork goes on all the same.
        for _ in 0..100_000 {
            if BUSY.load(Ordering::SeqCst) == 0 {
                return;
            }
            std::thread::yield_now();
        }
    }
    extern "C" fn in_parent() {
        FORKING.fetch_sub(1, Ordering::SeqCst);
    }
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
        FORKING.store(0, Ordering::SeqCst);
        BUSY.store(0, Ordering::SeqCst);
    }
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "the system tells of forks in no other way that costs nothing at each event")]
        // SAFETY: the three only change atomics, which is allowed in a child of a program with threads; they are
        // functions of the program and live as long as it.
        let told = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        debug_assert_eq!(told, 0, "it fails only without memory");
    });
}

/// There are no forks here.
#[cfg(not(unix))]
pub(crate) fn watch_forks() {}
