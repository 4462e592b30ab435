//! Where filters stand: before everything, in a route, before a destination.

use super::still;
use crate::support::Bench;
use tracework::core::{Decision, NamedFilter, Record};
use tracework::engine::{Dedup, FilterKey, Query, RateLimit};
use tracework::prelude::*;

fn once() -> RateLimit {
    RateLimit::new(1, Duration::from_secs(3600)).by(FilterKey::everything())
}

#[test]
fn a_filter_is_asked_only_about_what_would_be_delivered() {
    let (bench, _) = still();
    bench.control.set_level("memory", Severity::WARNING).expect("it is there");
    let debug = bench.also("all", Severity::WARNING);
    bench.control.add_stateful_filter("once", once()).expect("it is added");
    bench.run(|| {
        tracing::info_span!("noisy", log.level = "error").in_scope(|| warn!("too fine inside here"));
        warn!("kept");
        warn!("suppressed");
    });
    assert_eq!(bench.messages(), ["kept"]);
    assert_eq!(debug.records().len(), 1);
    assert_eq!(bench.counts("once"), (1, 1, 0), "one decision for all destinations");
}

#[test]
fn a_destination_has_filters_of_its_own() {
    let (bench, _) = still();
    let other = bench.also("other", Severity::TRACE);
    bench.control.set("other", |settings| settings.stateful.push(NamedFilter::new("once", once()))).expect("it is set");
    bench.run(|| {
        (0..3).for_each(|_| info!("said"));
        info!(destinations = "other", "named: past the filters of the destination");
        info!(destinations = "+other", "added: past them too");
    });
    assert_eq!((bench.memory.records().len(), other.records().len()), (4, 3));
    assert_eq!(bench.counts("destinations.other.once"), (1, 2, 0));
    let ledger = bench.control.health().destinations["other"].ledger.clone();
    assert_eq!((ledger.accepted, ledger.delivered, ledger.balances()), (3, 3, true), "never accepted, so not lost");
}

#[test]
fn a_filter_of_a_route_concerns_what_this_route_alone_leads_somewhere() {
    let (bench, _) = still();
    let (payments, all) = (bench.also("payments", Severity::TRACE), bench.also("all", Severity::TRACE));
    let rule = |text: &str| text.parse().expect("a rule");
    bench.control.set_default(&["memory"]).expect("a default");
    bench.control.set_route("limited", rule("tag = PAYMENT"), &["payments", "all"]).expect("a route");
    bench.control.set_route("errors", rule("level >= ERROR"), &["all"]).expect("a route");
    bench.control.set_route_filters("limited", vec![NamedFilter::new("once", once())]).expect("filters");
    bench.run(|| {
        info!(tags = "PAYMENT", "1");
        info!(tags = "PAYMENT", "2");
        error!(tags = "PAYMENT", "3");
        info!("4");
    });
    let texts = |memory: &tracework::destinations::MemoryHandle| {
        memory.records().iter().map(|record| record.view().message().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((texts(&payments), texts(&all)), (vec!["1".to_owned()], vec!["1".to_owned(), "3".to_owned()]));
    assert_eq!(bench.messages(), ["4"], "suppressed is not unrouted: it does not fall back to the default");
    assert_eq!(bench.counts("routes.limited.once"), (1, 2, 0));
    // A changed rule keeps the filters of the route.
    bench.control.set_route("limited", rule("tag in (PAYMENT, BILLING)"), &["payments"]).expect("a route");
    bench.run(|| info!(tags = "BILLING", "5"));
    assert_eq!(bench.counts("routes.limited.once"), (1, 3, 0));
}

#[test]
fn what_a_route_holds_goes_on_to_the_filters_of_its_destinations_and_nowhere_twice() {
    let (bench, _) = still();
    let (a, b) = (bench.also("a", Severity::TRACE), bench.also("b", Severity::TRACE));
    let rule = |text: &str| text.parse().expect("a rule");
    bench.control.set_route("folded", rule("tag = T"), &["a", "b"]).expect("a route");
    bench.control.set_route("warnings", rule("level >= WARNING"), &["b"]).expect("a route");
    let dedup = Dedup::within(Duration::from_secs(60));
    bench.control.set_route_filters("folded", vec![NamedFilter::new("dedup", dedup)]).expect("filters");
    bench.control.set("a", |settings| settings.stateful.push(NamedFilter::new("once", once()))).expect("it is set");
    bench.run(|| (0..5).for_each(|_| warn!(tags = "T", "said")));
    assert_eq!((a.records().len(), b.records().len()), (1, 5), "b has all of them by another route");
    assert_eq!(bench.counts("routes.folded.dedup"), (2, 3, 0));
    assert_eq!(bench.counts("destinations.a.once"), (1, 1, 0), "the repeated one was asked about as well");
}

#[test]
fn filters_of_others_are_the_same_thing_and_one_that_panics_keeps() {
    let bench = Bench::new();
    let mut seen = 0;
    let filter = move |record: &Record<'_>, _| {
        seen += 1;
        assert!(record.message() != "trouble", "a filter's own trouble");
        if seen % 2 == 0 { Decision::Drop } else { Decision::Keep }
    };
    bench.control.add_stateful_filter("every other", filter).expect("it is added");
    bench.run(|| ["1", "2", "3", "trouble", "5"].iter().for_each(|text| info!("{text}")));
    assert_eq!(bench.messages(), ["1", "3", "trouble", "5"]);
    assert_eq!(bench.control.health().errors, 1);
}

#[test]
fn explain_tells_which_filters_are_asked() {
    let bench = Bench::new();
    bench
        .control
        .set("memory", |settings| settings.stateful.push(NamedFilter::new("once", once())))
        .expect("it is set");
    let told = bench.control.explain(&Query::default());
    assert_eq!(told.filters.len(), 1);
    let line = "then the filter destinations.memory.once is asked: { type: rate, limit: 1, per: 3600s";
    assert!(told.to_string().contains(line), "{told}");
    let told = bench.control.explain(&Query { destinations: Some("memory".into()), ..Query::default() });
    assert!(told.filters.is_empty(), "named: past the destination's filters");
}

#[test]
fn one_filter_cannot_stand_at_two_places() {
    let bench = Bench::new();
    let filter = NamedFilter::new("once", once());
    bench.control.set("memory", |settings| settings.stateful.push(filter.clone())).expect("it is set");
    let refused = bench.control.change(|spec| {
        spec.stateful.push(filter);
        Ok(())
    });
    assert_eq!(refused.expect_err("it is refused").to_string(), "there is a filter `destinations.memory.once` already");
}
