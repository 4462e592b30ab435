//! Several batches at once.

use super::support::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tracework_core::*;

fn sorted(seen: &Seen) -> Vec<String> {
    let mut lines = seen.lines();
    lines.sort();
    lines
}

#[test]
fn it_gets_as_many_as_prove_good_and_each_record_once() {
    let (outlet, seen) = Fake::well().taking(8).start(|settings| settings.batch.records = 10);
    (0..40).for_each(|part| outlet.push(numbers(part * 100..part * 100 + 100)));
    assert!(flush(&outlet));
    assert_eq!(sorted(&seen), lines(0..4_000));
    let most = seen.most_at_once.load(Ordering::SeqCst);
    assert!((2..=8).contains(&most), "{most}");
    assert!(seen.batches().iter().all(|batch| batch.len() <= 10));
    assert_eq!((row(&outlet).delivered, outlet.health().pending_bytes), (4_000, 0));
}

#[test]
fn with_one_at_once_all_are_in_order() {
    let (outlet, seen) = Fake::well().taking(8).start(|settings| {
        settings.batch.records = 10;
        settings.concurrency = Concurrency::Fixed(1);
    });
    (0..40).for_each(|part| outlet.push(numbers(part * 100..part * 100 + 100)));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), seen.most_at_once.load(Ordering::SeqCst)), (lines(0..4_000), 0));
}

#[test]
fn what_fails_of_them_is_tried_again_alone_and_the_bad_records_die() {
    let attempts = Arc::new(AtomicU32::new(0));
    let own = Arc::clone(&attempts);
    let fake = Fake::new(move |batch| {
        let has = |what: &str| batch.records().iter().position(|record| record.message() == what);
        let attempt = own.fetch_add(1, Ordering::SeqCst);
        if has("n0033").is_some() {
            return Err(Failure::permanent("refused as invalid"));
        }
        if let Some(at) = has("n0047") {
            let refusal = Refusal { at, class: FailureClass::Permanent, reason: "this one".into() };
            return Err(Failure::partial(vec![refusal]));
        }
        match attempt % 7 {
            3 => Err(Failure::temporary("busy")),
            5 => Err(Failure::temporary("cut off").after(batch.len() / 2)),
            _ => Ok(()),
        }
    });
    let (outlet, seen) = fake.taking(4).start(|settings| {
        settings.batch.records = 5;
        settings.concurrency = Concurrency::Fixed(4);
    });
    (0..10).for_each(|part| outlet.push(numbers(part * 20..part * 20 + 20)));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.delivered, row.dead_lettered, row.pending), (198, 2, 0));
    let mut reasons: Vec<_> = outlet
        .dead_letters()
        .iter()
        .map(|letter| (letter.record.view().message().to_owned(), letter.reason.clone()))
        .collect();
    reasons.sort();
    let expected = [("n0033", "refused as invalid"), ("n0047", "this one")];
    assert_eq!(reasons, expected.map(|(message, reason)| (message.to_owned(), reason.to_owned())));
    let mut all = lines(0..200);
    all.retain(|line| line != "n0033" && line != "n0047");
    // The partly refused one is not among what the fake noted as taken.
    let taken = sorted(&seen);
    assert!(taken.windows(2).all(|pair| pair[0] != pair[1]), "none came twice");
    assert!(taken.iter().all(|line| all.contains(line)) && taken.len() >= 190, "{}", taken.len());
}

#[test]
fn those_that_it_does_not_answer_for_are_tried_again() {
    struct Lazy(Seen);
    impl Destination for Lazy {
        fn name(&self) -> &'static str {
            "lazy"
        }
        fn concurrency(&self) -> usize {
            4
        }
        fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
            self.0.add(batch);
            Ok(())
        }
        fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
            vec![self.deliver(&batches[0])]
        }
    }
    let seen = Seen::default();
    let attachment = Lazy(seen.clone()).format(Plain).set(|settings| {
        settings.batch.records = 3;
        settings.concurrency = Concurrency::Fixed(4);
    });
    let clock = Arc::new(|| Timestamp(0));
    let outlet =
        super::super::Outlet::spawn("lazy".into(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
    outlet.push(numbers(0..100));
    assert!(flush(&outlet));
    assert_eq!((seen.lines(), row(&outlet).delivered), (lines(0..100), 100));
}

#[test]
fn a_panic_among_several_costs_the_bad_record_alone() {
    let fake = Fake::new(move |batch| {
        assert!(batch.records().iter().all(|record| record.message() != "n0042"), "not this one");
        Ok(())
    });
    let (outlet, _) = fake.taking(4).start(|settings| {
        settings.batch.records = 8;
        settings.concurrency = Concurrency::Fixed(4);
    });
    outlet.push(numbers(0..100));
    assert!(flush(&outlet));
    let row = row(&outlet);
    assert_eq!((row.delivered, dropped(&row, crate::DropReason::Panic)), (99, 1));
}
