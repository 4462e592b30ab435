//! Allocations of the calling thread: a global allocator that counts, switched on for this measure alone.

#![expect(unsafe_code, reason = "a global allocator is an unsafe trait; this one hands every call to the system's")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::Result;

use super::Job;
use crate::{
    figures::Figures,
    systems::{Left, Subject},
};

/// Whether anything is counted. Off, an allocation pays for one load of a word nobody writes.
static COUNTS: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The allocations of this thread while counting.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with a count per thread.
pub struct Counting;

/// Counts one, if counting is on.
#[inline]
fn count() {
    if COUNTS.load(Ordering::Relaxed) {
        COUNT.with(|count| count.set(count.get() + 1));
    }
}

// SAFETY: every method passes its arguments to `System` unchanged and returns what that returns; counting
// touches a constant-initialised thread-local without a destructor, so it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise about `layout` is the one `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: `ptr` came from `System` through this allocator, with this layout.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as in `dealloc`; the caller's promise about `size` is the one `System` asks for.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

/// Emits half of the events to reach the steady state, then counts over the other half.
pub fn measure<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    let mut counted = 0;
    let half = job.events / 2;
    subject.within(&mut || {
        (0..half).for_each(|event| subject.emit(event));
        subject.rest();
        COUNTS.store(true, Ordering::Relaxed);
        (half..job.events).for_each(|event| subject.emit(event));
        COUNTS.store(false, Ordering::Relaxed);
        counted = COUNT.get();
    });
    let figures =
        Figures { caller_allocations: Some(counted as f64 / (job.events - half) as f64), ..Figures::default() };
    Ok((figures, subject.close()?))
}
