//! A destination in trouble reaches neither the program nor another destination.

use crate::support::{Bench, soon};
use std::io::Write;
use std::time::Duration;
use tracework::core::{Attach as _, FailureClass, GiveUp, RetrySettings};
use tracework::destinations::{Memory, Writer};
use tracework::engine::DropReason;
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};

#[test]
fn a_destination_that_panics_harms_nobody_and_goes_on() {
    let bench = Bench::new();
    let recording = Recording::of_records();
    let (faulty, script) = Faulty::new(recording.clone());
    script.panic_on(1);
    bench.control.attach("faulty", faulty).expect("it attaches");
    bench.run_unsettled(|| info!("the first"));
    bench.control.flush(Duration::from_secs(5));
    bench.run_unsettled(|| info!("the second"));
    bench.control.flush(Duration::from_secs(5));
    assert_eq!(bench.messages(), ["the first", "the second"]);
    let ledger = bench.control.health().destinations["faulty"].ledger.clone();
    assert!(ledger.balances(), "{ledger:?}");
    assert_eq!(ledger.pending, 0, "{ledger:?}");
    assert!(recording.messages().contains(&"the second".to_owned()), "it goes on: {:?}", recording.messages());
    let lost = ledger.dropped.get(&DropReason::Panic).copied().unwrap_or(0);
    assert_eq!(ledger.delivered + lost, 2, "{ledger:?}");
}

/// Fails always.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is on fire"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_always_fails_shows_in_a_counter_in_health_and_in_its_failover() {
    let bench = Bench::new();
    let fallback = Memory::new(1_000);
    let handle = fallback.handle();
    bench.control.create("fallback", fallback).expect("the name is free");
    let quick =
        RetrySettings { first: Duration::from_millis(1), max: Duration::from_millis(10), give_up: GiveUp::Never };
    bench.control.attach("broken", Writer::new(Broken).retry(quick).failover("fallback")).expect("it attaches");
    bench.run_unsettled(|| (0..10).for_each(|number| info!(number, "handed over")));
    assert!(handle.wait_for(10, Duration::from_secs(10)), "the failover got {}", handle.len());
    let handed_over = || bench.control.health().destinations["broken"].ledger.handed_over.get("fallback") == Some(&10);
    assert!(soon(handed_over), "{:#?}", bench.control.health());
    let health = bench.control.health();
    let broken = &health.destinations["broken"];
    let error = broken.last_error.as_ref().expect("the error is told");
    assert!(error.count > 0 && error.message.contains("on fire"), "{error:?}");
    assert!(broken.ledger.retried > 0 && broken.ledger.balances() && !health.is_well());
}

#[test]
fn a_temporary_failure_is_tried_again_until_it_is_mended() {
    let bench = Bench::new();
    let recording = Recording::of_records();
    let (faulty, script) = Faulty::new(recording.clone());
    script.fail(3, FailureClass::Temporary);
    let quick =
        RetrySettings { first: Duration::from_millis(1), max: Duration::from_millis(5), give_up: GiveUp::Never };
    bench.control.attach("faulty", faulty.retry(quick)).expect("it attaches");
    bench.run(|| info!("in the end"));
    assert_eq!(recording.messages(), ["in the end"]);
    let ledger = bench.control.health().destinations["faulty"].ledger.clone();
    assert_eq!((ledger.delivered, ledger.retried >= 3, ledger.balances()), (1, true, true), "{ledger:?}");
}

#[test]
fn a_destination_that_hangs_holds_up_no_other() {
    let bench = Bench::new();
    let (stuck, script) = Faulty::new(Recording::of_records());
    script.hang();
    bench.control.attach("stuck", stuck).expect("it attaches");
    bench.run_unsettled(|| (0..1_000).for_each(|number| info!(number, "counted")));
    assert!(bench.memory.wait_for(1_000, Duration::from_secs(5)));
    script.release();
    bench.settle();
}
