//! Levels of destinations, of targets, and for a time.

use crate::support::{Bench, soon};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tracework::core::SeveritySet;
use tracework::engine::Clock;
use tracework::prelude::*;
use tracework::rules::TargetLevels;

fn one_of_each() {
    tracing::trace!("trace");
    debug!("debug");
    info!("info");
    warn!("warning");
    error!("error");
    critical!("critical");
}

#[test]
fn a_level_takes_itself_and_what_is_above() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::WARNING).expect("it is attached");
    bench.run(one_of_each);
    assert_eq!(bench.messages(), ["warning", "error", "critical"]);
}

#[test]
fn exact_levels_take_themselves_alone() {
    let bench = Bench::new();
    bench.control.set_levels("memory", [Severity::DEBUG, Severity::CRITICAL]).expect("it is attached");
    bench.run(one_of_each);
    assert_eq!(bench.messages(), ["debug", "critical"]);
}

#[test]
fn the_programs_level_is_for_destinations_that_name_none() {
    let bench = Bench::new();
    let plain = Memory::new(100);
    let handle = plain.handle();
    bench.control.attach("plain", plain).expect("it attaches");
    bench.control.set_program_level(Severity::ERROR).expect("it can be changed");
    bench.run(one_of_each);
    assert_eq!((handle.len(), bench.memory.len()), (2, 6));
}

#[test]
fn targets_cap_before_all() {
    let bench = Bench::new();
    let mut targets = TargetLevels::default();
    targets.set("noisy".parse().expect("a target"), SeveritySet::at_least(Severity::ERROR)).expect("it is new");
    targets.set("noisy::off".parse().expect("a target"), SeveritySet::NONE).expect("it is new");
    bench.control.set_targets(targets).expect("they can be changed");
    bench.run(|| {
        info!(target: "noisy", "capped");
        error!(target: "noisy", "told");
        error!(target: "noisy::off", "off");
        info!(target: "noisy", destinations = "memory", "capped though it names its destination");
        info!(target: "noisier", "another target");
    });
    assert_eq!(bench.messages(), ["told", "another target"]);
}

#[test]
fn a_temporary_level_ends_with_its_time() {
    let nanos = Arc::new(AtomicI64::new(1_000_000_000));
    let clock = Clock::manual(Arc::clone(&nanos));
    let bench = Bench::of(Control::builder().clock(clock).build().expect("a plan"));
    bench.control.set_level("memory", Severity::INFO).expect("it is attached");
    bench.run(|| {
        debug!("before");
        bench.control.set_level_for(module_path!(), Severity::DEBUG, Duration::from_secs(60)).expect("a target");
        debug!("while it holds");
        debug!(target: "elsewhere", "of another target");
        nanos.fetch_add(59_000_000_000, Ordering::SeqCst);
        debug!("still");
        nanos.fetch_add(2_000_000_000, Ordering::SeqCst);
        assert!(soon(|| bench.control.plan().spec().temporary.is_empty()), "it ends by itself");
        debug!("after");
    });
    assert_eq!(bench.messages(), ["while it holds", "still"]);
}

#[test]
fn a_temporary_level_does_not_widen_exact_levels_and_is_replaced_by_a_later_one() {
    let bench = Bench::new();
    bench.control.set_levels("memory", [Severity::ERROR]).expect("it is attached");
    let other = bench.also("other", Severity::ERROR);
    let target = module_path!();
    bench.control.set_level_for(target, Severity::DEBUG, Duration::from_secs(60)).expect("a target");
    bench.control.set_level_for(target, Severity::WARNING, Duration::from_secs(60)).expect("a target");
    bench.run(one_of_each);
    assert_eq!(bench.messages(), ["error"]);
    assert_eq!(crate::support::messages(&other), ["warning", "error", "critical"]);
}
