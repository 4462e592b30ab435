//! The shared buffer: a thread fills its lane, the engine takes the pages, and a full pool holds up the thread.
//! It repeats `Pool::{try_page, page, taken, close}` and `Lane::{commit, take}`, with one record a page. The naps that
//! a waiting thread takes are left out: nothing may depend on them.

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use std::collections::VecDeque;

struct Pool {
    limit: usize,
    used: AtomicUsize,
    waiting: Mutex<usize>,
    room: Condvar,
    closed: AtomicBool,
}

impl Pool {
    fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
            waiting: Mutex::new(0),
            room: Condvar::new(),
            closed: AtomicBool::new(false),
        })
    }

    fn try_page(&self) -> bool {
        let before = self.used.fetch_add(1, Ordering::AcqRel);
        if before != 0 && before + 1 > self.limit {
            self.used.fetch_sub(1, Ordering::AcqRel);
            return false;
        }
        true
    }

    fn page(&self) -> bool {
        let mut waiting = self.waiting.lock().expect("nobody panics");
        *waiting += 1;
        let given = loop {
            if self.try_page() {
                break true;
            }
            if self.closed.load(Ordering::Acquire) {
                break false;
            }
            waiting = self.room.wait(waiting).expect("nobody panics");
        };
        *waiting -= 1;
        given
    }

    fn taken(&self, pages: usize) {
        self.used.fetch_sub(pages, Ordering::AcqRel);
        if *self.waiting.lock().expect("nobody panics") > 0 {
            self.room.notify_all();
        }
    }

    /// Without meeting those who are about to sleep, this model finds a thread that waits for ever.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        drop(self.waiting.lock().expect("nobody panics"));
        self.room.notify_all();
    }
}

/// What a lane counts.
#[derive(Clone, Copy, Default)]
struct Row {
    accepted: u32,
    taken: u32,
    pending: u32,
    dropped: u32,
}

impl Row {
    fn check(&self) {
        assert_eq!(self.accepted, self.taken + self.pending + self.dropped, "the ledger balances");
    }
}

#[derive(Default)]
struct State {
    current: Option<u32>,
    full: VecDeque<u32>,
    row: Row,
}

struct Lane {
    state: Mutex<State>,
    pool: Arc<Pool>,
}

impl Lane {
    fn new(pool: &Arc<Pool>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::default()), pool: Arc::clone(pool) })
    }

    /// Every page holds one record, so each record needs a new one.
    fn commit(&self, record: u32) {
        let mut state = self.state.lock().expect("nobody panics");
        if !self.pool.try_page() {
            drop(state);
            let given = self.pool.page();
            state = self.state.lock().expect("nobody panics");
            if !given {
                state.row.accepted += 1;
                state.row.dropped += 1;
                return;
            }
        }
        if let Some(before) = state.current.replace(record) {
            state.full.push_back(before);
        }
        state.row.accepted += 1;
        state.row.pending += 1;
    }

    fn take(&self) -> Vec<u32> {
        let mut state = self.state.lock().expect("nobody panics");
        let mut pages: Vec<u32> = state.full.drain(..).collect();
        pages.extend(state.current.take());
        state.row.taken += state.row.pending;
        state.row.pending = 0;
        state.row.check();
        drop(state);
        if !pages.is_empty() {
            self.pool.taken(pages.len());
        }
        pages
    }

    fn row(&self) -> Row {
        let row = self.state.lock().expect("nobody panics").row;
        row.check();
        row
    }
}

/// Three threads have too many orders for all of them; those with at most three switches that no lock asks for find
/// what is to be found.
fn model(play: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(play);
}

#[test]
fn every_record_is_taken_once_and_in_order_though_the_pool_is_full() {
    model(|| {
        let pool = Pool::new(1);
        let lane = Lane::new(&pool);
        let emitter = {
            let lane = Arc::clone(&lane);
            thread::spawn(move || (1..=2).for_each(|record| lane.commit(record)))
        };
        let mut taken = Vec::new();
        while taken.len() < 2 {
            taken.extend(lane.take());
            thread::yield_now();
        }
        emitter.join().expect("it ends well");
        assert_eq!(taken, [1, 2]);
        assert_eq!((lane.row().taken, pool.used.load(Ordering::SeqCst)), (2, 0));
    });
}

#[test]
fn two_threads_that_wait_for_the_same_room_both_get_it() {
    model(|| {
        let pool = Pool::new(1);
        let lanes = [Lane::new(&pool), Lane::new(&pool)];
        let emitters = lanes.clone().map(|lane| thread::spawn(move || lane.commit(1)));
        let mut taken = 0;
        while taken < 2 {
            taken += lanes.iter().map(|lane| lane.take().len()).sum::<usize>();
            thread::yield_now();
        }
        emitters.into_iter().for_each(|emitter| emitter.join().expect("it ends well"));
        assert_eq!(pool.used.load(Ordering::SeqCst), 0);
    });
}

/// Nobody empties the pool any more; whoever waits must hear that it is closed.
#[test]
fn a_thread_that_waits_hears_that_the_pool_is_closed() {
    model(|| {
        let pool = Pool::new(1);
        let lane = Lane::new(&pool);
        lane.commit(1);
        let emitter = {
            let lane = Arc::clone(&lane);
            thread::spawn(move || lane.commit(2))
        };
        pool.close();
        emitter.join().expect("it ends well");
        let row = lane.row();
        assert_eq!((row.accepted, row.dropped, row.pending), (2, 1, 1), "what was refused is counted");
    });
}
