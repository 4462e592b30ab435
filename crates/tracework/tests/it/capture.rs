//! Capturing what a test logs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tracework::core::Value;
use tracework::prelude::*;
use tracework::test::{Capture, ManualClock, capture};

fn failure(work: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err("it should fail");
    payload.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn fields_spans_tags_and_levels_are_asserted_by_rules() {
    let captured = capture();
    tracing::info_span!("request", user_id = 42, tags = "CHECKOUT").in_scope(|| {
        trace!("even this");
        error!(amount = 12.5, tags = "PAYMENT", "declined");
    });
    captured.assert_one("level = ERROR and field.amount > 10");
    captured.assert_one("tag = PAYMENT and tag = CHECKOUT");
    captured.assert_count("span = request and context.user_id = 42", 2);
    captured.assert_one("level = TRACE");
    captured.assert_none("level = WARNING");
    assert_eq!(captured.assert_one("message = declined").view().field("amount"), Some(Value::F64(12.5)));
}

#[test]
fn a_failure_says_the_rule_the_count_and_the_records() {
    let captured = capture();
    let told = failure(|| drop(captured.assert_one("level = ERROR")));
    assert_eq!(told, "`level = ERROR` should match 1 record, and matches 0; nothing was logged");
    tracing::info_span!("request", user_id = 42).in_scope(|| warn!(amount = 5, tags = "PAYMENT", "declined"));
    let told = failure(|| drop(captured.assert_one("level = ERROR and field.amount > 10")));
    assert!(told.starts_with("`level = ERROR and field.amount > 10` should match 1 record, and matches 0;"), "{told}");
    let line = "WARNING  it::capture: declined amount=5 in=[request{user_id=42}] tags=[PAYMENT] kind=log";
    assert!(told.contains(line), "{told}");
    let told = failure(|| drop(captured.assert_one("level == ERROR and")));
    assert!(told.starts_with("the rule cannot be read"), "{told}");
}

#[test]
fn threads_and_tasks_take_it_along() {
    let captured = capture();
    let inside = captured.handle();
    let by_hand = std::thread::spawn(move || {
        let _entered = inside.enter();
        info!(who = "by hand", "from another thread");
    });
    by_hand.join().expect("it ends well");
    captured.spawn(|| info!(who = "spawned", "from another thread")).join().expect("it ends well");
    std::thread::spawn(|| info!(who = "a stranger", "from another thread")).join().expect("it ends well");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let task = captured.wrap(async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            info!(who = "a task", "from another thread");
        });
        tokio::spawn(task).await.expect("it ends well");
    });
    let found = captured.assert_count("message = \"from another thread\"", 3);
    let who: Vec<_> = found.iter().filter_map(|record| Some(record.view().field("who")?.to_string())).collect();
    assert_eq!(who, ["by hand", "spawned", "a task"]);
}

#[test]
fn tests_side_by_side_do_not_mix() {
    let tests: Vec<_> = (0..8)
        .map(|number| {
            std::thread::spawn(move || {
                for round in 0..20 {
                    let captured = capture();
                    debug!(number, round, "mine");
                    captured.spawn(move || debug!(number, round, "mine")).join().expect("it ends well");
                    captured.assert_count(&format!("field.number = {number} and field.round = {round}"), 2);
                    assert_eq!(captured.records().len(), 2);
                }
            })
        })
        .collect();
    for test in tests {
        test.join().expect("it ends well");
    }
}

#[test]
fn what_comes_later_is_waited_for() {
    let captured = capture();
    let late = captured.spawn(|| {
        std::thread::sleep(Duration::from_millis(50));
        info!("early");
        std::thread::sleep(Duration::from_millis(50));
        info!(step = 2, "late");
    });
    let found = captured.wait_for("field.step = 2", Duration::from_secs(10));
    assert_eq!(found.view().message(), "late");
    late.join().expect("it ends well");
    // It was caught before, and need not come again.
    captured.wait_for("message = early", Duration::ZERO);
    let started = Instant::now();
    let told = failure(|| drop(captured.wait_for("message = never", Duration::from_millis(30))));
    assert!(started.elapsed() >= Duration::from_millis(30));
    assert!(
        told.starts_with("after 30ms, `message = never` matches no record;") && told.contains("late step=2"),
        "{told}"
    );
    captured.clear();
    assert!(captured.records().is_empty());
}

#[tokio::test]
async fn an_async_test_waits_without_holding_up_what_it_tests() {
    let captured = capture();
    tokio::spawn(async {
        tokio::task::yield_now().await;
        info!("from a task on the same thread");
    });
    captured.wait_for_async("message contains \"same thread\"", Duration::from_secs(10)).await;
    let waiting = tokio::spawn(captured.wait_for_async("message = never", Duration::from_millis(20)));
    assert!(waiting.await.expect_err("it fails").is_panic());
}

#[test]
fn the_clock_is_the_tests() {
    let clock = ManualClock::default();
    let captured = Capture::at(&clock).into_captured();
    info!("one");
    clock.advance(Duration::from_secs(60));
    info!("two");
    let times: Vec<_> = captured.records().iter().map(|record| record.view().time()).collect();
    assert_eq!((times[0], times[1].0 - times[0].0), (ManualClock::default().now(), 60_000_000_000));
}

#[test]
fn the_control_is_the_captures_own() {
    let captured = capture();
    captured.control().set_level("captured", Severity::ERROR).expect("it is attached");
    info!("left out");
    error!("kept");
    assert_eq!(captured.records().len(), 1);
}
