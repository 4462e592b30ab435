//! A plan is immutable and swapped as one.

use crate::support::{Bench, rule};
use tracework::core::Value;
use tracework::engine::PlanError;
use tracework::prelude::*;

#[test]
fn a_plan_that_was_taken_does_not_change() {
    let bench = Bench::new();
    let before = bench.control.plan();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    let _ = bench.also("other", Severity::INFO);
    let level = |plan: &tracework::engine::Plan| plan.spec().settings("memory").expect("it is there").levels;
    assert!(level(&before).expect("it is set").contains(Severity::INFO));
    assert!(!level(&bench.control.plan()).expect("it is set").contains(Severity::INFO));
    assert_eq!(before.spec().destinations().count(), 1);
    assert_eq!(bench.control.plan().generation(), before.generation() + 2);
}

#[test]
fn several_changes_at_once_are_one_swap_or_none() {
    let bench = Bench::new();
    let before = bench.control.plan().generation();
    let refused: Result<(), PlanError> = bench.control.change(|spec| {
        spec.level = tracework::SeveritySet::NONE;
        spec.default = vec!["memory".into(), "nowhere".into()];
        Ok(())
    });
    assert!(refused.is_err());
    assert_eq!(bench.control.plan().generation(), before);
    bench
        .control
        .change(|spec| {
            spec.metadata.push(("a".into(), "b".into()));
            spec.default.clear();
            Ok(())
        })
        .expect("a plan");
    assert_eq!(bench.control.plan().generation(), before + 1);
}

/// Two destinations and a route that is flipped: each record goes to exactly one of them.
#[test]
fn a_record_meets_one_plan_or_the_other_and_never_a_mixture() {
    let bench = Bench::new();
    let (a, b) = (bench.also("a", Severity::TRACE), bench.also("b", Severity::TRACE));
    bench.control.set_default(&[]).expect("nothing");
    bench.control.set_route("flip", rule("field.n >= 0"), &["a"]).expect("a route");
    let events = 20_000_u64;
    bench.run(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        std::thread::scope(|scope| {
            let emitting = scope
                .spawn(|| tracing::dispatcher::with_default(&dispatch, || (0..events).for_each(|n| info!(n, "x"))));
            let mut to = ["a", "b"].into_iter().cycle();
            while !emitting.is_finished() {
                let to = to.next().expect("it goes round");
                bench.control.set_route("flip", rule("field.n >= 0"), &[to]).expect("a route");
            }
        });
    });
    let mut seen: Vec<u64> = a
        .records()
        .iter()
        .chain(&b.records())
        .map(|record| match record.view().field("n") {
            Some(Value::U64(number)) => number,
            other => panic!("{other:?}"),
        })
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..events).collect::<Vec<_>>());
    assert!(!a.is_empty() && !b.is_empty(), "{} and {}", a.len(), b.len());
}
