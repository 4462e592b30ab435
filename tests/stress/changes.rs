//! Eight threads emit while another attaches, detaches, re-levels and swaps routes.

use crate::counting::Counting;
use crate::{resident, setting};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracework::core::{Attach as _, Overflow};
use tracework::prelude::*;

const THREADS: u64 = 8;

/// One change of each sort, and what was wrong with it.
fn change(control: &Control, round: u64) {
    let name = format!("extra-{}", round % 3);
    let block = Overflow::Block { limit: None };
    control.attach(&name, Counting::default().when_full(block)).expect("it attaches");
    let level = if round.is_multiple_of(2) { Severity::ERROR } else { Severity::TRACE };
    control.set_level("levels", level).expect("it is attached");
    let to: &[&str] = if round.is_multiple_of(2) { &["kept", &name] } else { &["kept"] };
    control.set_route("all", "field.n >= 0".parse().expect("a rule"), to).expect("a route");
    control.set_default(&["kept", "levels"]).expect("they are attached");
    let report = control.detach_within(&name, Duration::from_secs(60)).expect("it is attached");
    assert_eq!((report.lost, report.pending), (0, 0), "round {round}: {report:?}");
}

#[test]
fn nothing_is_lost_while_the_plan_changes() {
    let _alone = crate::ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let events = setting("TRACEWORK_STRESS_EVENTS", 40_000);
    let rounds = setting("TRACEWORK_STRESS_CHANGES", 100);
    let control = Control::new();
    let counting = Counting::default();
    let seen = counting.seen();
    let block = Overflow::Block { limit: None };
    control.attach("kept", counting.level(Severity::TRACE).when_full(block)).expect("it attaches");
    control.attach("levels", Counting::default().when_full(block)).expect("it attaches");
    let stack = tracing_subscriber::registry().with(DestinationLayer::new(&control));
    let (dispatch, begun) = (tracing::Dispatch::new(stack), Instant::now());
    let emitted = Mutex::new(Duration::ZERO);
    let mut changed = 0;
    std::thread::scope(|scope| {
        let emitters: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    tracing::dispatcher::with_default(&dispatch, || {
                        let span = tracing::info_span!("stress", user = "ann");
                        (0..events).for_each(|n| span.in_scope(|| info!(n, amount = 12.5, "payment processed")));
                    });
                    *emitted.lock().expect("nobody panicked") = begun.elapsed();
                })
            })
            .collect();
        // Changes go on for as long as events do, and for at least so many rounds.
        while changed < rounds || !emitters.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            change(&control, changed);
            changed += 1;
        }
    });
    let report = control.flush(Duration::from_secs(120));
    let health = control.health();
    let total = THREADS * events;
    println!(
        "stress: threads={THREADS} events={total} changes={} generation={} emitted_in={:?} flushed_in={:?} resident={} MiB",
        changed * 5,
        health.generation,
        emitted.lock().expect("nobody panicked"),
        begun.elapsed(),
        resident() >> 20,
    );
    assert_eq!((report.pending, report.lost), (0, 0));
    assert!(health.buffer.balances() && health.destinations.values().all(|destination| destination.ledger.balances()));
    assert_eq!((health.buffer.accepted, health.buffer.delivered), (total, total), "every event is in the ledger");
    assert_eq!(seen.records.load(Ordering::Relaxed), total, "every event reached the one that is always routed to");
    assert_eq!(health.destinations["kept"].ledger.delivered, total);
    assert_eq!(seen.out_of_order.load(Ordering::Relaxed), 0, "each thread's order is kept");
}
