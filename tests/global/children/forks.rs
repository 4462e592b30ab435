//! Forks.
#![expect(unsafe_code, reason = "there is no other way to fork")]

use super::{Case, pipeline, report};
use std::time::Duration;
use tracework::core::Overflow;
use tracework::destinations::{Memory, Writer};
use tracework::prelude::*;

pub(super) const CASES: &[Case] =
    &[("fork", fork), ("fork while threads log", fork_while_threads_log), ("fork and begin anew", fork_and_begin_anew)];

/// Runs `child` in a forked child, which then ends; `true` if it ended well within ten seconds.
fn forked(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child calls only what this test is about, and ends by `_exit`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child)).unwrap_or(false);
        // SAFETY: it ends the child at once, without running anything of the parent's.
        unsafe { libc::_exit(i32::from(!well)) }
    }
    for _ in 0..1_000 {
        let mut status = 0;
        // SAFETY: `pid` is a child of this process, and `status` is where its end is told.
        let ended = unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) };
        if ended == pid {
            return libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // SAFETY: it is a child of this process that hangs.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    false
}

/// More than any buffer holds: a child that is not disabled waits for ever.
fn emit_much() {
    for number in 0..200_000 {
        tracing::info_span!("child", number).in_scope(|| info!("in the child"));
    }
}

fn fork() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    info!("before the fork");
    let well = forked(|| {
        emit_much();
        let flushed = control.flush(Duration::from_secs(60));
        let _ = control.shutdown(Duration::from_secs(60));
        flushed.lost == 0
    });
    info!("after the fork");
    println!("\nchild={well}");
    report(&control, &memory);
}

/// Locks may be held by threads that the child does not have.
fn fork_while_threads_log() {
    let (control, memory) = pipeline(Severity::INFO);
    let stuck = Writer::new(std::io::sink()).when_full(Overflow::DropNewest);
    control.attach("sink", stuck).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut well = true;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    info!("in the parent");
                }
            });
        }
        for _ in 0..20 {
            well &= forked(|| {
                (0..1_000).for_each(|number| info!(number, "in the child"));
                true
            });
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    control.flush(Duration::from_secs(10));
    println!("\nchildren={well} balances={} some={}", control.health().buffer.balances(), !memory.is_empty());
}

/// A child may have a pipeline of its own.
fn fork_and_begin_anew() {
    let (control, memory) = pipeline(Severity::TRACE);
    let stack = tracing_subscriber::registry().with(DestinationLayer::new(&control));
    let well = tracing::subscriber::with_default(stack, || {
        info!("in the parent");
        forked(|| {
            let own = Control::new();
            let memory = Memory::new(100);
            let handle = memory.handle();
            own.attach("memory", memory).expect("it attaches");
            let stack = tracing_subscriber::registry().with(DestinationLayer::new(&own));
            tracing::subscriber::with_default(stack, || info!("in the child"));
            own.flush(Duration::from_secs(5)).delivered == 1 && handle.len() == 1
        })
    });
    println!("\nchild={well}");
    report(&control, &memory);
}
