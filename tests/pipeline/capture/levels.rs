//! `log.level` on a span: this function, and all it calls, at another severity.

use crate::support::{Bench, messages};
use std::time::Duration;
use tracework::prelude::*;
use tracing::info_span;

/// One callsite, so that it was asked about before any span lowered the level.
fn detail(message: &str) {
    debug!("{message}");
}

#[test]
fn a_level_on_a_span_lowers_the_threshold_inside_it() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is attached");
    bench.run(|| {
        bench.wake_callsites();
        detail("before");
        info_span!("probe", log.level = "debug").in_scope(|| {
            detail("inside");
            tracing::trace!("still too little");
        });
        detail("after");
    });
    assert_eq!(bench.messages(), ["inside"]);
}

#[test]
fn a_callsite_that_nobody_wanted_before_wakes_up() {
    fn silent(message: &str) {
        tracing::trace!("{message}");
    }
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    bench.run(|| {
        (0..10).for_each(|_| silent("never"));
        info_span!("probe", log.level = "trace").in_scope(|| {
            // The floor's first fall is told to `tracing` by the engine, a moment later.
            for _ in 0..200 {
                silent("woken");
                if bench.control.flush(Duration::from_secs(5)).delivered > 0 {
                    break;
                }
            }
        });
        silent("asleep again");
    });
    assert_eq!(bench.messages(), ["woken"]);
}

#[test]
fn a_level_on_a_span_raises_the_threshold_inside_it() {
    let bench = Bench::new();
    bench.run(|| {
        info_span!("quiet", log.level = "error").in_scope(|| {
            warn!("hushed");
            error!("told");
            info_span!("inner", log.level = "off").in_scope(|| error!("off"));
        });
        info!("outside");
    });
    assert_eq!(bench.messages(), ["told", "outside"]);
}

#[test]
fn the_innermost_level_wins() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::WARNING).expect("it is attached");
    bench.run(|| {
        bench.wake_callsites();
        info_span!("outer", log.level = "trace").in_scope(|| {
            info_span!("inner", log.level = "info").in_scope(|| {
                debug!("inner debug");
                info!("inner info");
            });
            debug!("outer debug");
        });
    });
    assert_eq!(bench.messages(), ["inner info", "outer debug"]);
}

#[test]
fn a_level_does_not_widen_exact_levels() {
    let bench = Bench::new();
    bench.control.set_levels("memory", [Severity::ERROR]).expect("it is attached");
    let all = bench.also("all", Severity::ERROR);
    bench.run(|| {
        bench.wake_callsites();
        info_span!("probe", log.level = "debug").in_scope(|| {
            debug!("detail");
            error!("failure");
        });
    });
    assert_eq!(bench.messages(), ["failure"]);
    assert_eq!(messages(&all), ["detail", "failure"]);
}

#[test]
fn a_level_that_is_none_stays_a_field() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is attached");
    bench.run(|| {
        info_span!("odd", log.level = "loud").in_scope(|| {
            debug!("not raised");
            info!("told");
        });
    });
    let record = bench.only();
    assert_eq!(record.view().context("log.level"), Some(tracework::core::Value::Str("loud")));
}

#[test]
fn a_level_reaches_the_spans_and_events_of_functions_called_from_there() {
    #[instrument]
    fn helper(step: u32) {
        debug!(step, "helping");
    }
    #[instrument(fields(log.level = "debug"))]
    fn probed() {
        (0..3).for_each(helper);
    }
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is attached");
    bench.run(|| {
        bench.wake_callsites();
        helper(9);
        probed();
    });
    assert_eq!(bench.memory.len(), 3);
}
