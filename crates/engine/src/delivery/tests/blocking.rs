//! What `block` does to callers, with and without a limit.

use super::support::*;
use crate::DropReason;
use std::time::{Duration, Instant};
use tracework_core::{BufferSettings, Overflow};

fn block(memory: usize, limit: Option<Duration>) -> BufferSettings {
    BufferSettings { memory, when_full: Overflow::Block { limit } }
}

#[test]
fn without_a_limit_nothing_is_dropped_and_callers_wait_for_room() {
    let (fake, door) = hanging();
    let memory = 20 * size_of_one();
    let (outlet, seen) = fake.start(|settings| settings.buffer = block(memory, None));
    for parcel in 0..10 {
        outlet.push(numbers(parcel * 10..parcel * 10 + 10));
    }
    assert!(outlet.is_congested());
    let end = row(&outlet);
    assert_eq!((end.accepted, end.pending, end.lost()), (100, 100, 0), "what is in the shared buffer is still taken");
    let caller = std::thread::spawn({
        let outlet = std::sync::Arc::clone(&outlet);
        move || outlet.wait_for_room()
    });
    std::thread::sleep(Duration::from_millis(50));
    assert!(!caller.is_finished(), "it waits");
    door.open();
    caller.join().expect("it does not panic");
    assert!(flush(&outlet));
    assert!(!outlet.is_congested());
    assert_eq!((seen.lines(), row(&outlet).lost()), (lines(0..100), 0));
}

#[test]
fn with_a_limit_a_stall_costs_its_time_once_and_then_drops_until_there_is_room() {
    let (fake, door) = hanging();
    let limit = Duration::from_millis(200);
    let (outlet, seen) = fake.start(|settings| settings.buffer = block(10 * size_of_one(), Some(limit)));
    let full = Instant::now();
    outlet.push(numbers(0..20));
    assert!(outlet.is_congested());
    outlet.wait_for_room();
    let waited = full.elapsed();
    assert!(waited >= limit && waited < limit * 5, "{waited:?}");
    let again = Instant::now();
    outlet.wait_for_room();
    assert!(again.elapsed() < limit / 2 && !outlet.is_congested(), "nobody waits a second time in one stall");
    outlet.push(numbers(20..25));
    assert_eq!(dropped(&row(&outlet), DropReason::BlockTimeout), 5);
    door.open();
    assert!(flush(&outlet));
    outlet.push(numbers(25..30));
    assert!(flush(&outlet));
    let end = row(&outlet);
    assert_eq!((end.delivered, end.lost()), (25, 5), "there is room again, and nothing is dropped");
    assert!(seen.lines().contains(&"n0029".to_owned()));
}

#[test]
fn the_limit_counts_even_if_no_caller_waits() {
    let (fake, door) = hanging();
    let limit = Duration::from_millis(50);
    let (outlet, _) = fake.start(|settings| settings.buffer = block(size_of_one(), Some(limit)));
    outlet.push(numbers(0..2));
    std::thread::sleep(limit);
    outlet.push(numbers(2..3));
    assert_eq!(dropped(&row(&outlet), DropReason::BlockTimeout), 1);
    door.open();
}

#[test]
fn closing_lets_callers_go() {
    let (fake, door) = hanging();
    let (outlet, _) = fake.start(|settings| settings.buffer = block(1, None));
    outlet.push(numbers(0..2));
    let caller = std::thread::spawn({
        let outlet = std::sync::Arc::clone(&outlet);
        move || outlet.wait_for_room()
    });
    assert!(!outlet.close(within(100)));
    caller.join().expect("it does not panic");
    door.open();
}
