//! The process is killed, at any point.

use super::Bench;
use crate::Line;
use std::time::Duration;

/// SIGKILL some time after the start, again and again.
pub(super) fn kill9(bench: &mut Bench) -> Vec<Line> {
    let (runs, span) = bench.pick((8_u32, 200), (1_000, 2_000));
    // Spread over the span by a number that has no factor in common with it.
    let moments = (0..runs).map(|run| Duration::from_millis(u64::from(run) * 797 % span));
    for moment in moments {
        let running = bench.start(10_000, &[]);
        std::thread::sleep(moment);
        bench.kill(running);
    }
    // One that is not killed: it recovers what there is, and tells how long that took.
    let running = bench.start(2_000, &[]);
    let emitted = running.has_emitted(100, Duration::from_secs(30));
    let report = bench.stop(running);
    let line = bench.line("kill9").with("kills", runs).with("recovered", report.far("recovered"));
    vec![line.expect(emitted, "the last child emits").expect(report.adds_up(), "the ledger adds up")]
}
