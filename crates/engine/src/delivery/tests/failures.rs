//! Failing, trying again, isolating a bad record, surviving a panic.

use super::support::*;
use crate::{DropReason, State};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tracework_core::*;

/// A destination that fails its first `times` deliveries.
fn failing(times: u32) -> Fake {
    let mut left = times;
    Fake::new(move |_| {
        if left == 0 {
            return Ok(());
        }
        left -= 1;
        Err(Failure::temporary("out of order"))
    })
}

#[test]
fn a_temporary_failure_is_tried_again_and_seen() {
    let (outlet, seen) = failing(3).start(|_| ());
    outlet.push(numbers(0..5));
    assert!(flush(&outlet));
    let (row, health) = (row(&outlet), outlet.health());
    assert_eq!((seen.lines(), row.delivered, row.retried), (lines(0..5), 5, 3));
    assert_eq!(health.state, State::Healthy);
    let error = health.last_error.expect("it is kept");
    assert_eq!((error.message.as_str(), error.count, error.at.seconds()), ("out of order", 3, 1_768_473_045));
    assert_eq!(seen.opened.load(Ordering::SeqCst), 4, "it is opened again after each failure");
}

#[test]
fn one_that_always_fails_shows_and_holds_what_it_has() {
    let (outlet, seen) = failing(u32::MAX).start(|_| ());
    outlet.push(numbers(0..5));
    until("it failed several times", || outlet.health().last_error.is_some_and(|error| error.count > 3));
    let health = outlet.health();
    assert_eq!((health.state, row(&outlet).pending), (State::Failing, 5));
    assert!(row(&outlet).retried >= 3 && seen.lines().is_empty());
    assert!(!flush_within(&outlet, 30), "a flush says that it is not done");
}

#[test]
fn what_was_delivered_is_not_delivered_again() {
    let mut first = true;
    let fake = Fake::new(
        move |_| if std::mem::take(&mut first) { Err(Failure::temporary("cut off").after(3)) } else { Ok(()) },
    );
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..5));
    assert!(flush(&outlet));
    assert_eq!(seen.batches(), [lines(0..3), lines(3..5)]);
    assert_eq!(row(&outlet).delivered, 5);
}

#[test]
fn a_poison_record_is_isolated_and_its_neighbours_arrive() {
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let fake = Fake::new(move |batch| {
        count.fetch_add(1, Ordering::SeqCst);
        let bad = batch.records().iter().any(|record| ["n0013", "n0070"].contains(&record.message()));
        if bad { Err(Failure::permanent("refused as invalid")) } else { Ok(()) }
    });
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..100));
    assert!(flush(&outlet));
    let mut expected = lines(0..100);
    expected.retain(|line| line != "n0013" && line != "n0070");
    assert_eq!(seen.lines(), expected, "in order");
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered, row.pending), (98, 2, 0));
    let letters = outlet.dead_letters();
    let messages: Vec<_> = letters.iter().map(|letter| letter.record.view().message().to_owned()).collect();
    assert_eq!(messages, ["n0013", "n0070"]);
    assert_eq!((letters[0].reason.as_str(), letters[0].destination.as_str()), ("refused as invalid", "fake"));
    assert!(attempts.load(Ordering::SeqCst) < 40, "by halves, not one by one");
}

#[test]
fn giving_up_makes_dead_letters_of_that_batch_only() {
    let (outlet, seen) = failing(3).start(|settings| {
        settings.retry.give_up = GiveUp::Attempts(3);
        settings.batch.records = 4;
    });
    outlet.push(numbers(0..6));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.dead_lettered, row.delivered), (4, 2));
    assert_eq!(seen.lines(), lines(4..6));
    assert!(outlet.dead_letters().iter().all(|letter| letter.attempts == 3 && letter.reason == "out of order"));
}

