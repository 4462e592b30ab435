//! Every queue has a bound, and a policy that is obeyed when it is full.

use crate::support::{Bench, soon};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tracework::core::{Attach as _, DeadLetterSettings, Overflow};
use tracework::engine::{BufferFull, DropReason, SharedBufferSettings};
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};

fn stuck(bench: &Bench, memory: usize, when_full: Overflow) -> tracework_testkit::Script {
    let (stuck, script) = Faulty::new(Recording::of_records());
    script.hang();
    bench.control.attach("stuck", stuck.memory(memory).when_full(when_full)).expect("it attaches");
    script
}

fn emit(count: u64) {
    (0..count).for_each(|number| info!(number, padding = "0123456789", "counted"));
}

#[test]
fn a_queue_that_drops_stays_within_its_bytes() {
    for policy in [Overflow::DropNewest, Overflow::DropOldest, Overflow::DropLowest] {
        let bench = Bench::new();
        let script = stuck(&bench, 256 << 10, policy);
        for _ in 0..10 {
            bench.run_unsettled(|| emit(5_000));
            assert!(bench.memory.wait_for(5_000, Duration::from_secs(10)));
            let health = bench.control.health();
            let row = &health.destinations["stuck"];
            assert!(
                row.pending_bytes <= row.limit_bytes + (64 << 10),
                "{policy:?}: {} of {}",
                row.pending_bytes,
                row.limit_bytes
            );
            assert!(row.ledger.balances());
            bench.memory.clear();
        }
        let lost = bench.control.health().destinations["stuck"].ledger.dropped[&DropReason::QueueFull];
        assert!(lost > 10_000, "{policy:?} dropped {lost}");
        script.release();
    }
}

#[test]
fn a_queue_that_blocks_with_a_limit_lets_callers_go_on_and_counts() {
    let bench = Bench::new();
    let script = stuck(&bench, 64 << 10, Overflow::Block { limit: Some(Duration::from_millis(200)) });
    // The stall is seen as soon as the engine's next pass finds the queue full.
    bench.run_unsettled(|| emit(20_000));
    assert!(script.wait_until_hung(Duration::from_secs(5)));
    std::thread::sleep(Duration::from_millis(100));
    let begun = Instant::now();
    bench.run_unsettled(|| emit(30_000));
    assert!(begun.elapsed() < Duration::from_secs(10), "a stall costs the limit once: {:?}", begun.elapsed());
    let ledger = || bench.control.health().destinations["stuck"].ledger.clone();
    // The engine hands over what callers no longer wait for at its next pass.
    assert!(soon(|| ledger().dropped.contains_key(&DropReason::BlockTimeout)), "{:?}", ledger());
    script.release();
    let _ = bench.control.flush(Duration::from_secs(20));
    assert_eq!((ledger().accepted, ledger().balances()), (50_000, true));
}

#[test]
fn a_queue_that_blocks_for_ever_loses_nothing_and_holds_up_its_own_callers_alone() {
    let bench = Bench::new();
    let script = stuck(&bench, 64 << 10, Overflow::Block { limit: None });
    bench.control.set_default(&["memory"]).expect("it is attached");
    let (emitted, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    bench.run_unsettled(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                tracing::dispatcher::with_default(&dispatch, || {
                    while !stop.load(Ordering::SeqCst) {
                        info!(destinations = "stuck", padding = "0123456789", "held up");
                        emitted.fetch_add(1, Ordering::SeqCst);
                    }
                });
            });
            let stands_still = || {
                let before = emitted.load(Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(200));
                before > 0 && emitted.load(Ordering::SeqCst) == before
            };
            assert!(soon(stands_still), "the callers of the stuck one wait");
            let begun = Instant::now();
            emit(20_000);
            assert!(bench.memory.wait_for(20_000, Duration::from_secs(10)));
            assert!(begun.elapsed() < Duration::from_secs(5), "the others do not: {:?}", begun.elapsed());
            assert!(stands_still());
            stop.store(true, Ordering::SeqCst);
            script.release();
        });
    });
    bench.settle();
    let ledger = bench.control.health().destinations["stuck"].ledger.clone();
    let emitted = emitted.load(Ordering::SeqCst);
    assert_eq!((ledger.accepted, ledger.delivered), (emitted, emitted));
}

