//! The part of the shared buffer that one thread fills.

use super::Pool;
use super::published::{Filled, Published};
use super::window::Window;
use crate::round::Recycle;
use crate::{DropReason, process};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_core::{Draft, Page, SpanNode, Thread};

/// The part of the shared buffer that one thread fills, held by that thread alone. The engine reads what is written while
/// the thread writes on, without a lock between them; they meet only when a page is full.
#[derive(Debug)]
pub struct Lane {
    page: Page,
    /// How many records the page holds.
    records: u64,
    shared: Arc<Shared>,
}

/// What the engine sees of a lane.
#[derive(Debug)]
pub(super) struct Shared {
    published: Published,
    state: Mutex<State>,
    thread: Arc<Thread>,
    pool: Arc<Pool>,
    ended: AtomicBool,
    /// How often this process was forked when the lane was made.
    fork: u32,
}

#[derive(Debug, Default)]
struct State {
    /// The page that the thread writes to; `None` before the first.
    window: Option<Window>,
    /// A number for that page.
    number: u64,
    /// How much of that page was read.
    read: Filled,
    /// Is the engine reading the page with this number?
    reading: Option<u64>,
    /// Pages that the thread is done with, and of which some is not read.
    full: VecDeque<Full>,
    row: LaneRow,
}

/// A page that its thread is done with.
#[derive(Debug)]
struct Full {
    page: Page,
    number: u64,
    /// Its records that were not read.
    records: u64,
    /// The bytes that it counts for in the pool.
    weight: usize,
}

/// What a lane counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneRow {
    pub(crate) accepted: u64,
    pub(crate) taken: u64,
    pub(crate) pending: u64,
    pub(crate) dropped: [u64; DropReason::ALL.len()],
}

impl LaneRow {
    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.taken += other.taken;
        self.pending += other.pending;
        self.dropped.iter_mut().zip(other.dropped).for_each(|(sum, more)| *sum += more);
    }
}

/// What the engine took from one lane: its pages, in order.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) pages: Vec<Page>,
}

impl Lane {
    pub(super) fn new(thread: Arc<Thread>, pool: Arc<Pool>) -> Self {
        let shared = Shared {
            published: Published::default(),
            state: Mutex::default(),
            thread,
            pool,
            ended: AtomicBool::new(false),
            fork: process::forks(),
        };
        Self { page: Page::default(), records: 0, shared: Arc::new(shared) }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Puts a finished record, inside `span`, into the buffer. Waits if the buffer is full and its settings say so.
    #[inline]
    pub fn commit(&mut self, draft: &mut Draft, span: Option<&Arc<SpanNode>>) {
        if self.page.has_room(draft) {
            self.push(draft, span);
        } else {
            self.commit_to_new_page(draft, span);
        }
    }

    #[inline]
    fn push(&mut self, draft: &mut Draft, span: Option<&Arc<SpanNode>>) {
        self.page.push_sealed(draft, span);
        self.records += 1;
        self.shared.published.store(self.filled());
    }

    /// What the engine is told of the page.
    #[inline]
    fn filled(&self) -> Filled {
        Filled { mark: self.page.mark(), records: self.records }
    }

    #[cold]
    fn commit_to_new_page(&mut self, draft: &mut Draft, span: Option<&Arc<SpanNode>>) {
        if !self.retire() {
            return self.drop_for_want_of_room();
        }
        let page = self.shared.pool.page(draft, &self.shared.thread);
        if page.capacity() > Published::MOST {
            return self.push_alone(page, draft, span);
        }
        let mut state = self.shared.lock();
        state.window = Some(Window::of(&page));
        drop(state);
        self.page = page;
        self.push(draft, span);
    }

    /// A record so large that its page cannot be told of in one word goes by itself.
    fn push_alone(&mut self, mut page: Page, draft: &mut Draft, span: Option<&Arc<SpanNode>>) {
        page.push_sealed(draft, span);
        let weight = page.capacity();
        if !self.shared.pool.reserve(weight) {
            return self.drop_for_want_of_room();
        }
        let mut state = self.shared.lock();
        let number = state.number;
        state.full.push_back(Full { page, number, records: 1, weight });
        state.row.accepted += 1;
        state.number += 1;
    }

    /// Hands over the page, as far as it was not read, and is left without one. Waits if the buffer is full and its
    /// settings say so; `false` if there is no room.
    fn retire(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        if state.read == self.filled() && state.reading.is_none() {
            self.recycle(&mut state);
            return true;
        }
        // The engine needs the lock to make room.
        drop(state);
        let weight = self.page.capacity();
        if !self.shared.pool.reserve(weight) {
            return false;
        }
        self.hand_over(weight);
        true
    }

    /// Hands over the page, for which there is room.
    fn hand_over(&mut self, weight: usize) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        if state.read == self.filled() && state.reading.is_none() {
            self.recycle(&mut state);
            drop(state);
            return shared.pool.taken(weight);
        }
        let mut page = std::mem::take(&mut self.page);
        page.begin_at(state.read.mark);
        let (number, records) = (state.number, self.records - state.read.records);
        state.full.push_back(Full { page, number, records, weight });
        self.leave(&mut state);
    }

