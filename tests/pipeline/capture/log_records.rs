//! Records of the `log` crate, through tracing-log.

use crate::support::Bench;
use std::sync::Once;
use tracework::core::{SeveritySet, Value};
use tracework::prelude::*;
use tracework::rules::TargetLevels;

/// Has `log` records become events, once for the process.
fn bridge() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_log::LogTracer::init().expect("nobody else is `log`'s logger"));
}

#[test]
fn a_log_record_has_its_real_target_file_and_line() {
    bridge();
    let bench = Bench::new();
    let line = line!() + 1;
    bench.run(|| log::warn!(target: "sqlx::query", "slow {}", 7));
    let record = bench.only();
    let record = record.view();
    let source = record.source();
    assert_eq!((record.message(), record.severity()), ("slow 7", Severity::WARNING));
    assert_eq!((record.target(), source.module), ("sqlx::query", Some(module_path!())));
    assert_eq!((source.file, source.line), (Some(file!()), Some(line)));
    assert_eq!(record.fields().count(), 0, "what tracing-log carries about the source is no field: {record:?}");
}

#[test]
fn a_log_record_is_inside_the_spans_around_it() {
    bridge();
    let bench = Bench::new();
    bench.run(|| tracing::info_span!("request", id = 5).in_scope(|| log::info!("from a library")));
    assert_eq!(bench.only().view().context("id"), Some(Value::I64(5)));
}

#[test]
fn targets_cap_log_records_by_their_real_target() {
    bridge();
    let bench = Bench::new();
    let mut targets = TargetLevels::default();
    targets.set("noisy".parse().expect("a target"), SeveritySet::at_least(Severity::ERROR)).expect("it is new");
    bench.control.set_targets(targets).expect("targets can be changed");
    bench.run(|| {
        log::info!(target: "noisy::inner", "capped");
        log::error!(target: "noisy::inner", "passes");
        log::info!(target: "quiet", "not capped");
    });
    assert_eq!(bench.messages(), ["passes", "not capped"]);
}

#[test]
fn routes_see_the_real_target_of_a_log_record() {
    bridge();
    let bench = Bench::new();
    let database = bench.also("database", Severity::TRACE);
    bench.control.set_default(&["memory"]).expect("it is attached");
    bench.control.set_route("database", crate::support::rule("target = sqlx"), &["database"]).expect("a route");
    bench.run(|| {
        log::info!(target: "sqlx", "a query");
        log::info!(target: "hyper", "a request");
    });
    assert_eq!(crate::support::messages(&database), ["a query"]);
    assert_eq!(bench.messages(), ["a request"]);
}

#[test]
fn log_enabled_says_no_never_wrongly_and_loses_no_span() {
    bridge();
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is attached");
    bench.run(|| {
        for number in 0..4 {
            // Upstream's registry says yes as soon as one of its filters is in doubt; it never says no wrongly.
            let _ = log::log_enabled!(target: "sqlx::query", log::Level::Debug);
            assert!(log::log_enabled!(target: "sqlx::query", log::Level::Warn));
            tracing::info_span!("work", number).in_scope(|| info!("in work"));
        }
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 4);
    for (place, record) in (0..).zip(records) {
        assert_eq!(record.view().context("number"), Some(Value::I64(place)));
    }
}
