//! Threads that come and go.

use crate::support::{Bench, soon};
use std::cell::RefCell;
use tracework::core::Value;
use tracework::prelude::*;
use tracing::dispatcher;

#[test]
fn a_thread_that_ends_leaves_everything_it_emitted() {
    let bench = Bench::new();
    bench.run(|| {
        let dispatch = dispatcher::get_default(Clone::clone);
        for number in 0..50 {
            let dispatch = dispatch.clone();
            let thread = std::thread::Builder::new().name(format!("worker-{number}"));
            let spawned = thread.spawn(move || dispatcher::with_default(&dispatch, || info!(number, "the only one")));
            spawned.expect("a thread").join().expect("it ends well");
        }
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 50);
    for record in records {
        let Some(Value::I64(number)) = record.view().field("number") else { panic!("no number: {record:?}") };
        assert_eq!(record.view().thread_name(), Some(&*format!("worker-{number}")));
    }
    let let_go = || bench.control.health().threads == 0;
    assert!(soon(let_go), "threads that ended are let go: {:#?}", bench.control.health());
}

struct LogsAtTheEnd(dispatcher::Dispatch);

impl Drop for LogsAtTheEnd {
    fn drop(&mut self) {
        dispatcher::with_default(&self.0, || info!("from a destructor"));
    }
}

thread_local! {
    static BEFORE: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
}

#[test]
fn destructors_of_thread_locals_can_log() {
    let bench = Bench::new();
    bench.run(|| {
        let dispatch = dispatcher::get_default(Clone::clone);
        let ending = std::thread::spawn(move || {
            // Set first, so that it is destroyed after what our layer keeps for the thread, or before: either works.
            BEFORE.set(Some(LogsAtTheEnd(dispatch.clone())));
            dispatcher::with_default(&dispatch, || info!("alive"));
        });
        ending.join().expect("it ends well");
    });
    assert_eq!(bench.messages()[0], "alive");
    // `tracing` itself cannot enter a scope any more in such a destructor; then nothing reaches us, and nothing breaks.
    assert!(bench.memory.len() <= 2);
}

#[test]
fn what_a_thread_emitted_keeps_its_order_beside_other_threads() {
    let bench = Bench::new();
    bench.run(|| {
        let dispatch = dispatcher::get_default(Clone::clone);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let dispatch = dispatch.clone();
                scope.spawn(move || {
                    dispatcher::with_default(&dispatch, || (0..5_000_u64).for_each(|number| info!(thread, number)));
                });
            }
        });
    });
    let mut next = [0; 4];
    for record in bench.memory.records() {
        let (Some(Value::U64(thread)), Some(Value::U64(number))) =
            (record.view().field("thread"), record.view().field("number"))
        else {
            panic!("{record:?}")
        };
        let thread = usize::try_from(thread).expect("one of four");
        assert_eq!(number, next[thread]);
        next[thread] += 1;
    }
    assert_eq!(next, [5_000; 4]);
}
