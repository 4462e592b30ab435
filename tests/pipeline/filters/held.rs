//! What is held back goes on, whatever happens.

use super::still;
use crate::support::Bench;
use tracework::core::NamedFilter;
use tracework::engine::{Dedup, FilterKey};
use tracework::prelude::*;

fn dedup() -> Dedup {
    Dedup::within(Duration::from_secs(60))
}

/// Five of the same: the first is delivered, the last is held.
fn repeat(bench: &Bench, filter: &str) {
    (0..5).for_each(|_| info!("again"));
    bench.asked(filter, 5);
    assert_eq!(bench.counts(filter), (1, 3, 1));
}

#[test]
fn at_a_flush() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", dedup()).expect("it is added");
    bench.run(|| repeat(&bench, "dedup"));
    assert_eq!(bench.marks("repeated"), [0, 4]);
    // The window goes on, and counts anew.
    bench.run(|| (0..3).for_each(|_| info!("more")));
    assert_eq!(bench.marks("repeated"), [0, 4, 0, 2]);
}

#[test]
fn at_the_shutdown() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", dedup()).expect("it is added");
    let memory = bench.also("other", Severity::TRACE);
    let other = NamedFilter::new("its own", dedup().by(FilterKey::everything()));
    bench.control.set("other", |settings| settings.stateful.push(other)).expect("it is set");
    bench.run_unsettled(|| repeat(&bench, "dedup"));
    let report = bench.control.shutdown(Duration::from_secs(10)).into_result().expect("nothing is lost");
    assert_eq!(bench.marks("repeated"), [0, 4]);
    assert_eq!(memory.records().len(), 2);
    assert_eq!((report.filters["dedup"].kept, report.filters["dedup"].suppressed), (2, 3));
}

#[test]
fn when_the_filter_is_removed() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", dedup()).expect("it is added");
    bench.run_unsettled(|| {
        repeat(&bench, "dedup");
        bench.control.remove_filter("dedup").expect("it is there");
        bench.delivered(2);
        info!("again");
        info!("again");
    });
    bench.settle();
    assert_eq!(bench.marks("repeated"), [0, 4, 0, 0]);
}

#[test]
fn when_the_destination_is_detached() {
    let (bench, _) = still();
    let other = bench.also("other", Severity::TRACE);
    bench.control.set("other", |settings| settings.stateful.push(NamedFilter::new("dedup", dedup()))).expect("set");
    bench.run_unsettled(|| repeat(&bench, "destinations.other.dedup"));
    let report = bench.control.detach("other").expect("it is there");
    assert_eq!((report.delivered, report.lost, other.records().len()), (2, 0, 2));
}

#[test]
fn a_change_of_something_else_leaves_it_waiting_and_an_equal_filter_goes_on_for_it() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("dedup", dedup()).expect("it is added");
    bench.run_unsettled(|| {
        let say = || info!("again");
        say();
        say();
        bench.asked("dedup", 2);
        bench.control.set_program_level(Severity::DEBUG).expect("a level");
        bench.control.add_stateful_filter("dedup", dedup()).expect("an equal one");
        say();
        bench.asked("dedup", 3);
        assert_eq!(bench.counts("dedup"), (1, 1, 1));
        bench.control.add_stateful_filter("dedup", dedup().keys(7)).expect("another one");
        bench.delivered(2);
        say();
        bench.asked("dedup", 1);
        clock.advance(Duration::from_secs(60));
    });
    bench.settle();
    assert_eq!(bench.marks("repeated"), [0, 2, 0]);
}

#[test]
fn a_clock_set_back_does_not_hold_for_longer() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("dedup", dedup()).expect("it is added");
    bench.run_unsettled(|| {
        repeat(&bench, "dedup");
        clock.step_back(Duration::from_secs(7200));
        bench.delivered(2);
    });
}
