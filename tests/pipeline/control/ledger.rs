//! The ledger balances whenever one looks.

use crate::support::Bench;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework::core::{Attach as _, Overflow};
use tracework::engine::SharedBufferSettings;
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};

#[test]
fn every_row_balances_in_every_snapshot_of_a_second_thread() {
    let buffer = SharedBufferSettings { memory: 1 << 20, ..SharedBufferSettings::default() };
    let bench = Bench::of(Control::builder().buffer(buffer).build().expect("a plan"));
    let policies = [Overflow::DropNewest, Overflow::DropOldest, Overflow::DropLowest];
    let mut scripts = Vec::new();
    for (number, policy) in policies.into_iter().enumerate() {
        let (slow, script) = Faulty::new(Recording::of_records());
        script.slow(Duration::from_millis(3));
        scripts.push(script);
        let slow = slow.memory(64 << 10).when_full(policy);
        bench.control.attach(&format!("slow-{number}"), slow).expect("it attaches");
    }
    let stop = AtomicBool::new(false);
    let mut snapshots = 0;
    bench.run_unsettled(|| {
        std::thread::scope(|scope| {
            let control = &bench.control;
            let stop = &stop;
            let looker = scope.spawn(move || {
                let mut snapshots = 0;
                while !stop.load(Ordering::Relaxed) {
                    let health = control.health();
                    assert!(health.buffer.balances(), "{:#?}", health.buffer);
                    for (name, destination) in &health.destinations {
                        assert!(destination.ledger.balances(), "{name}: {:#?}", destination.ledger);
                    }
                    snapshots += 1;
                }
                snapshots
            });
            (0..60_000).for_each(|number| info!(number, "counted"));
            stop.store(true, Ordering::Relaxed);
            snapshots = looker.join().expect("every snapshot balances");
        });
    });
    scripts.iter().for_each(tracework_testkit::Script::heal);
    let report = bench.control.flush(Duration::from_secs(20));
    assert_eq!(report.pending, 0);
    assert!(snapshots > 10, "{snapshots} snapshots");
    let health = bench.control.health();
    for (name, destination) in &health.destinations {
        assert_eq!((destination.ledger.accepted, destination.ledger.balances()), (60_000, true), "{name}");
    }
    assert!(health.destinations["slow-0"].ledger.lost() > 0, "something was to be dropped");
}
