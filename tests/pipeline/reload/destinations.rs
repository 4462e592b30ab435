//! What stays, what is changed in place, what is started anew, and what makes nothing change.

use super::support::Stage;
use tracework::prelude::*;

const TWO: &str = "
destinations:
  app: { type: file, path: DIR/app.log, format: { type: pattern, pattern: '{message}' } }
  other: { type: file, path: DIR/other.log, format: { type: pattern, pattern: '{message}' } }
";

#[cfg(target_os = "linux")]
#[test]
fn what_did_not_change_keeps_its_file_open_and_its_row_of_the_ledger() {
    use super::support::descriptors;
    let stage = Stage::new(TWO);
    let _here = tracing::dispatcher::set_default(&stage.dispatch());
    info!("one");
    stage.settle();
    let open = descriptors(&stage.path("app.log"));
    assert_eq!(open.len(), 1);
    let report = stage.reload(&format!("level: INFO\n{}", TWO.replace("other.log", "another.log")));
    assert_eq!((report.kept, report.replaced), (vec!["app".to_owned()], vec!["other".to_owned()]));
    info!("two");
    stage.settle();
    assert_eq!(descriptors(&stage.path("app.log")), open, "the same descriptor of the same file");
    assert_eq!(stage.control.health().destinations["app"].ledger.delivered, 2);
    assert_eq!(descriptors(&stage.path("other.log")), [], "what was replaced is closed");
    let (closed, runs) = (stage.control.health().closed, stage.control.health().destinations);
    assert_eq!((closed["other"].delivered, runs["other"].ledger.delivered), (1, 1));
    assert_eq!((stage.text("other.log"), stage.text("another.log")), ("one\n".to_owned(), "two\n".to_owned()));
}

#[test]
fn levels_filters_format_and_queue_are_changed_in_place() {
    let stage = Stage::new("destinations: { app: { type: file, path: DIR/app.log, level: ERROR, format: text } }");
    stage.run(|| {
        info!("not yet");
        tracing::error!("first");
        let report = stage.reload(
            "destinations:
              app:
                type: file
                path: DIR/app.log
                level: INFO
                format: { type: pattern, pattern: '{level} {message}' }
                filter: not message contains secret
                batch: { records: 7 }
                buffer: { memory: 1MiB, when_full: drop_oldest }",
        );
        assert_eq!(report.changed, ["app"]);
        assert!(report.replaced.is_empty() && report.closing.is_empty(), "{report:?}");
        info!("second");
        info!("a secret");
    });
    stage.settle();
    let text = stage.text("app.log");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].contains("first") && lines[0] != "ERROR first", "what was emitted before has its old format");
    assert_eq!(lines[1..], ["INFO second"]);
    let health = stage.control.health();
    assert_eq!((health.destinations["app"].limit_bytes, health.destinations["app"].ledger.delivered), (1 << 20, 2));
}

#[test]
fn a_removed_destination_gets_the_last_record_before_it_and_is_closed() {
    let stage = Stage::new(TWO);
    stage.run(|| {
        for n in 0..1000 {
            info!("record {n}");
        }
        let report = stage.reload("destinations: { app: { type: file, path: DIR/app.log, format: text } }");
        assert_eq!((report.removed, report.closing), (vec!["other".to_owned()], vec![]));
        info!("after");
    });
    stage.settle();
    let text = stage.text("other.log");
    assert_eq!((text.lines().count(), text.lines().last()), (1000, Some("record 999")));
    let health = stage.control.health();
    assert!(!health.destinations.contains_key("other") && health.closing.is_empty());
    assert_eq!(health.closed["other"].delivered, 1000);
    let report = stage.control.shutdown(Duration::from_secs(5)).into_result().expect("nothing is lost");
    assert_eq!(report.destinations["other"].delivered, 1000, "the whole account is told at the end");
    assert_eq!(report.total.delivered, 1000 + 1001);
}

#[test]
fn one_that_cannot_start_makes_nothing_change_unless_another_takes_over() {
    let stage = Stage::new(TWO);
    std::fs::write(stage.path("a file"), "").expect("a file");
    let before = stage.control.plan();
    let bad = format!("level: ERROR\n{TWO}  bad: {{ type: file, path: DIR/a file/log }}\n");
    let error = stage.apply(&bad).expect_err("a file is no folder");
    assert!(error.to_string().starts_with("the destination `bad` cannot start: "), "{error}");
    assert!(error.to_string().contains("a file"), "{error}");
    assert_eq!(stage.control.plan().generation(), before.generation(), "nothing was swapped");
    assert!(stage.control.plan().spec().level.contains(Severity::INFO));
    let report = stage.reload(&bad.replace("file/log }", "file/log, failover: app }"));
    assert_eq!(report.added, ["bad"]);
}

#[test]
fn the_first_config_does_not_ask_whether_everything_can_start() {
    let stage = Stage::new("destinations: { bad: { type: file, path: /dev/null/log } }");
    stage.run(|| info!("it waits"));
    assert_eq!(stage.control.health().destinations["bad"].ledger.lost(), 0);
}

#[test]
fn failovers_and_routes_follow_in_the_same_swap() {
    let stage = Stage::new(TWO);
    let report = stage.reload(&format!(
        "{}  spare: {{ type: memory }}\nroutes: [{{ when: tag = PAYMENT, to: spare }}]\ndefault: app",
        TWO.replace("other.log,", "other.log, failover: spare,"),
    ));
    assert_eq!(
        (report.changed.as_slice(), report.added.as_slice()),
        (&["other".to_owned()][..], &["spare".to_owned()][..])
    );
    let spec = stage.control.plan().spec().clone();
    assert_eq!(spec.settings("other").and_then(|settings| settings.failover.as_deref()), Some("spare"));
    assert_eq!((spec.routes.len(), spec.default), (1, vec!["app".to_owned()]));
    let report = stage.reload(TWO);
    assert_eq!(report.removed, ["spare"]);
    assert_eq!(stage.control.plan().spec().routes.len(), 0);
}
