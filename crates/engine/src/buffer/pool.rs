//! The memory of the shared buffer.

use super::published::Published;
use super::{BufferFull, SharedBufferSettings};
use crate::clock::after;
use crate::round::Recycle;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tracework_core::{Draft, Page, Thread};

/// Bytes of parts, and of text, that a page has room for.
const PAGE: usize = 32 << 10;

/// Pages for lanes, bounded.
#[derive(Debug)]
pub(crate) struct Pool {
    memory: AtomicUsize,
    when_full: Mutex<BufferFull>,
    /// Does nobody empty it for now? Then nobody may wait for room.
    holding: AtomicBool,
    /// Bytes of the pages that wait for the engine.
    used: AtomicUsize,
    free: Mutex<Vec<Page>>,
    /// How many threads wait for room.
    waiting: Mutex<usize>,
    room: Condvar,
    engine: OnceLock<thread::Thread>,
    closed: AtomicBool,
}

impl Pool {
    pub(super) fn new(settings: SharedBufferSettings) -> Self {
        Self {
            memory: AtomicUsize::new(settings.memory),
            when_full: Mutex::new(settings.when_full),
            holding: AtomicBool::new(false),
            used: AtomicUsize::new(0),
            free: Mutex::default(),
            waiting: Mutex::default(),
            room: Condvar::new(),
            engine: OnceLock::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Names the thread that is to be woken when the buffer fills.
    pub(crate) fn set_engine(&self, engine: thread::Thread) {
        // There is one engine thread for each buffer, so the first name is the right one.
        let _ = self.engine.set(engine);
    }

    /// Wakes the engine before its tick.
    pub(crate) fn wake_engine(&self) {
        if let Some(engine) = self.engine.get() {
            engine.unpark();
        }
    }

    /// Says that nobody empties the buffer any more: nobody may wait for it.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        // Whoever looked before this is asleep by now, and so hears of it.
        drop(self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.room.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn limit(&self) -> usize {
        self.memory.load(Ordering::Relaxed)
    }

    /// Its size, and what happens when it is full.
    pub(crate) fn settings(&self) -> SharedBufferSettings {
        let when_full = *self.when_full.lock().unwrap_or_else(PoisonError::into_inner);
        SharedBufferSettings { memory: self.limit(), when_full }
    }

    /// Changes its size, and what happens when it is full.
    pub(crate) fn set(&self, settings: SharedBufferSettings) {
        self.memory.store(settings.memory, Ordering::Relaxed);
        *self.when_full.lock().unwrap_or_else(PoisonError::into_inner) = settings.when_full;
        self.room.notify_all();
    }

    /// Says that nobody empties it for now, or that somebody does again.
    pub(crate) fn set_holding(&self, holding: bool) {
        self.holding.store(holding, Ordering::Relaxed);
    }

    /// An empty page with room for `draft`.
    pub(super) fn page(&self, draft: &Draft, thread: &Arc<Thread>) -> Page {
        let wanted = PAGE.max(draft.size());
        if wanted == PAGE
            && let Some(mut page) = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
        {
            page.reset(Arc::clone(thread));
            return page;
        }
        Page::with_capacity(Arc::clone(thread), wanted, wanted, Published::SPANS)
    }

    /// Counts so many bytes in, if there is room for them.
    fn try_reserve(&self, bytes: usize) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::AcqRel);
        // One page always passes, so that a record larger than the buffer does.
        if before != 0 && before + bytes > self.limit() {
            self.used.fetch_sub(bytes, Ordering::AcqRel);
            return false;
        }
        if before < self.limit() / 2 && before + bytes >= self.limit() / 2 {
            self.wake_engine();
        }
        true
    }

    /// Counts so many bytes in, whether there is room for them or not.
    pub(super) fn reserve_anyway(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::AcqRel);
    }

    /// Counts so many bytes in, waiting for room as the settings say; `false` if there is none.
    pub(super) fn reserve(&self, bytes: usize) -> bool {
        if self.try_reserve(bytes) {
            return true;
        }
        let when_full = *self.when_full.lock().unwrap_or_else(PoisonError::into_inner);
        let deadline = match when_full {
            _ if self.holding.load(Ordering::Relaxed) => Some(Instant::now()),
            BufferFull::DropNewest => Some(Instant::now()),
            BufferFull::Block { limit } => limit.map(after),
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting += 1;
        let given = loop {
            if self.try_reserve(bytes) {
                break true;
            }
            self.wake_engine();
            let now = Instant::now();
            if self.is_closed() || deadline.is_some_and(|deadline| deadline <= now) {
                break false;
            }
            let nap = deadline.map_or(Duration::from_millis(100), |deadline| deadline - now);
            waiting = self.room.wait_timeout(waiting, nap).unwrap_or_else(PoisonError::into_inner).0;
        };
        *waiting -= 1;
        given
    }

    /// Says that the engine took pages of so many bytes out of lanes.
    pub(super) fn taken(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::AcqRel);
        if *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) > 0 {
            self.room.notify_all();
        }
    }
}

impl Recycle for Pool {
    fn recycle(&self, page: Page) {
        // Half the buffer's bytes are kept for the next burst; the rest goes back to the system.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if is_standard(&page) && (free.len() + 1) * 2 * PAGE <= self.limit() / 2 {
            free.push(page);
        }
    }
}

/// Is it a page that any lane can use?
fn is_standard(page: &Page) -> bool {
    (2 * PAGE..4 * PAGE).contains(&page.capacity())
}
