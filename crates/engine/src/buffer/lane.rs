//! The part of the shared buffer that one thread fills.

use super::Pool;
use super::pool::{Held, When};
use crate::DropReason;
use crate::round::Recycle;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use tracework_core::{Draft, Page, SpanNode, Thread};

/// The part of the shared buffer that one thread fills. Nobody else writes to it, and the engine holds its lock only to
/// take pages away, so the thread finds it free.
#[derive(Debug)]
pub struct Lane {
    state: Mutex<State>,
    thread: Arc<Thread>,
    pool: Arc<Pool>,
    ended: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    current: Held,
    full: VecDeque<Held>,
    row: LaneRow,
    /// How often the engine came by in vain since it last took something.
    idle: u32,
}

/// A lane that was idle for so many passes gives its page back.
const IDLE: u32 = 64;

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
        Self { state: Mutex::default(), thread, pool, ended: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a finished record, inside `span`, into the buffer. Waits if the buffer is full and its settings say so.
    #[inline]
    pub fn commit(&self, draft: &Draft, span: Option<&Arc<SpanNode>>) {
        let mut state = self.lock();
        if state.current.page.has_room(draft) {
            state.push(draft, span);
        } else {
            self.commit_to_new_page(state, draft, span);
        }
    }

    #[cold]
    fn commit_to_new_page<'a>(&'a self, mut state: MutexGuard<'a, State>, draft: &Draft, span: Option<&Arc<SpanNode>>) {
        let held = match self.pool.try_page(draft, &self.thread) {
            Some(held) => held,
            None => {
                // The engine needs this lock to make room.
                drop(state);
                let given = self.pool.page(draft, &self.thread);
                state = self.lock();
                match given {
                    When::Now(held) => held,
                    When::Never => {
                        state.row.accepted += 1;
                        let closed = self.pool.is_closed();
                        let reason = if closed { DropReason::Shutdown } else { DropReason::BufferFull };
                        state.row.dropped[reason as usize] += 1;
                        return;
                    }
                }
            }
        };
        let before = std::mem::replace(&mut state.current, held);
        if !before.page.is_empty() {
            state.full.push_back(before);
        }
        state.push(draft, span);
    }

    /// Counts a record that could not be captured.
    pub fn drop_record(&self, reason: DropReason) {
        let mut state = self.lock();
        state.row.accepted += 1;
        state.row.dropped[reason as usize] += 1;
    }

    /// Says that its thread ended: nothing comes after this.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(super) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(super) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.full.is_empty() && state.current.page.is_empty()
    }

    pub(super) fn row(&self) -> LaneRow {
        self.lock().row.clone()
    }

    /// Takes its pages away. Unless `wait`, a lane that is being written to at this moment is passed over.
    pub(super) fn take(&self, wait: bool) -> Option<Taken> {
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) if wait => self.lock(),
            Err(TryLockError::WouldBlock) => return None,
        };
        if state.current.page.is_empty() && state.full.is_empty() {
            self.note_idle(&mut state);
            return None;
        }
        state.idle = 0;
        let mut held = std::mem::take(&mut state.full);
        if !state.current.page.is_empty() {
            // The thread finds another page in its place, and need not fetch one.
            let next = self.pool.spare(&self.thread).unwrap_or_default();
            held.push_back(std::mem::replace(&mut state.current, next));
        }
        state.row.taken += state.row.pending;
        state.row.pending = 0;
        drop(state);
        self.pool.taken(held.iter().map(|held| held.weight).sum());
        Some(Taken { pages: held.into_iter().map(|held| held.page).collect() })
    }
}

impl Lane {
    /// Takes the page back of a thread that has stopped logging.
    fn note_idle(&self, state: &mut State) {
        state.idle += 1;
        if state.idle == IDLE && state.current.weight > 0 {
            let unused = std::mem::take(&mut state.current);
            self.pool.taken(unused.weight);
            self.pool.recycle(unused.page);
        }
    }
}

impl State {
    #[inline]
    fn push(&mut self, draft: &Draft, span: Option<&Arc<SpanNode>>) {
        self.current.page.push(draft, span);
        self.row.accepted += 1;
        self.row.pending += 1;
    }
}
