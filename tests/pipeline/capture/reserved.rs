//! Fields that say something about the record itself.

use crate::support::{Bench, messages};
use tracework::core::Value;
use tracework::prelude::*;
use tracework::{Kind, Severity};
use tracing::{debug_span, info_span};

#[test]
fn an_event_that_names_its_destinations_goes_exactly_there() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::ERROR);
    bench.run(|| {
        info!(destinations = "other", "there");
        tracing::trace!(destinations = "other", "below every threshold");
    });
    assert_eq!(messages(&other), ["there", "below every threshold"]);
    assert!(bench.memory.is_empty());
}

#[test]
fn a_plus_adds_and_a_minus_removes() {
    let bench = Bench::new();
    let second = bench.also("second", Severity::TRACE);
    let third = bench.also("third", Severity::TRACE);
    bench.control.set_default(&["memory", "second"]).expect("they are attached");
    bench.run(|| {
        info!(destinations = "+third", "added");
        info!(destinations = "-second", "removed");
        info!(destinations = "+third, -memory", "both");
        info!(destinations = "third,+memory", "exact and more");
        info!("by default");
    });
    assert_eq!(bench.messages(), ["added", "removed", "exact and more", "by default"]);
    assert_eq!(messages(&second), ["added", "both", "by default"]);
    assert_eq!(messages(&third), ["added", "both", "exact and more"]);
}

#[test]
fn an_unknown_destination_is_counted_and_the_record_takes_its_default() {
    let bench = Bench::new();
    bench.run(|| {
        info!(destinations = "webhok", "one");
        info!(destinations = "webhok", "two");
        info!(destinations = "webhok,memory", "known too");
    });
    assert_eq!(bench.messages(), ["one", "two", "known too"]);
    assert_eq!(bench.control.health().unknown_destinations.get("webhok"), Some(&3));
    let told: Vec<_> = bench.control.self_log().into_iter().map(|entry| (entry.message, entry.count)).collect();
    let once = "an event or a span names the destination `webhok`, and there is none".to_owned();
    assert_eq!(told, [(once, 1)]);
}

#[test]
fn destinations_on_a_span_replace_the_routes_inside_but_not_the_thresholds() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::WARNING);
    bench.run(|| {
        info_span!("billing", destinations = "other").in_scope(|| {
            info!("too little");
            warn!("enough");
            info!(destinations = "memory", "the event itself wins");
        });
        info!("outside");
    });
    assert_eq!(messages(&other), ["enough"]);
    assert_eq!(bench.messages(), ["the event itself wins", "outside"]);
}

#[test]
fn the_innermost_span_wins() {
    let bench = Bench::new();
    let (a, b) = (bench.also("a", Severity::TRACE), bench.also("b", Severity::TRACE));
    bench.run(|| {
        info_span!("outer", destinations = "a", category = "outer", kind = "job").in_scope(|| {
            info_span!("inner", destinations = "b", category = "inner").in_scope(|| info!("inside"));
        });
    });
    assert_eq!((messages(&a).len(), messages(&b).len(), bench.memory.len()), (0, 1, 0));
    let record = &b.records()[0];
    assert_eq!((record.view().category(), record.view().kind()), (Some("inner"), Kind::Job));
}

#[test]
fn tags_of_the_event_and_of_all_spans_add_up() {
    let bench = Bench::new();
    bench.run(|| {
        info_span!("outer", tags = "A").in_scope(|| {
            info_span!("inner", tags = "B, C").in_scope(|| info!(tags = "D", "inside"));
        });
    });
    let record = bench.only();
    assert_eq!(record.view().tags().collect::<Vec<_>>(), ["D", "B", "C", "A"]);
    assert_eq!(record.view().field("tags"), None);
}

#[test]
fn destinations_and_tags_recorded_on_a_span_later_hold_from_then_on() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::TRACE);
    bench.control.set_default(&["memory"]).expect("it is attached");
    bench.run(|| {
        let span = info_span!("request", destinations = tracing::field::Empty, tags = tracing::field::Empty).entered();
        info!("before");
        span.record("destinations", "other");
        span.record("tags", "LATE");
        info!("after");
    });
    assert_eq!(bench.messages(), ["before"]);
    assert_eq!(messages(&other), ["after"]);
    assert!(other.records()[0].view().has_tag("LATE"));
}

#[test]
fn severity_kind_and_category_say_what_the_record_is() {
    let bench = Bench::new();
    bench.run(|| info!(severity = "CRITICAL", kind = "security", category = "database", "attacked"));
    let record = bench.only();
    let record = record.view();
    assert_eq!(
        (record.severity(), record.kind(), record.category()),
        (Severity::CRITICAL, Kind::Security, Some("database"))
    );
    assert_eq!(record.fields().count(), 0);
}

#[test]
fn a_value_that_is_not_recognised_stays_a_field() {
    let bench = Bench::new();
    bench.run(|| info!(severity = "mild", kind = "letter", "ordinary"));
    let record = bench.only();
    let record = record.view();
    assert_eq!((record.severity(), record.kind()), (Severity::INFO, Kind::Log));
    assert_eq!(record.field("severity"), Some(Value::Str("mild")));
    assert_eq!(record.field("kind"), Some(Value::Str("letter")));
}

#[test]
fn reserved_fields_can_be_rendered_values() {
    let bench = Bench::new();
    bench.run(|| info!(severity = %Severity::ERROR, tags = %"A,B", kind = ?"x", "rendered"));
    let record = bench.only();
    assert_eq!(record.view().severity(), Severity::ERROR);
    assert_eq!(record.view().tags().collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn an_event_whose_severity_is_raised_passes_the_threshold_of_that_severity() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    bench.run(|| {
        info!(severity = "ERROR", "raised");
        error!(severity = "DEBUG", "lowered");
        info!("as it is");
    });
    assert_eq!(bench.messages(), ["raised"]);
}

#[test]
fn the_names_can_be_changed() {
    let names = tracework::engine::ReservedNames { tags: "labels".into(), ..Default::default() };
    let bench = Bench::of(Control::builder().names(names).build().expect("a plan"));
    bench.run(|| info!(labels = "A", tags = "B", "renamed"));
    let record = bench.only();
    assert_eq!(record.view().tags().collect::<Vec<_>>(), ["A"]);
    assert_eq!(record.view().field("tags"), Some(Value::Str("B")));
}

#[test]
fn a_severity_of_a_span_holds_for_what_is_inside_and_says_nothing() {
    let bench = Bench::new();
    bench.run(|| {
        debug_span!("emergency", severity = "CRITICAL").in_scope(|| {
            info!("inside");
            info!(severity = "DEBUG", "says itself");
        });
    });
    let severities: Vec<_> = bench.memory.records().iter().map(|record| record.view().severity()).collect();
    assert_eq!(severities, [Severity::CRITICAL, Severity::DEBUG]);
}
