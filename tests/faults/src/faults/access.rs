//! The server is well, and does not let the program in; or its name leads nowhere.

use super::Bench;
use crate::{Level, Line};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What the program may do is taken away while it runs, and given back.
pub(super) fn revoked(bench: &mut Bench) -> Vec<Line> {
    let (running, emitted) = bench.begin(2_000);
    let from = Instant::now();
    bench.far.let_in(false);
    // A connection that was just being made may have come through.
    sleep(Duration::from_millis(300));
    bench.far.let_in(false);
    sleep(bench.pick(Duration::from_millis(1_000), Duration::from_secs(30)));
    let alarm = running.alarm_after(from);
    bench.far.let_in(true);
    let given_back = Instant::now();
    let recovery = running.acked_after(given_back, Duration::from_secs(30));
    bench.account.recovered(recovery.unwrap_or(Duration::from_secs(30)));
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with("revoked", &report).with("alarm", milliseconds(alarm));
    vec![
        line.expect(emitted, "it emits")
            .expect(alarm.is_some(), "its health says that it fails")
            .expect(bench.account.gone() == 0, "all is delivered"),
    ]
}

/// The name of the server cannot be looked up as long as a program runs, and can be when the next one does.
pub(super) fn no_such_name(bench: &mut Bench) -> Vec<Line> {
    let address = bench.way().address();
    bench.instead = Some((address.to_string(), format!("faults.invalid:{}", address.port())));
    let from = Instant::now();
    let running = bench.start(2_000, &[]);
    sleep(bench.pick(Duration::from_millis(1_000), Duration::from_secs(30)));
    let alarm = running.alarm_after(from);
    let (report, first) = running.stop(Duration::from_millis(500), &mut bench.account);
    (bench.first, bench.instead) = (first, None);
    bench.drain();
    let line = bench.line_with("no_such_name", &report).with("alarm", milliseconds(alarm));
    let kept = bench.level == Level::BestEffort || bench.account.gone() == 0;
    vec![line.expect(alarm.is_some(), "its health says that it fails").expect(kept, "all is delivered")]
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or("never".to_owned(), |time| format!("{}ms", time.as_millis()))
}
