//! The program ends, in every way there is.

use super::Bench;
use crate::Line;
use crate::child::Ending;
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How long an end may take, with nothing in its way.
const MOST: Duration = Duration::from_secs(20);

/// By `exit`, `abort`, a handle that goes out of scope, and a panic.
pub(super) fn ends(bench: &mut Bench) -> Vec<Line> {
    let all = [
        ("end_exit", Ending::Exit, false),
        ("end_abort", Ending::Abort, false),
        ("end_return", Ending::Return, true),
        ("end_panic", Ending::Panic, true),
    ];
    let line = |(name, ending, delivers): (&str, Ending, bool)| {
        bench.forget();
        let mut running = begin(bench, &[]);
        if delivers {
            // What is emitted while it ends would be too late.
            assert!(running.pause(), "it pauses: {}", bench.errors());
        }
        let ended = Instant::now();
        (_, bench.first) = running.end(ending, MOST, &mut bench.account);
        let took = ended.elapsed();
        bench.drain();
        let line = bench.line(name).with("took", format_args!("{}ms", took.as_millis()));
        line.expect(took < MOST, "it ends in time").expect(!delivers || bench.account.gone() == 0, "all is delivered")
    };
    all.into_iter().map(line).collect()
}

/// By SIGTERM and SIGINT, by two of them; and it is stopped for a while.
pub(super) fn signals(bench: &mut Bench) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, signal) in [("sigterm", Signal::TERM), ("sigint", Signal::INT)] {
        let (line, took) = signalled(bench, name, |running| running.signal(signal));
        lines.push(line.with("took", took).expect(bench.account.gone() == 0, "all is delivered"));
    }
    let twice = |running: &crate::Running| {
        running.signal(Signal::TERM);
        running.signal(Signal::TERM);
    };
    let (line, took) = signalled(bench, "sigterm_twice", twice);
    lines.push(line.with("took", took));
    lines.push(stopped(bench));
    lines
}

fn signalled(bench: &mut Bench, name: &str, signal: impl FnOnce(&crate::Running)) -> (Line, String) {
    bench.forget();
    let mut running = begin(bench, &["--signals"]);
    assert!(running.pause(), "it pauses: {}", bench.errors());
    let ended = Instant::now();
    signal(&running);
    (_, bench.first) = running.ended(MOST, &mut bench.account);
    let took = ended.elapsed();
    bench.drain();
    let line = bench.line(name).expect(took < MOST, "it ends in time");
    (line, format!("{}ms", took.as_millis()))
}

/// SIGTSTP, and SIGCONT after a while.
fn stopped(bench: &mut Bench) -> Line {
    bench.forget();
    let running = begin(bench, &[]);
    running.signal(Signal::TSTP);
    std::thread::sleep(bench.pick(Duration::from_millis(500), Duration::from_secs(30)));
    running.signal(Signal::CONT);
    let again = Instant::now();
    let recovery = running.acked_after(again, MOST).unwrap_or(MOST);
    bench.account.recovered(recovery);
    let report = bench.stop(running);
    let line = bench.line_with("sigtstp", &report);
    line.expect(bench.account.gone() == 0, "all is delivered")
}

/// A child that emits, and has had something acknowledged.
fn begin(bench: &Bench, arguments: &[&str]) -> crate::Running {
    let running = bench.start(5_000, arguments);
    assert!(running.has_emitted(500, Duration::from_secs(30)), "it emits: {}", bench.errors());
    running
}
