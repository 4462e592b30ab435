//! Routes, filters, enrichers and metadata.

use crate::support::{Bench, messages, rule};
use tracework::core::{Enrichment, Record, Value};
use tracework::engine::RouteSpec;
use tracework::prelude::*;
use tracework::{Kind, KindSet};
use tracing_subscriber::registry;

#[test]
fn a_route_takes_records_from_the_default() {
    let bench = Bench::new();
    let payments = bench.also("payments", Severity::TRACE);
    bench.control.set_default(&["memory"]).expect("it is attached");
    bench.control.set_route("payments", rule("tag = PAYMENT or field.amount > 100"), &["payments"]).expect("a route");
    bench.run(|| {
        info!(tags = "PAYMENT", "tagged");
        info!(amount = 500, "large");
        info!(amount = 5, "small");
    });
    assert_eq!(messages(&payments), ["tagged", "large"]);
    assert_eq!(bench.messages(), ["small"]);
    bench.control.remove_route("payments").expect("it is there");
    bench.run(|| info!(tags = "PAYMENT", "by default again"));
    assert_eq!(bench.messages(), ["small", "by default again"]);
    assert!(bench.control.remove_route("payments").is_err());
}

#[test]
fn several_routes_that_match_add_up() {
    let bench = Bench::new();
    let (a, b) = (bench.also("a", Severity::TRACE), bench.also("b", Severity::TRACE));
    let route =
        |when: &str, to: &str| RouteSpec { name: None, when: rule(when), to: vec![to.to_owned()], filters: Vec::new() };
    bench.control.set_routes(vec![route("level >= WARNING", "a"), route("span = request", "b")]).expect("routes");
    bench.run(|| tracing::info_span!("request").in_scope(|| warn!("both")));
    assert_eq!((messages(&a).len(), messages(&b).len(), bench.memory.len()), (1, 1, 0));
}

#[test]
fn a_filter_of_the_pipeline_concerns_all_and_one_of_a_destination_itself() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::TRACE);
    bench.control.add_filter("no secrets", rule("not category = secret")).expect("it is added");
    let own = std::sync::Arc::new(|record: &Record<'_>| record.field("even") == Some(Value::Bool(true)));
    bench.control.set("other", |settings| settings.filters.push(own)).expect("it is attached");
    bench.run(|| {
        info!(category = "secret", even = true, "secret");
        info!(even = true, "even");
        info!(even = false, "odd");
        info!(
            category = "secret",
            destinations = "other",
            "a filter of the pipeline holds for those who are named too"
        );
    });
    assert_eq!(messages(&other), ["even"]);
    assert_eq!(bench.messages(), ["even", "odd"]);
    bench.control.remove_filter("no secrets").expect("it is there");
    assert!(bench.control.remove_filter("no secrets").is_err());
}

#[test]
fn a_filter_that_panics_keeps_the_record() {
    let bench = Bench::new();
    bench.control.add_filter("broken", |_: &Record<'_>| -> bool { panic!("broken") }).expect("it is added");
    bench.run(|| info!("kept"));
    assert_eq!(bench.messages(), ["kept"]);
}

#[test]
fn enrichers_add_metadata_to_records_that_reached_a_metadata_layer() {
    let bench = Bench::new();
    let enricher = |record: &Record<'_>, metadata: &mut Enrichment<'_>| {
        metadata.add("length", Value::U64(record.message().len() as u64));
    };
    bench.control.add_enricher("length", enricher).expect("it is added");
    let broken = |_: &Record<'_>, _: &mut Enrichment<'_>| panic!("broken");
    bench.control.add_enricher("broken", broken).expect("it is added");
    let stack = || registry().with(MetadataLayer::new(&bench.control)).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack(), || info!("four"));
    assert_eq!(bench.only().view().metadata("length"), Some(Value::U64(4)));
    assert!(bench.control.health().errors > 0, "a broken enricher is counted");
    bench.control.remove_enricher("length").expect("it is there");
    bench.run_in(stack(), || info!("none"));
    assert_eq!(bench.memory.records()[1].view().metadata("length"), None);
}

#[test]
fn metadata_of_the_process_comes_by_itself_and_can_be_set() {
    let bench = Bench::new();
    let layer = MetadataLayer::new(&bench.control).service("payments").field("region", "eu-1");
    bench.run_in(registry().with(layer).with(DestinationLayer::new(&bench.control)), || {
        info!("first");
        bench.control.set_metadata("region", "eu-2").expect("it can be set");
        bench.settle();
        info!("second");
    });
    let records = bench.memory.records();
    let first = records[0].view();
    assert_eq!(first.metadata("service"), Some(Value::Str("payments")));
    assert_eq!(first.metadata("pid"), Some(Value::Str(&std::process::id().to_string())));
    assert!(first.metadata("host").is_some());
    assert_eq!(records[1].view().metadata("region"), Some(Value::Str("eu-2")));
}

#[test]
fn a_destination_takes_the_kinds_and_the_tags_it_asks_for() {
    let bench = Bench::new();
    bench.control.set("memory", |settings| settings.kinds = KindSet::only(Kind::Audit)).expect("it is attached");
    let tagged = bench.also("tagged", Severity::TRACE);
    bench.control.set("tagged", |settings| settings.tags.all = vec!["A".into(), "B".into()]).expect("it is attached");
    bench.run(|| {
        info!(kind = "audit", "audited");
        info!(tags = "A", "one tag");
        tracing::info_span!("around", tags = "B").in_scope(|| info!(tags = "A", "both tags"));
    });
    assert_eq!(bench.messages(), ["audited"]);
    assert_eq!(messages(&tagged), ["both tags"]);
}