/// Does a thread that emits so come to wait for the stuck destination?
fn waits(bench: &Bench, script: &tracework_testkit::Script, emit: impl Fn() + Sync) -> bool {
    let (emitted, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut waited = false;
    bench.run_unsettled(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                tracing::dispatcher::with_default(&dispatch, || {
                    while !stop.load(Ordering::SeqCst) && emitted.load(Ordering::SeqCst) < 200_000 {
                        emit();
                        emitted.fetch_add(1, Ordering::SeqCst);
                    }
                });
            });
            waited = soon(|| {
                let before = emitted.load(Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(100));
                before > 0 && before < 200_000 && emitted.load(Ordering::SeqCst) == before
            });
            stop.store(true, Ordering::SeqCst);
            script.release();
        });
    });
    waited
}

#[test]
fn whatever_sends_a_record_to_a_blocked_destination_its_caller_waits() {
    let ways: [(&str, fn()); 4] = [
        ("the event names it", || info!(destinations = "+stuck", padding = "0123456789", "named")),
        ("a span around names it", || {
            tracing::info_span!("inner", destinations = "+stuck").in_scope(|| info!(padding = "0123456789", "inside"));
        }),
        ("the event says a severity that is routed there", || {
            info!(severity = "CRITICAL", padding = "0123456789", "said");
        }),
        ("a tag of a span is routed there", || {
            tracing::info_span!("tagged", tags = "STUCK").in_scope(|| info!(padding = "0123456789", "tagged"));
        }),
    ];
    for (way, emit) in ways {
        let bench = Bench::new();
        let script = stuck(&bench, 64 << 10, Overflow::Block { limit: None });
        bench.control.set_default(&["memory"]).expect("it is attached");
        bench
            .control
            .set_route("severe", "level = CRITICAL".parse().expect("a rule"), &["stuck"])
            .expect("it is attached");
        bench.control.set_route("tagged", "tag = STUCK".parse().expect("a rule"), &["stuck"]).expect("it is attached");
        assert!(waits(&bench, &script, emit), "{way}");
    }
}

#[test]
fn the_shared_buffer_keeps_to_its_bytes_and_drops_if_told_to() {
    let buffer = SharedBufferSettings { memory: 256 << 10, when_full: BufferFull::DropNewest };
    let bench = Bench::of(Control::builder().buffer(buffer).build().expect("a plan"));
    // The engine is held up in a filter, so that the buffer fills.
    let gate = std::sync::Arc::new(AtomicBool::new(false));
    let open = std::sync::Arc::clone(&gate);
    let filter = move |_: &tracework::core::Record<'_>| {
        while !open.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    };
    bench.control.add_filter("gate", filter).expect("it is added");
    bench.run_unsettled(|| {
        emit(20_000);
        let health = bench.control.health();
        assert!(health.buffer_bytes <= health.buffer_limit, "{} of {}", health.buffer_bytes, health.buffer_limit);
        gate.store(true, Ordering::SeqCst);
    });
    let report = bench.control.flush(Duration::from_secs(10));
    let row = bench.control.health().buffer;
    assert!(row.dropped[&DropReason::BufferFull] > 0 && row.balances(), "{row:?}");
    assert_eq!((row.accepted, report.pending), (20_000, 0));
    assert_eq!(row.delivered, bench.memory.len() as u64);
}

#[test]
fn dead_letters_keep_to_their_bound() {
    let bench = Bench::new();
    let (picky, script) = Faulty::new(Recording::of_records());
    script.refuse(|_| true);
    let bound = DeadLetterSettings { records: 10, ..DeadLetterSettings::default() };
    bench.control.attach("picky", picky.dead_letters(bound)).expect("it attaches");
    bench.run(|| emit(100));
    assert_eq!(bench.control.dead_letters("picky").expect("it is attached").len(), 10);
    assert_eq!(bench.control.health().destinations["picky"].ledger.dead_lettered, 100);
}

#[test]
fn unknown_names_are_counted_without_end_in_bounded_space() {
    let bench = Bench::new();
    bench.run(|| (0..1_000).for_each(|number| info!(destinations = %format_args!("nobody-{number}"), "by default")));
    let unknown = bench.control.health().unknown_destinations;
    assert!(unknown.len() <= 65, "{}", unknown.len());
    assert_eq!(unknown.values().sum::<u64>(), 1_000);
    assert_eq!(bench.memory.len(), 1_000);
}
