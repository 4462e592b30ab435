//! Alerts: what security-critical records run.

use crate::support::{Bench, rule, soon};
use std::sync::mpsc;
use std::time::Duration;
use tracework::core::{Action, Failure, Kind, Record};
use tracework::engine::{AlertSpec, PlanError, ToDestination};
use tracework::prelude::*;
use tracework::{ResultExt, destinations::Memory};

/// Tells of each record it runs for, and on which thread.
struct Tells(mpsc::Sender<(String, String)>);

impl Action for Tells {
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        self.0.send((record.message().to_owned(), thread)).map_err(|_| Failure::permanent("nobody listens"))
    }
}

fn security() -> AlertSpec {
    AlertSpec::security("intrusion", ["tell"]).expect("a rule")
}

#[test]
fn security_critical_records_run_the_action_on_a_thread_of_its_own() {
    let bench = Bench::new();
    let (told, hears) = mpsc::channel();
    bench.control.add_action("tell", Tells(told)).expect("it is added");
    bench.control.set_alert(security()).expect("it is set");
    bench.run(|| {
        info!("ordinary");
        error!("serious, but no matter of security");
        info!(kind = "security", "a door opens");
        warn!(category = "security", "not serious enough");
        error!(category = "security", "the lock is broken");
        _ = Err::<(), _>("stolen").log_err_with(|caught| caught.kind(Kind::Security));
    });
    let heard: Vec<_> = (0..3).map(|_| hears.recv_timeout(Duration::from_secs(10)).expect("it runs")).collect();
    let messages: Vec<_> = heard.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(messages, ["a door opens", "the lock is broken", "stolen"]);
    assert!(heard.iter().all(|(_, thread)| thread == "tracework-action-tell"));
    assert_eq!(bench.control.alerts()[0].raised, 3);
    assert!(soon(|| bench.control.actions()["tell"].done == 3));
    assert!(hears.try_recv().is_err());
}

#[test]
fn an_alert_writes_to_a_destination_past_its_threshold() {
    let bench = Bench::new();
    let memory = Memory::new(10);
    let pager = memory.handle();
    bench.control.create("pager", memory.levels([Severity::CRITICAL])).expect("it is created");
    bench.control.add_action("page", ToDestination::new(&bench.control, "pager")).expect("it is added");
    let alert = AlertSpec::new("stolen", rule("message contains stolen"), ["page"]);
    bench.control.set_alert(alert).expect("it is set");
    bench.run(|| error!("the till is stolen"));
    assert!(pager.wait_for(1, Duration::from_secs(10)));
    assert_eq!(pager.records()[0].view().message(), "the till is stolen");
    let health = bench.control.health();
    assert_eq!(health.destinations["pager"].ledger.accepted, 1);
}

#[test]
fn an_action_that_fails_is_counted_and_told_in_the_self_log() {
    let bench = Bench::new();
    bench.control.add_action("page", ToDestination::new(&bench.control, "nobody")).expect("it is added");
    bench.control.set_alert(AlertSpec::new("all", rule("level >= ERROR"), ["page"])).expect("it is set");
    bench.run(|| error!("help"));
    assert!(soon(|| bench.control.actions()["page"].failed == 1));
    let log = bench.control.self_log();
    assert!(log.iter().any(|entry| entry.message.contains("no destination is called `nobody`")), "{log:?}");
    assert_eq!(bench.memory.records().len(), 1, "nothing of it came back into the pipeline");
}

#[test]
fn an_alert_must_name_actions_that_are_there() {
    let bench = Bench::new();
    assert!(matches!(bench.control.set_alert(security()), Err(PlanError::NotFound { what: "action", .. })));
    let (told, _hears) = mpsc::channel();
    bench.control.add_action("tell", Tells(told)).expect("it is added");
    bench.control.set_alert(security()).expect("it is set");
    assert!(bench.control.remove_action("tell").is_err(), "an alert runs it");
    bench.control.remove_alert("intrusion").expect("it is there");
    bench.control.remove_action("tell").expect("it is free");
    assert!(bench.control.remove_alert("intrusion").is_err());
}

#[test]
fn the_shutdown_waits_for_actions() {
    let bench = Bench::new();
    let (told, hears) = mpsc::channel();
    bench.control.add_action("tell", Tells(told)).expect("it is added");
    bench.control.set_alert(security()).expect("it is set");
    bench.run_unsettled(|| (0..100).for_each(|number| info!(kind = "security", number, "a door opens")));
    let _ = bench.control.shutdown(Duration::from_secs(10));
    assert_eq!(hears.try_iter().count(), 100);
}
