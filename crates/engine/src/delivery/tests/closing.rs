//! The end of a destination.

use super::super::close_all;
use super::support::*;
use crate::{DropReason, State};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tracework_core::*;

#[test]
fn closing_delivers_the_rest_and_closes() {
    let fake = Fake::new(|_| {
        std::thread::sleep(Duration::from_millis(2));
        Ok(())
    });
    let (outlet, seen) = fake.start(|settings| settings.batch.records = 3);
    outlet.push(numbers(0..50));
    assert!(outlet.close(within(5_000)));
    assert_eq!(seen.lines(), lines(0..50));
    assert_eq!((seen.closed.load(Ordering::SeqCst), outlet.health().state), (1, State::Closed));
    assert!(outlet.close(within(5_000)), "a second time does nothing");
    assert!(flush(&outlet), "nor does a flush");
    outlet.push(numbers(50..53));
    let end = row(&outlet);
    assert_eq!((end.accepted, dropped(&end, DropReason::Shutdown)), (53, 3), "what comes too late is counted");
}

#[test]
fn one_that_hangs_does_not_hang_the_caller() {
    let (fake, door) = hanging();
    let (outlet, seen) = fake.start(|settings| settings.batch.records = 4);
    outlet.push(numbers(0..10));
    until("it hangs", || seen.opened.load(Ordering::SeqCst) == 1);
    outlet.push(numbers(10..12));
    let start = Instant::now();
    assert!(!outlet.close(within(200)));
    assert!(start.elapsed() < Duration::from_secs(2));
    let end = row(&outlet);
    assert_eq!((dropped(&end, DropReason::Shutdown), end.pending, end.delivered), (12, 0, 0));
    door.open();
    until("its thread closes it when it can", || seen.closed.load(Ordering::SeqCst) == 1);
    assert_eq!(row(&outlet), end, "nothing is counted after the end");
}

#[test]
fn one_that_hangs_does_not_cost_the_others_their_time() {
    let (fake, door) = hanging();
    let (stuck, _) = fake.start_named("stuck", |_| ());
    let (well, seen) = Fake::well().start_named("well", |settings| settings.batch.every = Duration::from_secs(60));
    stuck.push(numbers(0..1));
    well.push(numbers(0..5));
    assert!(!close_all(&[stuck, Arc::clone(&well)], within(200), |_| {}));
    assert_eq!((seen.lines(), seen.closed.load(Ordering::SeqCst), row(&well).lost()), (lines(0..5), 1, 0));
    door.open();
}

#[test]
fn one_that_fails_drops_what_is_left_at_the_deadline() {
    let fake = Fake::new(|_| Err(Failure::temporary("down")));
    let (outlet, _) = fake.start(|settings| settings.batch.records = 2);
    outlet.push(numbers(0..7));
    assert!(outlet.close(within(100)), "it is closed in time all the same");
    let end = row(&outlet);
    assert_eq!((dropped(&end, DropReason::Shutdown), end.pending), (7, 0));
}

#[test]
fn one_that_is_let_go_delivers_what_it_has() {
    let (outlet, seen) = Fake::well().start(|settings| settings.batch.every = Duration::from_secs(60));
    outlet.push(numbers(0..5));
    drop(outlet);
    until("it is closed", || seen.closed.load(Ordering::SeqCst) == 1);
    assert_eq!(seen.lines(), lines(0..5));
}

#[test]
fn one_that_never_delivered_is_neither_opened_nor_closed() {
    let (outlet, seen) = Fake::well().start(|_| ());
    assert_eq!(outlet.health().state, State::Starting);
    assert!(flush(&outlet) && outlet.close(within(5_000)));
    assert_eq!((seen.opened.load(Ordering::SeqCst), seen.closed.load(Ordering::SeqCst)), (0, 0));
}

#[test]
fn one_that_gets_well_before_the_deadline_loses_nothing() {
    let start = Instant::now();
    let fake =
        Fake::new(
            move |_| {
                if start.elapsed() < Duration::from_millis(400) { Err(Failure::temporary("down")) } else { Ok(()) }
            },
        );
    let minute = Duration::from_secs(60);
    let (outlet, seen) = fake.start(|settings| {
        settings.retry = RetrySettings { first: minute, max: minute, give_up: GiveUp::Never };
    });
    outlet.push(numbers(0..5));
    until("it failed", || outlet.health().state == State::Failing);
    assert!(outlet.close(within(5_000)));
    assert_eq!((seen.lines(), row(&outlet).lost()), (lines(0..5), 0));
}
