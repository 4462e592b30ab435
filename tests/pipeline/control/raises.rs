//! Levels for a time, by what an event is inside.

use crate::support::Bench;
use tracework::core::Timestamp;
use tracework::engine::Clock;
use tracework::prelude::*;
use tracework_testkit::ManualClock;
use tracing::info_span;

const LONG: Duration = Duration::from_secs(600);

fn at_info() -> Bench {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is there");
    bench
}

/// Events of two users and of none, each counting whether its arguments were evaluated.
fn requests(evaluated: &mut u32) {
    for user_id in [41, 42] {
        let _request = info_span!("request", user_id).entered();
        info_span!("checkout").in_scope(|| {
            debug!("debug of {}", {
                *evaluated += 1;
                user_id
            });
        });
        tracing::trace!("trace of {user_id}");
    }
    debug!(user_id = 42, "its own field");
    debug!("of nobody");
}

#[test]
fn of_a_context_value_and_only_there() {
    let bench = at_info();
    let rule = "context.user_id = 42".parse().expect("a rule");
    bench.control.raise(rule, Severity::DEBUG, LONG).expect("it is raised");
    let mut evaluated = 0;
    bench.run(|| requests(&mut evaluated));
    assert_eq!((bench.messages(), evaluated), (vec!["debug of 42".to_owned()], 2));
    assert_eq!(bench.control.health().records, 1, "what it does not match is not captured");
}

#[test]
fn of_a_field_wherever_it_stands() {
    let bench = at_info();
    bench.control.raise_field("user_id", "42", Severity::TRACE, LONG).expect("it is raised");
    bench.run(|| requests(&mut 0));
    assert_eq!(bench.messages(), ["debug of 42", "trace of 42", "its own field"]);
}

#[test]
fn of_a_span_by_its_name_and_not_for_exact_levels_or_what_is_silenced() {
    let bench = at_info();
    let exact = Memory::new(100);
    let exactly = exact.handle();
    bench.control.attach("exact", exact.levels([Severity::ERROR])).expect("it attaches");
    bench.control.raise_span("checkout", Severity::DEBUG, LONG).expect("it is raised");
    bench.run(|| requests(&mut 0));
    assert_eq!((bench.messages().len(), exactly.records().len()), (2, 0));
    let silent = "control=info,pipeline=info".parse::<tracework::rules::Directives>().expect("directives").targets;
    bench.control.set_targets(silent).expect("it is set");
    bench.run(|| requests(&mut 0));
    assert_eq!(bench.messages().len(), 2, "`targets` caps come first");
}

#[test]
fn it_is_listed_replaced_removed_and_ends_by_itself() {
    let clock = ManualClock::new(Timestamp(1_768_473_045_000_000_000));
    let control = Control::builder().clock(Clock::manual(clock.nanos())).build().expect("a plan");
    let bench = Bench::of(control);
    bench.control.set_level("memory", Severity::INFO).expect("it is there");
    bench.control.set_level_for("hyper", Severity::TRACE, LONG).expect("it is set");
    bench.control.raise_span("checkout", Severity::TRACE, LONG).expect("it is raised");
    bench.control.raise_span("checkout", Severity::DEBUG, Duration::from_secs(2)).expect("it is raised again");
    let listed: Vec<_> = bench.control.temporary_levels().into_iter().map(|level| (level.of, level.level)).collect();
    assert_eq!(listed, [("hyper".to_owned(), Severity::TRACE), ("span = checkout".into(), Severity::DEBUG)]);
    bench.control.end_level("hyper").expect("it is there");
    assert_eq!(
        bench.control.end_level("hyper").expect_err("it is gone").to_string(),
        "there is no temporary level `hyper`"
    );
    bench.run(|| requests(&mut 0));
    assert_eq!(bench.messages().len(), 2);
    clock.advance(Duration::from_secs(3));
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while !bench.control.temporary_levels().is_empty() {
        assert!(std::time::Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    bench.settle();
    let mut evaluated = 0;
    bench.run(|| requests(&mut evaluated));
    assert_eq!((bench.messages().len(), evaluated), (2, 0));
}
