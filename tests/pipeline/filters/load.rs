//! Nothing is lost while filters come and go under load.

use crate::support::Bench;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tracework::core::NamedFilter;
use tracework::engine::{Burst, Dedup, FilterKey, RateLimit, Sample};
use tracework::prelude::*;

const THREADS: u64 = 3;
const CHANGES: u64 = 40;

/// A filter of some kind, that suppresses some.
fn some_filter(number: u64) -> NamedFilter {
    let (key, time) = (FilterKey::callsite(), Duration::from_millis(5));
    match number % 4 {
        0 => NamedFilter::new("f", RateLimit::new(50, time).by(key)),
        1 => NamedFilter::new("f", Dedup::within(time).by(key)),
        2 => NamedFilter::new("f", Burst::first(3, time).then_one_in(5)),
        _ => NamedFilter::new("f", Sample::one_in(3)),
    }
}

#[test]
fn what_was_emitted_is_delivered_or_counted_by_a_filter() {
    let bench = Bench::new();
    let _other = bench.also("other", Severity::TRACE);
    // Every filter that ever stood anywhere, by where.
    let stood: Mutex<[Vec<NamedFilter>; 2]> = Mutex::default();
    let (done, emitted) = (AtomicBool::new(false), AtomicU64::new(0));
    bench.run_unsettled(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let dispatch = tracing::dispatcher::get_default(Clone::clone);
                    let (done, emitted) = (&done, &emitted);
                    scope.spawn(move || {
                        tracing::dispatcher::with_default(&dispatch, || {
                            while !done.load(Ordering::Relaxed) {
                                let first = emitted.fetch_add(100, Ordering::Relaxed);
                                (first..first + 100).for_each(|number| info!(thread, number, "counted"));
                                std::thread::yield_now();
                            }
                        });
                    })
                })
                .collect();
            scope.spawn(|| {
                let mut number = 0;
                while number < CHANGES {
                    let (whole, own) = (some_filter(number), some_filter(number + 1));
                    let mut stood = stood.lock().expect("no panic");
                    stood[0].push(whole.clone());
                    stood[1].push(own.clone());
                    drop(stood);
                    let changed = bench.control.change(|spec| {
                        spec.stateful = if number % 3 == 2 { Vec::new() } else { vec![whole] };
                        Ok(())
                    });
                    changed.expect("it changes");
                    bench.control.set("other", |settings| settings.stateful = vec![own]).expect("it is set");
                    number += 1;
                }
                done.store(true, Ordering::Relaxed);
            });
            threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
        });
    });
    bench.settle();
    // The engine's next pass is behind the last change.
    bench.control.remove_filter("f").ok();
    bench.settle();
    check(&bench, &stood.into_inner().expect("no panic"), emitted.into_inner());
}

fn check(bench: &Bench, stood: &[Vec<NamedFilter>; 2], emitted: u64) {
    let counts = |filters: &[NamedFilter]| {
        let counts = filters.iter().map(NamedFilter::counts).map(|counts| (counts.suppressed, counts.held));
        counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let ((whole, held), (own, held_too)) = (counts(&stood[0]), counts(&stood[1]));
    assert_eq!((held, held_too), (0, 0));
    assert!(whole > 0 && own > 0, "{whole} and {own} were suppressed");
    let health = bench.control.health();
    let delivered = |name: &str| health.destinations[name].ledger.delivered;
    assert_eq!(delivered("memory") + whole, emitted);
    assert_eq!(delivered("other") + whole + own, emitted);
    assert!(health.destinations.values().all(|destination| destination.ledger.balances()));
}
