//! What is too long is cut and says so; a value that panics ends the record, not the program.

use crate::support::Bench;
use std::fmt;
use tracework::core::{Limits, Value};
use tracework::prelude::*;

fn bench(limits: Limits) -> Bench {
    let bench = Bench::new();
    let changed = bench.control.change(|spec| {
        spec.limits = limits;
        Ok(())
    });
    changed.expect("limits can be changed");
    bench
}

#[test]
fn a_long_message_is_cut_at_a_letter_and_marked() {
    let bench = bench(Limits { message: 16, ..Limits::default() });
    bench.run(|| info!("{}", "ü".repeat(100)));
    let record = bench.only();
    let record = record.view();
    assert!(record.message_cut());
    assert!(record.message().starts_with("üüüü") && record.message().len() <= 32, "{}", record.message());
}

#[test]
fn a_long_value_is_cut_and_marked() {
    let bench = bench(Limits { value: 10, ..Limits::default() });
    bench.run(|| info!(short = "fits", long = "x".repeat(1_000), "values"));
    let record = bench.only();
    let long = record.view().fields().find(|field| field.key == "long").expect("it is there");
    assert!(long.cut, "{long:?}");
    assert!(long.value.as_str().expect("a text").len() <= 10);
    assert_eq!(record.view().field("short"), Some(Value::Str("fits")));
}

#[test]
fn fields_beyond_the_limit_are_counted() {
    let bench = bench(Limits { fields: 2, ..Limits::default() });
    bench.run(|| info!(a = 1, b = 2, c = 3, d = 4, "many"));
    let record = bench.only();
    assert_eq!((record.view().fields().count(), record.view().omitted()), (2, 2));
    assert_eq!(record.view().message(), "many");
}

#[test]
fn a_display_that_panics_leaves_the_record_incomplete_and_the_program_alive() {
    struct Bomb;
    impl fmt::Display for Bomb {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("this value cannot be shown")
        }
    }
    let bench = Bench::new();
    bench.run(|| {
        info!(before = 1, bomb = %Bomb, after = 2, "never formatted");
        info!("the next one");
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 2);
    assert!(records[0].view().incomplete());
    assert_eq!(records[0].view().field("before"), Some(Value::I64(1)));
    assert!(!records[1].view().incomplete());
}

#[test]
fn a_display_that_panics_in_a_span_loses_neither_the_span_nor_what_is_inside() {
    struct Bomb;
    impl fmt::Display for Bomb {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("this value cannot be shown")
        }
    }
    let bench = Bench::new();
    bench.run(|| {
        let span = tracing::info_span!("request", user = "ann", bomb = %Bomb);
        span.in_scope(|| info!("inside"));
    });
    let record = bench.only();
    assert_eq!(record.view().context("user"), Some(Value::Str("ann")));
    assert_eq!(record.view().message(), "inside");
}
