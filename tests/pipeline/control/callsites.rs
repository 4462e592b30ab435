//! Callsites, listed and switched by themselves.

use crate::support::{Bench, soon};
use tracework::engine::Verdict;
use tracework::prelude::*;

fn messages(bench: &Bench) -> Vec<String> {
    bench.memory.records().iter().map(|record| record.view().message().to_owned()).collect()
}

/// One destination that takes INFO and above.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is set");
    bench
}

#[test]
fn a_callsite_that_tracing_switched_off_is_switched_on_by_itself() {
    let bench = bench();
    let poll = || debug!(target: "browser::one", number = 1, "polled");
    let other = || debug!(target: "browser::one", "left alone");
    bench.run(|| {
        poll();
        other();
        let listed = bench.control.callsites();
        let found = listed.iter().find(|count| count.callsite.target == "browser::one").expect("it is listed");
        assert_eq!((found.state, found.records), (Verdict::Raised, 0));
        assert_eq!(found.destinations.as_deref(), Some([].as_slice()));
        assert_eq!(found.callsite.fields.as_ref(), ["message", "number"]);
        let place = format!("{}:{}", found.callsite.file.expect("a file"), found.callsite.line.expect("a line"));
        let handle = bench.control.callsite(&place).expect("a pattern");
        assert_eq!(handle.list().len(), 1);
        handle.turn_on().expect("it is switched");
        poll();
        other();
        let found = handle.list().remove(0);
        assert_eq!((found.state, found.switched.as_deref()), (Verdict::Wanted, Some(place.as_str())));
        assert_eq!(found.destinations.as_deref(), Some(["memory".to_owned()].as_slice()));
        handle.reset().expect("it is there");
        poll();
        assert!(handle.reset().is_err() && bench.control.callsite_switches().is_empty());
    });
    assert_eq!(messages(&bench), ["polled"]);
}

#[test]
fn patterns_switch_many_and_the_latest_holds() {
    let bench = bench();
    bench.control.callsite("target browser::two::*").expect("a pattern").set_level(Severity::DEBUG).expect("it is set");
    bench.control.callsite("target browser::two::loud").expect("a pattern").turn_off().expect("it is set");
    bench.run(|| {
        debug!(target: "browser::two::db", "debug");
        tracing::trace!(target: "browser::two::db", "trace");
        error!(target: "browser::two::loud", "loud");
        error!(target: "browser::two::loud", destinations = "memory", "loud, and named");
        info!(target: "browser::three", "as ever");
    });
    assert_eq!(messages(&bench), ["debug", "as ever"]);
    let switches: Vec<_> = bench.control.callsite_switches().iter().map(|switch| switch.pattern.to_string()).collect();
    assert_eq!(switches, ["target browser::two::*", "target browser::two::loud"]);
}

#[test]
fn a_message_switches_records_of_every_callsite() {
    let bench = bench();
    bench
        .control
        .callsite("target browser::four message ~ slow.*query")
        .expect("a pattern")
        .turn_on()
        .expect("it is set");
    bench.run(|| {
        debug!(target: "browser::four", "a slow query");
        debug!(target: "browser::four", "a quick query");
        debug!(target: "browser::five", "a slow query elsewhere");
        info!(target: "browser::four", "ordinary");
    });
    assert_eq!(messages(&bench), ["a slow query", "ordinary"]);
}

#[test]
fn a_switch_ends_by_itself_and_lifts_the_cap_of_a_target() {
    let bench = bench();
    bench
        .control
        .set_targets("warn,browser::six=error".parse::<tracework::rules::Directives>().expect("directives").targets)
        .expect("it is set");
    let handle = bench.control.callsite("target browser::six").expect("a pattern");
    handle.turn_on_for(Duration::from_millis(300)).expect("it is set");
    let poll = || debug!(target: "browser::six", "polled");
    bench.run(poll);
    assert!(soon(|| bench.control.callsite_switches().is_empty()));
    bench.run(poll);
    assert_eq!(messages(&bench), ["polled"]);
}

#[test]
fn arguments_of_a_callsite_that_is_off_are_not_evaluated() {
    let bench = Bench::new();
    bench.control.callsite("target browser::seven").expect("a pattern").turn_off().expect("it is set");
    let count = std::cell::Cell::new(0);
    bench.run(|| {
        for _ in 0..3 {
            error!(target: "browser::seven", count = count.replace(count.get() + 1), "costly");
        }
    });
    assert_eq!(count.get(), 0);
}

#[test]
fn a_pattern_that_is_none_is_refused_with_its_reason() {
    let error = Bench::new().control.callsite("colour red").expect_err("it is none");
    assert_eq!(
        error.to_string(),
        "`colour red` is no pattern of callsites: `colour` is none of file, line, target, name and message"
    );
}

#[test]
fn the_first_level_of_a_span_takes_effect_at_once() {
    let bench = bench();
    bench.run(|| {
        let span = tracing::info_span!("checkout", log.level = "debug");
        span.in_scope(|| debug!(target: "browser::eight", "inside"));
        debug!(target: "browser::eight", "outside");
    });
    assert_eq!(messages(&bench), ["inside"]);
}

#[test]
fn explain_tells_of_a_switched_callsite_as_it_happens() {
    use tracework::engine::{Query, Why};

    let bench = bench();
    let quiet = || debug!(target: "browser::eight", "quiet");
    bench.run(|| {
        quiet();
        let listed = bench.control.callsites();
        let found = listed.iter().find(|count| count.callsite.target == "browser::eight").expect("it is listed");
        let site = found.callsite;
        let place = format!("{}:{}", site.file.expect("a file"), site.line.expect("a line"));
        let by_number = Query::of(site);
        // By the end of its path, and with nothing but its severity.
        let by_place = Query {
            severity: Severity::DEBUG,
            callsite: Some(place.rsplit('/').next().expect("a name").parse().expect("a callsite")),
            ..Query::default()
        };
        let told = |query: &Query| bench.control.explain(query).destinations[0].clone();
        for query in [&by_number, &by_place] {
            assert!(matches!(told(query), (name, false, Why::Level(_)) if name == "memory"), "{:?}", told(query));
        }
        let handle = bench.control.callsite(&place).expect("a pattern");
        handle.turn_on().expect("it is switched");
        for query in [&by_number, &by_place] {
            assert_eq!(told(query), ("memory".to_owned(), true, Why::Routed));
        }
        quiet();
        handle.turn_off().expect("it is switched");
        for query in [&by_number, &by_place] {
            assert_eq!(told(query), ("memory".to_owned(), false, Why::Switched));
        }
        quiet();
        // Of one that nobody has reached, what is said of it counts.
        let unreached = |at: &str| Query {
            severity: Severity::DEBUG,
            callsite: Some(at.parse().expect("a callsite")),
            target: "browser::nine".to_owned(),
            ..Query::default()
        };
        bench.control.callsite("src/nine.rs:7").expect("a pattern").turn_on().expect("it is switched");
        assert!(told(&unreached("app/src/nine.rs:7")).1);
        assert!(!told(&unreached("app/src/nine.rs:8")).1);
        bench.control.callsite("target browser::nine").expect("a pattern").turn_off().expect("it is switched");
        assert_eq!(told(&unreached("app/src/nine.rs:7")).2, Why::Switched);
    });
    assert_eq!(messages(&bench), ["quiet"]);
}