    /// Gives back the page, of which everything was read.
    fn recycle(&mut self, state: &mut State) {
        let page = std::mem::take(&mut self.page);
        if page.capacity() > 0 {
            self.shared.pool.recycle(page);
        }
        self.leave(state);
    }
}

impl Lane {
    /// Is left without a page.
    fn leave(&mut self, state: &mut State) {
        state.row.accepted += self.records;
        state.window = None;
        state.number += 1;
        state.read = Filled::default();
        self.records = 0;
        self.shared.published.store(Filled::default());
    }

    fn drop_for_want_of_room(&self) {
        let closed = self.shared.pool.is_closed();
        self.drop_record(if closed { DropReason::Shutdown } else { DropReason::BufferFull });
    }

    /// Counts a record that could not be captured.
    pub fn drop_record(&self, reason: DropReason) {
        let mut state = self.shared.lock();
        state.row.accepted += 1;
        state.row.dropped[reason as usize] += 1;
    }
}

impl Drop for Lane {
    /// Hands over what was not read, whatever the settings say: nothing comes after this.
    fn drop(&mut self) {
        // In a forked child the engine is on the other side, and its lock perhaps held for ever.
        if self.shared.fork == process::forks() {
            let weight = self.page.capacity();
            self.shared.pool.reserve_anyway(weight);
            self.hand_over(weight);
        }
        self.shared.ended.store(true, Ordering::Release);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(super) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.full.is_empty() && self.published.load() == state.read
    }

    pub(super) fn row(&self) -> LaneRow {
        let state = self.lock();
        let filled = self.published.load();
        let full: u64 = state.full.iter().map(|full| full.records).sum();
        LaneRow {
            accepted: state.row.accepted + filled.records,
            pending: full + filled.records - state.read.records,
            ..state.row.clone()
        }
    }

    /// Takes what was written since the last time: the pages that the thread is done with, and a copy of what is in the
    /// one that it writes to. Only the engine does so.
    pub(super) fn take(&self) -> Option<Taken> {
        let mut state = self.lock();
        let full = std::mem::take(&mut state.full);
        let (from, to, number) = (state.read, self.published.load(), state.number);
        let window = state.window.filter(|_| from != to);
        state.reading = window.map(|_| number);
        state.row.taken += full.iter().map(|full| full.records).sum::<u64>();
        drop(state);
        if full.is_empty() && window.is_none() {
            return None;
        }
        if !full.is_empty() {
            self.pool.taken(full.iter().map(|full| full.weight).sum());
        }
        let mut pages: Vec<_> = full.into_iter().map(|full| full.page).collect();
        if let Some(window) = window {
            // SAFETY: `to` was loaded under the lock with this window, so the page was written up to there. It is said
            // that it is being read: its thread neither gives it back nor empties it, and whoever takes it from `full`
            // is the engine, which is here.
            #[expect(unsafe_code, reason = "see `Window`")]
            let page = unsafe { window.read(Arc::clone(&self.thread), from.mark, to.mark) };
            pages.push(page);
            self.note_read(number, to);
        }
        Some(Taken { pages })
    }

    /// Notes how far the page with this number was read. Its thread may be done with it by now.
    fn note_read(&self, number: u64, to: Filled) {
        let mut state = self.lock();
        state.reading = None;
        if state.number == number {
            state.row.taken += to.records - state.read.records;
            state.read = to;
            return;
        }
        let State { full, row, .. } = &mut *state;
        let Some(place) = full.iter().position(|full| full.number == number) else { return };
        full[place].page.begin_at(to.mark);
        let unread = full[place].page.records().count() as u64;
        row.taken += full[place].records - unread;
        full[place].records = unread;
    }
}
