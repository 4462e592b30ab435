//! Every kind of value, span and record arrives as it was emitted.

use crate::support::Bench;
use tracework::core::Value;
use tracework::prelude::*;

#[test]
fn an_event_arrives_with_its_message_and_fields() {
    let bench = Bench::new();
    bench.run(|| info!(amount = 12.5, id = 7_u64, ok = true, name = "ann", rest = ?[1, 2], "payment {}", "processed"));
    let records = bench.memory.records();
    assert_eq!(records.len(), 1);
    let record = records[0].view();
    assert_eq!(record.message(), "payment processed");
    assert_eq!(record.field("amount"), Some(Value::F64(12.5)));
    assert_eq!(record.field("id"), Some(Value::U64(7)));
    assert_eq!(record.field("ok"), Some(Value::Bool(true)));
    assert_eq!(record.field("name"), Some(Value::Str("ann")));
    assert_eq!(record.field("rest"), Some(Value::Text("[1, 2]")));
    assert_eq!(record.severity(), Severity::INFO);
    assert_eq!(record.target(), module_path!());
}

#[test]
fn an_event_has_its_spans_and_what_was_recorded_on_them_before() {
    let bench = Bench::new();
    bench.run(|| {
        let outer = tracing::info_span!("request", user_id = tracing::field::Empty, method = "POST");
        let _outer = outer.enter();
        let inner = tracing::info_span!("query", table = "users");
        let _inner = inner.enter();
        info!("before");
        outer.record("user_id", "ann");
        info!("after");
    });
    let records = bench.memory.records();
    let [before, after] = &records[..] else { panic!("two records: {records:?}") };
    assert_eq!(before.view().context("user_id"), None);
    assert_eq!(after.view().context("user_id"), Some(Value::Str("ann")));
    let names: Vec<_> = after.view().spans().map(|span| span.name()).collect();
    assert_eq!(names, ["query", "request"]);
}

#[test]
fn every_one_of_many_events_arrives_in_order() {
    let bench = Bench::new();
    bench.run(|| (0..100_000_u64).for_each(|number| info!(number, "counted")));
    let records = bench.memory.records();
    let health = bench.control.health();
    assert_eq!(records.len(), 100_000, "{health:#?}");
    for (place, record) in records.iter().enumerate() {
        assert_eq!(record.view().field("number"), Some(Value::U64(place as u64)));
    }
}

#[test]
fn a_callsite_is_looked_up_once_and_then_found() {
    let bench = Bench::new();
    bench.run(|| (0..1_000_u64).for_each(|number| info!(number, "counted")));
    let (found, looked_up) = bench.control.health().callsite_cache;
    assert_eq!(found + looked_up, 1_000);
    assert!((1..=10).contains(&looked_up), "{looked_up} look-ups");
}
