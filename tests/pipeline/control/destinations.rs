//! Destinations are attached, detached, replaced and switched while records flow.

use crate::support::{Bench, memory, messages};
use std::time::Duration;
use tracework::core::Attach as _;
use tracework::destinations::{File, Memory};
use tracework::engine::PlanError;
use tracework::format::{Json, Logfmt};
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};

#[test]
fn a_destination_gets_what_comes_while_it_is_attached() {
    let bench = Bench::new();
    bench.run(|| {
        info!("before");
        let other = bench.also("other", Severity::TRACE);
        info!("between");
        let report = bench.control.detach("other").expect("it is attached");
        assert_eq!((report.delivered, report.lost, report.pending), (1, 0, 0));
        info!("after");
        assert_eq!(messages(&other), ["between"]);
    });
    assert_eq!(bench.messages(), ["before", "between", "after"]);
}

#[test]
fn a_detach_delivers_what_was_emitted_before_it() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::TRACE);
    bench.run(|| {
        (0..10_000).for_each(|number| info!(number, "before the detach"));
        let _ = bench.control.detach("other").expect("it is attached");
        assert_eq!(other.len(), 10_000);
    });
}

#[test]
fn a_detach_that_cannot_finish_counts_what_is_lost() {
    let bench = Bench::new();
    let (stuck, script) = Faulty::new(Recording::of_records());
    script.hang();
    bench.control.attach("stuck", stuck).expect("it attaches");
    bench.run_unsettled(|| (0..100).for_each(|number| info!(number, "stuck")));
    let report = bench.control.detach_within("stuck", Duration::from_millis(200)).expect("it is attached");
    assert_eq!((report.delivered, report.lost, report.pending), (0, 100, 0));
    bench.settle();
    assert_eq!(bench.memory.len(), 100);
}

#[test]
fn a_replaced_destination_has_the_old_one_deliver_first() {
    let bench = Bench::new();
    bench.run(|| {
        info!("to the first");
        let second = Memory::new(100);
        let handle = second.handle();
        let report = bench.control.replace("memory", second.level(Severity::TRACE)).expect("it is attached");
        assert_eq!((report.delivered, report.lost), (1, 0));
        info!("to the second");
        bench.settle();
        assert_eq!(messages(&handle), ["to the second"]);
    });
    assert_eq!(bench.messages(), ["to the first"]);
}

#[test]
fn a_destination_that_is_switched_off_gets_nothing_until_it_is_switched_on() {
    let bench = Bench::new();
    bench.run(|| {
        info!("on");
        bench.control.disable("memory").expect("it is attached");
        info!("off");
        info!(destinations = "memory", "off for those who name it too");
        bench.control.enable("memory").expect("it is attached");
        info!("on again");
    });
    assert_eq!(bench.messages(), ["on", "on again"]);
}

#[test]
fn a_created_destination_gets_only_what_names_it() {
    let bench = Bench::new();
    let other = Memory::new(100);
    let handle = other.handle();
    bench.control.create("other", other).expect("the name is free");
    bench.run(|| {
        info!("by default");
        info!(destinations = "other", "by name");
    });
    assert_eq!(messages(&handle), ["by name"]);
    assert_eq!(bench.messages(), ["by default"]);
}

#[test]
fn a_change_that_is_wrong_changes_nothing() {
    let bench = Bench::new();
    let before = bench.control.plan().generation();
    assert!(matches!(bench.control.attach("memory", Memory::new(1)), Err(PlanError::Taken(_))));
    assert!(matches!(bench.control.attach("not a name", Memory::new(1)), Err(PlanError::BadName(_))));
    assert!(matches!(bench.control.detach("memroy"), Err(PlanError::UnknownDestination { nearest: Some(_), .. })));
    let circle = bench.control.attach("a", Memory::new(1).failover("a"));
    assert!(matches!(circle, Err(PlanError::FailoverLoop(_))), "{circle:?}");
    assert!(bench.control.set_route("r", crate::support::rule("tag = A"), &["nowhere"]).is_err());
    assert!(bench.control.set_default(&["nowhere"]).is_err());
    assert_eq!(bench.control.plan().generation(), before);
    bench.run(|| info!("as before"));
    assert_eq!(bench.messages(), ["as before"]);
}

#[test]
fn a_format_is_changed_for_what_comes_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log");
    let bench = Bench::new();
    bench.control.attach("file", File::append(&path).format(Json::new())).expect("it attaches");
    bench.run(|| {
        info!("as JSON");
        bench.control.set_format("file", Logfmt::new()).expect("it is attached");
        info!("as logfmt");
    });
    let text = std::fs::read_to_string(&path).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with('{') && lines[0].contains("as JSON"), "{text}");
    assert!(!lines[1].starts_with('{') && lines[1].contains("as logfmt"), "{text}");
}

#[test]
fn control_works_from_any_thread_at_once() {
    let bench = Bench::new();
    bench.run(|| {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let control = bench.control.clone();
                scope.spawn(move || {
                    for round in 0..10 {
                        let name = format!("d{thread}-{round}");
                        let _ = memory(&control, &name, Severity::TRACE);
                        control.set_level(&name, Severity::ERROR).expect("it is attached");
                        let _ = control.detach(&name).expect("it is attached");
                    }
                });
            }
        });
        info!("still well");
    });
    assert_eq!(bench.messages(), ["still well"]);
    assert_eq!(bench.control.plan().spec().destinations().collect::<Vec<_>>(), ["memory"]);
}