#[test]
fn a_format_that_panics_costs_one_record() {
    let (outlet, seen) = Fake::well().start(|_| ());
    for shared in [false, true] {
        let mut parcel =
            parcel(&[(Severity::INFO, "before"), (Severity::INFO, "unprintable"), (Severity::INFO, "after")]);
        parcel.shared = shared.then(Arc::default);
        outlet.push(parcel);
    }
    assert!(flush(&outlet));
    assert_eq!(seen.lines(), ["before", "after", "before", "after"]);
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered), (4, 2));
    assert_eq!(outlet.dead_letters()[0].reason, "the format panicked: cannot print this");
    assert_eq!(outlet.health().pending_bytes, 0);
}

#[test]
fn a_panic_is_tried_once_more() {
    let mut left = 1;
    let fake = Fake::new(move |_| {
        left -= 1;
        assert!(left != 0, "a fault in the destination");
        Ok(())
    });
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..5));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), row(&outlet).delivered), (lines(0..5), 5));
    assert_eq!(seen.opened.load(Ordering::SeqCst), 2);
    let error = outlet.health().last_error.expect("it is kept");
    assert_eq!(error.message, "the destination panicked: a fault in the destination");
}

#[test]
fn a_record_at_which_it_always_panics_is_dropped_alone() {
    let fake = Fake::new(move |batch| {
        assert!(batch.records().iter().all(|record| record.message() != "n0042"), "not this one");
        Ok(())
    });
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..64));
    outlet.push(numbers(64..70));
    assert!(flush(&outlet));
    let mut expected = lines(0..70);
    expected.remove(42);
    let mut lines = seen.lines();
    lines.retain(|line| !line.contains("lost"));
    assert_eq!(lines, expected);
    let row = row(&outlet);
    assert_eq!((row.delivered, dropped(&row, DropReason::Panic)), (69, 1));
}

#[test]
fn one_that_always_panics_drops_all_and_harms_nobody() {
    let fake = Fake::new(move |_| panic!("always"));
    let (outlet, _) = fake.start(|_| ());
    outlet.push(numbers(0..1_000));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((dropped(&row, DropReason::Panic), row.pending), (1_000, 0));
    assert!(outlet.health().last_error.expect("it is kept").count < 100);
    assert_eq!(outlet.health().state, State::Failing);
}

#[test]
fn a_flush_that_fails_says_so_and_the_next_may_succeed() {
    let mut first = true;
    let fake = Fake::well()
        .flushing(move || if std::mem::take(&mut first) { Err(Failure::temporary("no space")) } else { Ok(()) });
    let (outlet, _) = fake.start(|_| ());
    outlet.push(numbers(0..1));
    assert!(!flush(&outlet));
    assert_eq!(outlet.health().last_error.expect("it is kept").message, "no space");
    assert!(flush(&outlet));
}

#[test]
fn waiting_to_try_again_does_not_hold_up_control() {
    let fail = Arc::new(Mutex::new(true));
    let own = Arc::clone(&fail);
    let fake =
        Fake::new(
            move |_| {
                if *own.lock().expect("no test panics here") { Err(Failure::temporary("later")) } else { Ok(()) }
            },
        );
    let slow = RetrySettings {
        first: std::time::Duration::from_secs(60),
        max: std::time::Duration::from_secs(60),
        give_up: GiveUp::Never,
    };
    let (outlet, seen) = fake.start(|settings| settings.retry = slow);
    outlet.push(numbers(0..2));
    until("it failed", || outlet.health().state == State::Failing);
    outlet.command(Command::Reopen);
    until("a command is done meanwhile", || !seen.commands.lock().expect("no test panics here").is_empty());
    *fail.lock().expect("no test panics here") = false;
    assert!(flush(&outlet), "a flush tries at once");
    assert_eq!(seen.lines(), lines(0..2));
}

#[test]
fn failing_to_open_never_costs_a_record() {
    let mut left = 40;
    let fake = Fake::well().opening(move || {
        left -= 1;
        assert!(left % 3 != 0 || left <= 0, "a fault in opening");
        if left > 0 { Err(Failure::permanent("no such folder")) } else { Ok(()) }
    });
    let (outlet, seen) = fake.start(|settings| settings.retry.max = std::time::Duration::from_millis(2));
    outlet.push(numbers(0..10));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), row(&outlet).delivered), (lines(0..10), 10));
}
