//! One file, two destinations in turn.

use super::support::Stage;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework::prelude::*;

/// The same file with other settings of its own each time, so that it is started anew.
fn config(round: usize) -> String {
    let sharing = if round.is_multiple_of(2) { "exclusive" } else { "append" };
    let size = 4096 + round;
    format!(
        "destinations:
  app:
    type: file
    path: DIR/app.jsonl
    sharing: {sharing}
    rotate: {{ size: {size}KiB }}
    buffer: {{ when_full: block }}
    format: json"
    )
}

#[test]
fn other_settings_of_the_same_file_lose_nothing_and_tear_no_line() {
    let stage = Stage::new(&config(0));
    let dispatch = stage.dispatch();
    let stop = AtomicBool::new(false);
    let emitted: Vec<u64> = std::thread::scope(|scope| {
        let emit = |thread: u64| {
            let (dispatch, stop) = (&dispatch, &stop);
            scope.spawn(move || {
                tracing::dispatcher::with_default(dispatch, || {
                    let numbers = (0..).take_while(|_| !stop.load(Ordering::Relaxed));
                    numbers
                        .inspect(|n| {
                            info!(thread, n, "payment processed");
                            std::thread::sleep(Duration::from_micros(100));
                        })
                        .count() as u64
                })
            })
        };
        let threads: Vec<_> = (0..2).map(emit).collect();
        for round in 1..40 {
            assert_eq!(stage.reload(&config(round)).replaced, ["app"]);
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().expect("it emits")).collect()
    });
    stage.settle();
    let mut next: HashMap<u64, u64> = HashMap::new();
    // Rotated files of one second are told apart by a number, which sorts otherwise than its text.
    let text = stage.text("app.");
    let mut lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    lines.sort_by_key(|line| line["fields"]["n"].as_u64());
    for line in &lines {
        let next = next.entry(line["fields"]["thread"].as_u64().expect("a number")).or_default();
        assert_eq!(line["fields"]["n"].as_u64(), Some(*next), "each line is there once");
        *next += 1;
    }
    assert_eq!([next[&0], next[&1]], emitted[..], "nothing is lost");
    let health = stage.control.health();
    let row = &health.destinations["app"].ledger;
    assert_eq!(row.delivered + health.closed["app"].delivered, emitted.iter().sum::<u64>());
    assert!(row.balances() && health.closed["app"].balances());
}

#[test]
fn another_name_for_the_same_file_begins_when_the_first_is_closed() {
    let stage = Stage::new(&config(0));
    stage.run(|| {
        (0..100).for_each(|n| info!(n, "before"));
        let report = stage.reload(&config(0).replace("app:", "renamed:"));
        assert_eq!((report.added, report.removed), (vec!["renamed".to_owned()], vec!["app".to_owned()]));
        (100..200).for_each(|n| info!(n, "after"));
    });
    stage.settle();
    let text = stage.text("app.jsonl");

    let order: Vec<_> = text.lines().map(|line| line.contains("after")).collect();
    assert_eq!((order.len(), order.is_sorted()), (200, true), "the first one's lines come first");
    assert_eq!(stage.control.health().errors, 0, "nobody met a locked file");
}
