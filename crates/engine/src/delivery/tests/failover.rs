//! Handing over to another destination, and coming back.

use super::super::close_all;
use super::support::*;
use crate::State;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework_core::*;

/// A destination that fails while it is told to.
fn switched(fails: &Arc<AtomicBool>) -> Fake {
    let own = Arc::clone(fails);
    Fake::new(move |_| if own.load(Ordering::SeqCst) { Err(Failure::temporary("down")) } else { Ok(()) })
}

#[test]
fn what_fails_twice_is_handed_over_and_the_first_is_used_again_when_it_is_well() {
    let fails = Arc::new(AtomicBool::new(true));
    let (first, seen_first) = switched(&fails).start_named("first", |_| ());
    let (second, seen_second) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..5));
    assert!(flush(&first), "the flush follows the records to the failover");
    assert_eq!(seen_second.lines(), lines(0..5));
    assert_eq!(first.health().state, State::FailedOver);
    first.push(numbers(5..8));
    assert!(flush(&first));
    let row_first = row(&first);
    assert_eq!((row_first.handed_over.get("second"), row_first.delivered), (Some(&8), 0));
    assert_eq!((row(&second).accepted, row(&second).delivered), (8, 8));
    assert!(first.health().last_error.is_some());

    fails.store(false, Ordering::SeqCst);
    let mut next = 8;
    until("it comes back", || {
        first.push(numbers(9_000..9_001));
        assert!(flush(&first));
        first.health().state == State::Healthy
    });
    next += 1;
    first.push(numbers(next..next + 1));
    assert!(flush(&first));
    assert!(seen_first.lines().contains(&format!("n{next:04}")));
    assert_eq!(row(&first).pending, 0);
}

#[test]
fn one_that_cannot_be_opened_at_the_start_hands_over() {
    let fake = Fake::well().opening(|| Err(Failure::temporary("connection refused")));
    let (first, seen_first) = fake.start_named("first", |_| ());
    let (second, seen_second) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..3));
    until("the other has them", || seen_second.lines() == lines(0..3));
    assert!(seen_first.lines().is_empty());
    assert_eq!(first.health().last_error.expect("it is kept").message, "connection refused");
}

#[test]
fn a_panic_hands_over_too() {
    let (first, _) = Fake::new(|_| panic!("broken")).start_named("first", |_| ());
    let (second, seen_second) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..3));
    assert!(flush(&first));
    assert_eq!((seen_second.lines(), row(&first).lost()), (lines(0..3), 0));
}

#[test]
fn the_failover_of_a_failover_takes_over() {
    let fails = Arc::new(AtomicBool::new(true));
    let (first, _) = switched(&fails).start_named("first", |_| ());
    let (second, _) = switched(&fails).start_named("second", |_| ());
    let (third, seen) = Fake::well().start_named("third", |_| ());
    first.set_failover(Some(&second));
    second.set_failover(Some(&third));
    first.push(numbers(0..5));
    assert!(flush(&first));
    assert_eq!(seen.lines(), lines(0..5));
    assert_eq!(row(&second).handed_over.get("third"), Some(&5));
}

#[test]
fn a_circle_of_failing_ones_keeps_the_records_until_one_is_well() {
    let fails = Arc::new(AtomicBool::new(true));
    let (first, seen_first) = switched(&fails).start_named("first", |_| ());
    let (second, seen_second) = switched(&fails).start_named("second", |_| ());
    first.set_failover(Some(&second));
    second.set_failover(Some(&first));
    first.push(numbers(0..5));
    std::thread::sleep(std::time::Duration::from_millis(100));
    let (one, two) = (row(&first), row(&second));
    assert_eq!(one.pending + two.pending, 5, "{one:?} {two:?}");
    assert!(one.accepted + two.accepted < 50, "they do not throw them to and fro");
    fails.store(false, Ordering::SeqCst);
    assert!(flush(&first) && flush(&second));
    let mut all = [seen_first.lines(), seen_second.lines()].concat();
    all.sort();
    assert_eq!(all, lines(0..5));
}

#[test]
fn a_failover_that_is_set_later_takes_over_at_once() {
    let fails = Arc::new(AtomicBool::new(true));
    let slow = std::time::Duration::from_secs(60);
    let (first, _) = switched(&fails).start_named("first", |settings| {
        settings.retry = RetrySettings { first: slow, max: slow, give_up: GiveUp::Never };
    });
    first.push(numbers(0..5));
    until("it fails", || first.health().state == State::Failing);
    let (second, seen) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    until("the other has them", || seen.lines() == lines(0..5));
}

#[test]
fn a_failover_that_is_full_is_waited_for() {
    let fails = Arc::new(AtomicBool::new(true));
    let (first, _) = switched(&fails).start_named("first", |_| ());
    let (fake, door) = hanging();
    let (second, seen) = fake.start_named("second", |settings| {
        settings.buffer = BufferSettings { memory: size_of_one(), when_full: Overflow::Block { limit: None } };
    });
    first.set_failover(Some(&second));
    (0..20).for_each(|number| first.push(numbers(number..number + 1)));
    until("the other is full", || second.is_congested());
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert!(row(&first).pending > 10, "what it has no room for stays");
    door.open();
    until("all have gone over", || seen.lines() == lines(0..20));
    assert_eq!(row(&second).lost() + row(&first).lost(), 0);
}

#[test]
fn at_the_end_what_fails_is_handed_over_before_the_failover_closes() {
    let fails = Arc::new(AtomicBool::new(true));
    let (first, _) = switched(&fails).start_named("first", |settings| {
        settings.retry.first = std::time::Duration::from_secs(60);
        settings.retry.max = std::time::Duration::from_secs(60);
    });
    let (second, seen) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..5));
    assert!(close_all(&[Arc::clone(&second), Arc::clone(&first)], within(5_000), |_| {}));
    assert_eq!(seen.lines(), lines(0..5));
    assert_eq!((row(&first).lost(), row(&second).delivered), (0, 5));
}

#[test]
fn while_the_first_hangs_at_being_tried_again_records_pass_it_by() {
    let (door, mut left) = (Door::default(), 2);
    let own = door.clone();
    let (first, _) = Fake::new(move |_| {
        if left > 0 {
            left -= 1;
        } else {
            own.pass();
        }
        Err(Failure::temporary("down"))
    })
    .start_named("first", |_| ());
    let (second, seen) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..1));
    until("it has failed over", || seen.lines() == lines(0..1));
    std::thread::sleep(std::time::Duration::from_millis(50));
    first.push(numbers(1..2));
    until("it is tried again, and hangs", || first.shared.lock().vitals.probing);
    first.push(numbers(2..9));
    until("the rest passes by", || seen.lines() == [lines(0..1), lines(2..9)].concat());
    let hanging = row(&first);
    assert_eq!((hanging.accepted, hanging.pending, hanging.handed_over.get("second")), (9, 1, Some(&8)));
    door.open();
    until("what it was tried with follows", || seen.lines().len() == 9);
}
