//! The shared buffer: a thread fills its lane, the engine reads the page while it is written and takes full pages, and a
//! full pool holds up the thread. It repeats `Pool::{try_reserve, reserve, taken, close}`, `Lane::{commit, retire,
//! hand_over, recycle}` and `Shared::{take, note_read, row}`, with two records a page. The naps that a waiting thread takes
//! are left out: nothing may depend on them.

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
use loom::thread;
use std::collections::VecDeque;

struct Pool {
    limit: usize,
    used: AtomicUsize,
    waiting: Mutex<usize>,
    room: Condvar,
    closed: AtomicBool,
    free: Mutex<Vec<Page>>,
}

impl Pool {
    fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
            waiting: Mutex::new(0),
            room: Condvar::new(),
            closed: AtomicBool::new(false),
            free: Mutex::new(Vec::new()),
        })
    }

    fn try_reserve(&self) -> bool {
        let before = self.used.fetch_add(1, Ordering::AcqRel);
        if before != 0 && before + 1 > self.limit {
            self.used.fetch_sub(1, Ordering::AcqRel);
            return false;
        }
        true
    }

    fn reserve(&self) -> bool {
        if self.try_reserve() {
            return true;
        }
        let mut waiting = self.waiting.lock().expect("nobody panics");
        *waiting += 1;
        let given = loop {
            if self.try_reserve() {
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

    fn page(&self) -> Page {
        self.free.lock().expect("nobody panics").pop().unwrap_or_default()
    }
}

/// Records of a page. A write and a read of the same one that are not ordered are found by loom.
const ROOM: usize = 2;

#[derive(Default)]
struct Page {
    records: Arc<[UnsafeCell<u32>; ROOM]>,
    begin: usize,
}

/// What a lane counts.
#[derive(Clone, Copy, Default)]
struct Row {
    accepted: usize,
    taken: usize,
    pending: usize,
    dropped: usize,
}

struct Full {
    page: Page,
    number: usize,
    end: usize,
}

#[derive(Default)]
struct State {
    window: Option<Arc<[UnsafeCell<u32>; ROOM]>>,
    number: usize,
    read: usize,
    reading: bool,
    full: VecDeque<Full>,
    row: Row,
}

struct Shared {
    state: Mutex<State>,
    published: AtomicUsize,
    pool: Arc<Pool>,
}

struct Lane {
    page: Option<Page>,
    filled: usize,
    shared: Arc<Shared>,
}

impl Lane {
    fn new(pool: &Arc<Pool>) -> Self {
        let shared =
            Shared { state: Mutex::new(State::default()), published: AtomicUsize::new(0), pool: Arc::clone(pool) };
        Self { page: None, filled: 0, shared: Arc::new(shared) }
    }

    fn commit(&mut self, record: u32) {
        if self.page.is_none() || self.filled == ROOM {
            if !self.retire() {
                let mut state = self.shared.lock();
                state.row.accepted += 1;
                state.row.dropped += 1;
                return;
            }
            let page = self.shared.pool.page();
            self.shared.lock().window = Some(Arc::clone(&page.records));
            self.page = Some(page);
        }
        let page = self.page.as_ref().expect("there is one now");
        write(&page.records[self.filled], record);
        self.filled += 1;
        self.shared.published.store(self.filled, Ordering::Release);
    }

    fn retire(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        if state.read == self.filled && !state.reading {
            self.recycle(&mut state);
            return true;
        }
        drop(state);
        if !shared.pool.reserve() {
            return false;
        }
        self.hand_over();
        true
    }

    fn hand_over(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        if state.read == self.filled && !state.reading {
            self.recycle(&mut state);
            drop(state);
            return shared.pool.taken(1);
        }
        let mut page = self.page.take().expect("something was written to it");
        page.begin = state.read;
        let number = state.number;
        state.full.push_back(Full { page, number, end: self.filled });
        self.leave(&mut state);
    }

    fn recycle(&mut self, state: &mut State) {
        if let Some(mut page) = self.page.take() {
            page.begin = 0;
            self.shared.pool.free.lock().expect("nobody panics").push(page);
        }
        self.leave(state);
    }

    fn leave(&mut self, state: &mut State) {
        state.row.accepted += self.filled;
        state.window = None;
        state.number += 1;
        state.read = 0;
        self.filled = 0;
        self.shared.published.store(0, Ordering::Release);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics")
    }

    fn take(&self) -> Vec<u32> {
        let mut state = self.lock();
        let full = std::mem::take(&mut state.full);
        let (from, to, number) = (state.read, self.published.load(Ordering::Acquire), state.number);
        let window = state.window.clone().filter(|_| from != to);
        state.reading = window.is_some();
        state.row.taken += full.iter().map(|full| full.end - full.page.begin).sum::<usize>();
        drop(state);
        if !full.is_empty() {
            self.pool.taken(full.len());
        }
        let mut records = Vec::new();
        for full in full {
            read(&full.page.records, full.page.begin..full.end, &mut records);
            let page = Page { begin: 0, ..full.page };
            self.pool.free.lock().expect("nobody panics").push(page);
        }
        if let Some(window) = window {
            read(&window, from..to, &mut records);
            self.note_read(number, to);
        }
        records
    }

    fn note_read(&self, number: usize, to: usize) {
        let mut state = self.lock();
        state.reading = false;
        if state.number == number {
            state.row.taken += to - state.read;
            state.read = to;
            return;
        }
        let State { full, row, .. } = &mut *state;
        let full = full.iter_mut().find(|full| full.number == number).expect("it was being read, so it is handed over");
        row.taken += to - full.page.begin;
        full.page.begin = to;
    }

    fn row(&self) -> Row {
        let state = self.lock();
        let filled = self.published.load(Ordering::Acquire);
        let full: usize = state.full.iter().map(|full| full.end - full.page.begin).sum();
        let row = Row { accepted: state.row.accepted + filled, pending: full + filled - state.read, ..state.row };
        assert_eq!(row.accepted, row.taken + row.pending + row.dropped, "the ledger balances");
        row
    }
}

#[expect(unsafe_code, reason = "loom looks whether a write and a read of the same cell are ordered")]
fn write(cell: &UnsafeCell<u32>, record: u32) {
    // SAFETY: loom ends the test if anybody else is at the cell.
    cell.with_mut(|place| unsafe { *place = record });
}

#[expect(unsafe_code, reason = "loom looks whether a write and a read of the same cell are ordered")]
fn read(records: &[UnsafeCell<u32>; ROOM], range: std::ops::Range<usize>, into: &mut Vec<u32>) {
    // SAFETY: loom ends the test if anybody writes to the cell.
    into.extend(records[range].iter().map(|cell| cell.with(|place| unsafe { *place })));
}

/// Threads have too many orders for all of them; those with at most two switches that no lock asks for find what is to
/// be found.
fn model(play: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(play);
}

#[test]
fn every_record_is_read_once_and_in_order_while_its_page_is_written_and_left() {
    model(|| {
        let pool = Pool::new(4);
        let mut lane = Lane::new(&pool);
        let shared = Arc::clone(&lane.shared);
        let writer = thread::spawn(move || {
            (1..=3).for_each(|record| lane.commit(record));
            lane
        });
        let mut taken = shared.take();
        shared.row();
        let _lane = writer.join().expect("it ends well");
        taken.extend(shared.take());
        assert_eq!(taken, [1, 2, 3]);
        assert_eq!((shared.row().taken, shared.row().pending), (3, 0));
        assert_eq!(pool.used.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn every_record_is_taken_though_the_pool_is_full() {
    model(|| {
        let pool = Pool::new(1);
        let mut lane = Lane::new(&pool);
        let shared = Arc::clone(&lane.shared);
        let writer = thread::spawn(move || {
            (1..=5).for_each(|record| lane.commit(record));
            lane
        });
        let mut taken = Vec::new();
        while taken.len() < 5 {
            taken.extend(shared.take());
            thread::yield_now();
        }
        let _lane = writer.join().expect("it ends well");
        assert_eq!(taken, [1, 2, 3, 4, 5]);
        assert_eq!((shared.row().taken, pool.used.load(Ordering::SeqCst)), (5, 0));
    });
}

#[test]
fn two_threads_that_wait_for_the_same_room_both_get_it() {
    model(|| {
        let pool = Pool::new(1);
        let mut lanes = [Lane::new(&pool), Lane::new(&pool)];
        let shared = [Arc::clone(&lanes[0].shared), Arc::clone(&lanes[1].shared)];
        // Both pages are full: the next record of each needs room for one of them.
        lanes.iter_mut().for_each(|lane| (1..=2).for_each(|record| lane.commit(record)));
        let writers = lanes.map(|mut lane| {
            thread::spawn(move || {
                lane.commit(3);
                lane
            })
        });
        let mut taken = 0;
        while taken < 6 {
            taken += shared.iter().map(|shared| shared.take().len()).sum::<usize>();
            thread::yield_now();
        }
        writers.into_iter().for_each(|writer| drop(writer.join().expect("it ends well")));
        assert_eq!(pool.used.load(Ordering::SeqCst), 0);
    });
}

/// Nobody empties the pool any more; whoever waits must hear that it is closed.
#[test]
fn a_thread_that_waits_hears_that_the_pool_is_closed() {
    model(|| {
        let pool = Pool::new(1);
        let mut lane = Lane::new(&pool);
        let shared = Arc::clone(&lane.shared);
        (1..=4).for_each(|record| lane.commit(record));
        let writer = thread::spawn(move || lane.commit(5));
        pool.close();
        writer.join().expect("it ends well");
        let row = shared.row();
        assert_eq!((row.accepted, row.dropped, row.pending), (5, 1, 4), "what was refused is counted");
    });
}
