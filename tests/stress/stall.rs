//! A destination that hangs while events come at 100,000 a second.

use crate::paced::{self, Times};
use crate::{resident, setting};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tracework::core::{Attach as _, Overflow};
use tracework::destinations::Memory;
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording, Script};
use tracing_subscriber::registry;

/// Bytes that may wait for the destination that stalls.
const QUEUE: usize = 4 << 20;
const RATE: u64 = 100_000;

fn seconds() -> Duration {
    Duration::from_secs(setting("TRACEWORK_STALL_SECONDS", 2))
}

fn figures(phase: &str, times: &Times) {
    println!(
        "stall: {phase}: events={} p50={:?} p99={:?} resident={} MiB",
        times.count(),
        times.percentile(50),
        times.percentile(99),
        resident().saturating_sub(times.bytes()) >> 20,
    );
}

fn pipeline(when_full: Overflow) -> (Control, Script) {
    let control = Control::new();
    let (stalled, script) = Faulty::new(Recording::of_records());
    control.attach("stalled", stalled.memory(QUEUE).when_full(when_full)).expect("it attaches");
    control.attach("other", Memory::new(1_000)).expect("it attaches");
    (control, script)
}

#[test]
fn a_destination_that_stalls_with_a_drop_policy_costs_callers_nothing_and_memory_its_bound() {
    let _alone = crate::ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let control = Control::new();
    // It keeps nothing, so that what grows is the queue.
    let (stalled, script) = Faulty::new(Memory::new(1));
    control.attach("stalled", stalled.memory(QUEUE).when_full(Overflow::DropOldest)).expect("it attaches");
    control.attach("other", Memory::new(1_000)).expect("it attaches");
    tracing::subscriber::with_default(registry().with(DestinationLayer::new(&control)), || {
        let event = |n| info!(n, amount = 12.5, method = "card", "payment processed");
        let before = paced::emit(RATE, Duration::from_secs(1), event);
        figures("drop, before", &before);
        drop(before);
        let memory = resident();
        script.hang();
        let during = paced::emit(RATE, seconds(), event);
        figures("drop, during", &during);
        let grown = resident().saturating_sub(during.bytes()).saturating_sub(memory);
        script.release();
        figures("drop, after", &paced::emit(RATE, Duration::from_secs(1), event));
        assert!(during.percentile(99) < Duration::from_millis(2), "callers do not wait");
        assert!(grown < 16 << 20, "memory stays within its bounds: {grown} bytes more");
    });
    let report = control.flush(Duration::from_secs(30));
    let health = control.health();
    let stalled = &health.destinations["stalled"].ledger;
    println!(
        "stall: drop, in the end: accepted={} delivered={} dropped={:?}",
        stalled.accepted, stalled.delivered, stalled.dropped
    );
    assert!(stalled.balances() && report.pending == 0);
    assert_eq!(health.destinations["other"].ledger.delivered, health.buffer.accepted, "the other lost nothing");
}

#[test]
fn a_destination_that_stalls_with_block_holds_up_its_own_callers_alone() {
    let _alone = crate::ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (control, script) = pipeline(Overflow::Block { limit: None });
    control.set_default(&["other"]).expect("it is attached");
    let dispatch = tracing::Dispatch::new(registry().with(DestinationLayer::new(&control)));
    let (stop, emitted) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            tracing::dispatcher::with_default(&dispatch, || {
                while !stop.load(Ordering::SeqCst) {
                    info!(destinations = "stalled", amount = 12.5, method = "card", "payment processed");
                    emitted.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_micros(5));
                }
            });
        });
        tracing::dispatcher::with_default(&dispatch, || {
            let event = |n| info!(n, amount = 12.5, method = "card", "payment processed");
            figures("block, before", &paced::emit(RATE, Duration::from_secs(1), event));
            script.hang();
            let during = paced::emit(RATE, seconds(), event);
            figures("block, during", &during);
            script.release();
            figures("block, after", &paced::emit(RATE, Duration::from_secs(1), event));
            assert!(during.percentile(99) < Duration::from_millis(2), "callers of others do not wait");
        });
        stop.store(true, Ordering::SeqCst);
    });
    let report = control.flush(Duration::from_secs(30));
    let health = control.health();
    println!("stall: block, in the end: emitted to it={}", emitted.load(Ordering::SeqCst));
    assert_eq!((report.pending, report.lost), (0, 0), "nothing is lost");
    assert_eq!(health.destinations["stalled"].ledger.delivered, emitted.load(Ordering::SeqCst));
}
