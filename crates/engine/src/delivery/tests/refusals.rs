//! Batches of which a part was refused, and servers that ask to be left alone for a while.

use super::support::*;
use crate::State;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracework_core::*;

fn refusal(at: usize, class: FailureClass, reason: &str) -> Refusal {
    Refusal { at, class, reason: reason.to_owned() }
}

/// What a destination that refuses record by record took, and what each attempt brought.
#[derive(Clone, Default)]
struct Taken {
    lines: Arc<Mutex<Vec<String>>>,
    attempts: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Taken {
    fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no test panics here").clone()
    }

    fn attempts(&self) -> Vec<Vec<String>> {
        self.attempts.lock().expect("no test panics here").clone()
    }
}

/// A destination that asks `verdict` about each record, told how many attempts came before.
fn picky(verdict: impl Fn(&str, usize) -> Option<FailureClass> + Send + 'static) -> (Fake, Taken) {
    let taken = Taken::default();
    let own = taken.clone();
    let fake = Fake::new(move |batch| {
        let lines: Vec<_> = batch.iter().map(|(_, line)| String::from_utf8_lossy(line).trim_end().to_owned()).collect();
        let attempt = own.attempts().len();
        own.attempts.lock().expect("no test panics here").push(lines.clone());
        let mut refusals = Vec::new();
        for (at, line) in lines.into_iter().enumerate() {
            match verdict(&line, attempt) {
                Some(class) => refusals.push(refusal(at, class, &format!("{line} is refused"))),
                None => own.lines.lock().expect("no test panics here").push(line),
            }
        }
        if refusals.is_empty() { Ok(()) } else { Err(Failure::partial(refusals)) }
    });
    (fake, taken)
}

#[test]
fn the_permanent_die_the_temporary_are_tried_again_and_all_others_are_delivered() {
    for shared in [false, true] {
        let (fake, taken) = picky(|line, attempt| match line {
            "n0003" => Some(FailureClass::Permanent),
            "n0005" | "n0006" | "n0011" if attempt < 2 => Some(FailureClass::Temporary),
            _ => None,
        });
        let (outlet, _) = fake.start(|settings| settings.batch.records = 12);
        let mut parcel = numbers(0..20);
        parcel.shared = shared.then(Arc::default);
        outlet.push(parcel);
        assert!(flush(&outlet));
        let again: Vec<String> = ["n0005", "n0006", "n0011"].map(str::to_owned).into();
        let attempts = taken.attempts();
        assert_eq!((&attempts[1], &attempts[2]), (&again, &again), "they are tried again together, and alone");
        assert_eq!(attempts[3], lines(12..20), "then the others follow");
        let row = row(&outlet);
        assert_eq!((row.delivered, row.dead_lettered, row.pending, row.retried), (19, 1, 0, 2));
        let letters = outlet.dead_letters();
        assert_eq!((letters[0].reason.as_str(), letters[0].record.view().message()), ("n0003 is refused", "n0003"));
        let mut all = taken.lines();
        all.sort();
        let mut expected = lines(0..20);
        expected.remove(3);
        assert_eq!((all, outlet.health().pending_bytes), (expected, 0));
    }
}

#[test]
fn where_only_permanent_ones_are_refused_nothing_waits() {
    let (fake, taken) = picky(|line, _| line.ends_with('7').then_some(FailureClass::Permanent));
    let (outlet, _) = fake.start(|_| ());
    outlet.push(numbers(0..100));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered, row.retried, taken.attempts().len()), (90, 10, 0, 1));
    assert_eq!(outlet.health().state, State::Healthy, "nothing is wrong with it");
}

#[test]
fn records_that_are_refused_too_often_are_given_up_alone() {
    let (fake, _) = picky(|line, _| (line == "n0004").then_some(FailureClass::Temporary));
    let (outlet, _) = fake.start(|settings| settings.retry.give_up = GiveUp::Attempts(3));
    outlet.push(numbers(0..9));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered, row.retried), (8, 1, 2));
    let letter = &outlet.dead_letters()[0];
    assert_eq!((letter.attempts, letter.reason.as_str()), (3, "n0004 is refused"));
}

#[test]
fn places_that_the_batch_does_not_have_are_ignored() {
    let mut first = true;
    let fake = Fake::new(move |_| match std::mem::take(&mut first) {
        true => Err(Failure::partial(vec![
            refusal(7, FailureClass::Temporary, "there is no such record"),
            refusal(1, FailureClass::Temporary, "busy"),
            refusal(1, FailureClass::Permanent, "bad"),
        ])),
        false => Ok(()),
    });
    let (outlet, _) = fake.start(|_| ());
    outlet.push(numbers(0..3));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered), (2, 1));
    assert_eq!(outlet.dead_letters()[0].reason, "bad");
}

#[test]
fn a_wait_that_a_server_asks_for_is_kept_even_if_a_flush_hurries() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let own = Arc::clone(&times);
    let wait = Duration::from_millis(150);
    let fake = Fake::new(move |_| {
        let mut times = own.lock().expect("no test panics here");
        times.push(Instant::now());
        if times.len() < 3 { Err(Failure::temporary("429").retry_after(wait)) } else { Ok(()) }
    });
    let (outlet, _) = fake.start(|_| ());
    outlet.push(numbers(0..3));
    assert!(flush(&outlet));
    let times = times.lock().expect("no test panics here");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= wait), "{times:?}");
}

#[test]
fn a_wait_that_is_asked_for_holds_at_the_end_too() {
    let fake = Fake::new(move |_| Err(Failure::temporary("429").retry_after(Duration::from_secs(30))));
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..3));
    until("it was tried", || outlet.health().last_error.is_some());
    outlet.close(within(400));
    assert_eq!((outlet.health().last_error.map(|error| error.count), row(&outlet).lost()), (Some(1), 3));
    assert_eq!(seen.opened.load(std::sync::atomic::Ordering::SeqCst), 1);
}
