//! A destination that hangs for ever holds up no reload.

use super::support::Stage;
use std::time::Instant;
use tracework::destinations::Memory;
use tracework::prelude::*;
use tracework::registry::standard;
use tracework_testkit::{Faulty, Script};

/// The time that the documentation of `Control::reload` states.
const STATED: Duration = Duration::from_secs(5);

#[test]
fn a_reload_with_one_that_hangs_completes_in_the_stated_time() {
    let (sent, scripts) = std::sync::mpsc::channel::<Script>();
    let registry = standard().destination("faulty", move |section| {
        let _ = section.take_count("number");
        let (faulty, script) = Faulty::new(Memory::new(10));
        sent.send(script).expect("the test listens");
        Ok(faulty)
    });
    let yaml = |number: u32| {
        format!(
            "destinations: {{ bad: {{ type: faulty, number: {number} }}, good: {{ type: memory, records: {number} }} }}"
        )
    };
    let stage = Stage::new("level: INFO");
    stage.apply_with(&yaml(1), &registry).expect("it starts");
    let script = scripts.recv().expect("it was made");
    stage.run(|| {
        script.hang();
        info!("it hangs at this");
        let begun = Instant::now();
        let report = stage.apply_with(&yaml(2), &registry).expect("the others go on");
        let took = begun.elapsed();
        assert!(took < STATED, "{took:?}");
        assert_eq!((report.replaced.len(), report.closing), (2, vec!["bad".to_owned()]));
        info!("to the new ones");
    });
    let health = stage.control.health();
    assert_eq!(health.closing.len(), 1, "it is visible until it is closed");
    let closing = &health.closing[0];
    assert_eq!((closing.name.as_str(), closing.health.ledger.pending), ("bad", 1));
    assert_eq!(health.closed["good"].delivered, 1, "the other is closed already");
    script.release();
    assert!(crate::support::soon(|| stage.control.health().closing.is_empty()));
    let health = stage.control.health();
    assert_eq!((health.closed["bad"].delivered, health.closed["bad"].balances()), (1, true));
    stage.settle();
}

#[test]
fn a_shutdown_counts_what_still_hangs() {
    let (faulty, script) = Faulty::new(Memory::new(10));
    let stage = Stage::new("level: INFO");
    stage.control.attach("bad", faulty).expect("it attaches");
    stage.run(|| {
        script.hang();
        info!("it hangs at this");
        let report = stage.control.detach_within("bad", Duration::from_millis(100)).expect("it is attached");
        assert_eq!((report.lost, report.pending), (1, 0));
    });
    let health = stage.control.health();
    assert_eq!((health.closed["bad"].lost(), health.closed["bad"].balances()), (1, true));
    let report = stage.control.shutdown(Duration::from_secs(1));
    assert_eq!((report.total.lost, report.destinations["bad"].lost()), (1, 1));
}
