//! When a destination counts as down, and how fast it is handed records.

use super::support::*;
use crate::{BreakerState, State};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracework_core::*;

#[test]
fn it_opens_after_so_many_failures_probes_and_closes_with_the_first_success() {
    let (fails, door) = (Arc::new(AtomicU32::new(0)), Door::default());
    let (own, probe) = (Arc::clone(&fails), door.clone());
    let fake = Fake::new(move |_| match own.fetch_add(1, Ordering::SeqCst) {
        0..4 => Err(Failure::temporary("down")),
        _ => {
            probe.pass();
            Ok(())
        }
    });
    let (outlet, seen) = fake.start(|settings| {
        settings.breaker = BreakerSettings { after: 3, probe_every: Some(Duration::from_millis(30)) };
    });
    assert_eq!((outlet.health().breaker.state, outlet.health().breaker.since), (BreakerState::Closed, None));
    outlet.push(numbers(0..5));
    until("it opens", || outlet.health().breaker.state == BreakerState::Open);
    let open = outlet.health().breaker;
    assert!(open.failures >= 3 && open.since.is_some(), "{open:?}");
    until("it is probed", || outlet.health().breaker.state == BreakerState::HalfOpen);
    assert_eq!((outlet.health().breaker.since, outlet.health().state), (open.since, State::Failing));
    door.open();
    assert!(flush(&outlet));
    let closed = outlet.health().breaker;
    assert_eq!((closed.state, closed.failures, closed.since.is_some()), (BreakerState::Closed, 0, true));
    assert_eq!(seen.lines(), lines(0..5));
}

#[test]
fn probes_keep_their_own_distance_and_hand_over_meanwhile() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let own = Arc::clone(&times);
    let fake = Fake::new(move |batch| {
        own.lock().expect("no test panics here").push((Instant::now(), batch.len()));
        Err(Failure::temporary("down"))
    });
    let every = Duration::from_millis(60);
    let (first, _) = fake.start_named("first", |settings| {
        settings.breaker = BreakerSettings { after: 1, probe_every: Some(every) };
    });
    let (second, seen) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..9));
    until("the other has them", || seen.lines() == lines(0..9));
    assert_eq!(times.lock().expect("no test panics here").len(), 1, "one failure was enough");
    let end = within(250);
    let mut next = 9;
    while Instant::now() < end {
        first.push(numbers(next..next + 1));
        next += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    until("all have gone over", || seen.lines().len() == next);
    let times = times.lock().expect("no test panics here");
    assert!(times.windows(2).all(|pair| pair[1].0 - pair[0].0 >= every), "{times:?}");
    assert!((2..=6).contains(&times.len()), "{times:?}");
}

#[test]
fn one_that_takes_some_of_each_batch_is_not_down() {
    let fake = Fake::new(move |batch| match batch.len() {
        1 => Ok(()),
        more => Err(Failure::temporary("cut off").after(more - 1)),
    });
    let (outlet, seen) = fake.start(|settings| settings.batch.records = 4);
    let (other, _) = Fake::well().start_named("other", |_| ());
    outlet.set_failover(Some(&other));
    outlet.push(numbers(0..40));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), row(&other).accepted), (lines(0..40), 0));
    assert_eq!(outlet.health().breaker.since, None, "it never opened");
}

#[test]
fn a_limit_has_the_worker_wait_and_drops_nothing() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let own = Arc::clone(&times);
    let fake = Fake::new(move |batch| {
        own.lock().expect("no test panics here").push((Instant::now(), batch.len()));
        Ok(())
    });
    let begin = Instant::now();
    let (outlet, seen) = fake.start(|settings| {
        settings.limit.records = Some(Rate { count: 100, per: Duration::from_millis(100) });
        settings.batch.records = 50;
    });
    outlet.push(numbers(0..250));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), row(&outlet).lost()), (lines(0..250), 0));
    assert!(begin.elapsed() >= Duration::from_millis(200), "four batches of 50 a second tenth: {:?}", begin.elapsed());
    let largest = times.lock().expect("no test panics here").iter().map(|(_, records)| *records).max();
    assert_eq!(largest, Some(50));
    outlet.set(&DestinationSettings::default());
    outlet.push(numbers(250..5_000));
    let (begin, all) = (Instant::now(), flush(&outlet));
    assert!(all && begin.elapsed() < Duration::from_secs(3), "without it nothing waits");
}

#[test]
fn a_limit_of_bytes_holds_too_and_the_end_does_not_wait_for_it() {
    let (outlet, seen) = Fake::well().start(|settings| settings.limit.bytes = Some(Rate::per_second(12)));
    outlet.push(numbers(0..100));
    until("the first two went", || seen.lines() == lines(0..2));
    outlet.close(within(100));
    let row = row(&outlet);
    assert_eq!((row.delivered, row.lost()), (2, 98), "what has no time left is counted");
}

#[test]
fn an_open_breaker_hands_over_what_a_refused_probe_holds() {
    let fails = Arc::new(AtomicBool::new(true));
    let own = Arc::clone(&fails);
    let fake = Fake::new(move |_| if own.load(Ordering::SeqCst) { Err(Failure::temporary("down")) } else { Ok(()) });
    let (first, seen_first) = fake.start_named("first", |settings| settings.breaker.after = 4);
    let (second, seen_second) = Fake::well().start_named("second", |_| ());
    first.set_failover(Some(&second));
    first.push(numbers(0..3));
    until("it failed thrice", || first.health().breaker.failures >= 3);
    until("then it hands over", || seen_second.lines() == lines(0..3));
    fails.store(false, Ordering::SeqCst);
    until("it heals", || {
        first.push(numbers(7..8));
        flush(&first);
        first.health().breaker.state == BreakerState::Closed
    });
    assert!(!seen_first.lines().is_empty());
}
