//! Spans: their fields, their parents, their tasks.

use crate::support::Bench;
use std::time::Duration;
use tracework::core::Value;
use tracework::prelude::*;
use tracing::field::Empty;
use tracing::{Instrument, info_span};

fn span_names(record: &tracework::core::OwnedRecord) -> Vec<&str> {
    record.view().spans().map(tracework::core::SpanNode::name).collect()
}

#[test]
fn a_field_recorded_twice_holds_its_last_value_from_then_on() {
    let bench = Bench::new();
    bench.run(|| {
        let span = info_span!("job", step = Empty).entered();
        span.record("step", 1);
        info!("first");
        span.record("step", 2);
        info!("second");
    });
    let records = bench.memory.records();
    assert_eq!(records[0].view().context("step"), Some(Value::I64(1)));
    assert_eq!(records[1].view().context("step"), Some(Value::I64(2)));
}

#[test]
fn a_field_recorded_on_an_ancestor_shows_in_everything_after_it() {
    let bench = Bench::new();
    bench.run(|| {
        let request = info_span!("request", user_id = Empty);
        let child = request.in_scope(|| info_span!("child"));
        let grandchild = child.in_scope(|| info_span!("grandchild"));
        request.record("user_id", "ann");
        grandchild.in_scope(|| info!("deep inside"));
    });
    assert_eq!(bench.only().view().context("user_id"), Some(Value::Str("ann")));
}

#[test]
fn a_parent_given_explicitly_is_the_span_around() {
    let bench = Bench::new();
    bench.run(|| {
        let elsewhere = info_span!("elsewhere", id = 7);
        let _here = info_span!("here").entered();
        info!(parent: &elsewhere, "not here");
        let child = info_span!(parent: &elsewhere, "child");
        child.in_scope(|| info!("in the child"));
    });
    let records = bench.memory.records();
    assert_eq!(span_names(&records[0]), ["elsewhere"]);
    assert_eq!(records[0].view().context("id"), Some(Value::I64(7)));
    assert_eq!(span_names(&records[1]), ["child", "elsewhere"]);
}

#[test]
fn no_parent_means_no_span_around() {
    let bench = Bench::new();
    bench.run(|| {
        let _here = info_span!("here").entered();
        info!(parent: None, "a root");
        let root = info_span!(parent: None, "root");
        root.in_scope(|| info!("in the root"));
    });
    let records = bench.memory.records();
    assert_eq!(span_names(&records[0]), [""; 0]);
    assert_eq!(span_names(&records[1]), ["root"]);
}

#[test]
fn a_span_that_follows_another_is_captured_like_any_other() {
    let bench = Bench::new();
    bench.run(|| {
        let cause = info_span!("cause");
        let effect = info_span!("effect");
        effect.follows_from(&cause);
        effect.in_scope(|| info!("because of it"));
    });
    assert_eq!(span_names(&bench.only()), ["effect"]);
}

#[test]
fn a_span_entered_twice_by_a_thread_is_one_span() {
    let bench = Bench::new();
    bench.run(|| {
        let span = info_span!("twice");
        let _outer = span.enter();
        span.in_scope(|| info!("inside both"));
        info!("still inside");
    });
    for record in bench.memory.records() {
        assert!(span_names(&record).contains(&"twice"), "{record:?}");
    }
    assert_eq!(bench.memory.len(), 2);
}

#[test]
fn spans_left_in_another_order_than_entered_leave_the_right_ones() {
    let bench = Bench::new();
    bench.run(|| {
        let (first, second) = (info_span!("first"), info_span!("second"));
        let entered_first = first.enter();
        let _entered_second = second.enter();
        drop(entered_first);
        info!("only the second is open");
    });
    assert_eq!(span_names(&bench.only())[0], "second");
}

#[test]
fn a_span_entered_on_several_threads_is_around_the_events_of_each() {
    let bench = Bench::new();
    bench.run(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let span = info_span!("shared", id = 1);
        std::thread::scope(|scope| {
            for number in 0..4 {
                let (span, dispatch) = (span.clone(), dispatch.clone());
                scope.spawn(move || {
                    let _default = tracing::dispatcher::set_default(&dispatch);
                    (0..100).for_each(|_| span.in_scope(|| info!(number, "inside")));
                    info!(number, "outside");
                });
            }
        });
    });
    let records = bench.memory.records();
    let (inside, outside): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.view().message() == "inside");
    assert_eq!((inside.len(), outside.len()), (400, 4));
    assert!(inside.iter().all(|record| span_names(record) == ["shared"]));
    assert!(outside.iter().all(|record| span_names(record).is_empty()));
}

#[test]
fn tasks_of_one_thread_keep_their_spans_apart() {
    let bench = Bench::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    bench.run(|| {
        runtime.block_on(async {
            tokio::join!(task(1).instrument(info_span!("one")), task(2).instrument(info_span!("two")))
        })
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 20);
    for record in &records {
        let expected = if record.view().field("task") == Some(Value::I64(1)) { "one" } else { "two" };
        assert_eq!(span_names(record), [expected]);
    }
}

async fn task(number: i32) {
    for _ in 0..10 {
        info!(task = number, "working");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn an_instrumented_function_is_a_span_with_its_arguments() {
    #[instrument(fields(tags = "BILLING"), skip(secret))]
    fn charge(amount: u64, secret: &str) -> u64 {
        info!("charging");
        amount + secret.len() as u64
    }
    let bench = Bench::new();
    bench.run(|| charge(12, "hidden"));
    let record = bench.only();
    assert_eq!(span_names(&record), ["charge"]);
    assert_eq!(record.view().context("amount"), Some(Value::U64(12)));
    assert_eq!(record.view().context("secret"), None);
    assert!(record.view().has_tag("BILLING"));
}

#[test]
fn thresholds_never_disable_spans() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    bench.run(|| tracing::debug_span!("detail", id = 3).in_scope(|| error!("failed")));
    assert_eq!(bench.only().view().context("id"), Some(Value::I64(3)));
}

#[test]
fn a_closed_span_stays_with_the_records_that_were_inside() {
    let bench = Bench::new();
    let handle = bench.memory.clone();
    bench.run(|| {
        for number in 0..100 {
            info_span!("short", number).in_scope(|| info!("inside"));
        }
    });
    for (place, record) in (0..).zip(handle.records()) {
        assert_eq!(record.view().context("number"), Some(Value::I64(place)));
    }
}

#[test]
fn a_deep_nest_of_spans_is_captured_and_freed() {
    let bench = Bench::new();
    bench.run(|| {
        let mut spans = Vec::new();
        (0..2_000).for_each(|depth| spans.push(info_span!("nested", depth).entered()));
        info!("at the bottom");
        while spans.pop().is_some() {}
    });
    assert_eq!(bench.only().view().spans().count(), 2_000);
}
