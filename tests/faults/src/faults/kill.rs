//! The process is killed, at any point, or ends for want of memory.

use super::Bench;
use crate::Line;
use std::time::Duration;

/// SIGKILL some time after the start, again and again.
pub(super) fn kill9(bench: &mut Bench) -> Vec<Line> {
    let (runs, span) = bench.pick((6_u32, 200), (1_000, 600));
    // Spread over the span by a number that has no factor in common with it.
    let moments = (0..runs).map(|run| Duration::from_millis(u64::from(run) * 797 % span));
    for moment in moments {
        let running = bench.start(10_000, &[]);
        std::thread::sleep(moment);
        bench.kill(running);
    }
    let line = last(bench, "kill9");
    vec![line.with("kills", runs)]
}

/// No memory is left, and the process aborts where it asks for some; or it is killed a little later.
pub(super) fn out_of_memory(bench: &mut Bench) -> Vec<Line> {
    let (runs, mut aborted) = (bench.pick(2, 100), 0);
    for _ in 0..runs {
        let mut running = bench.start(5_000, &[]);
        assert!(running.has_emitted(200, Duration::from_secs(30)), "it emits: {}", bench.errors());
        running.command("eat");
        aborted += u32::from(running.has_ended(Duration::from_secs(1)));
        bench.kill(running);
    }
    let line = last(bench, "out_of_memory");
    vec![line.with("runs", runs).with("aborted", aborted).expect(aborted > 0, "it ran out of memory")]
}

/// One that is not killed: it recovers what there is, and tells how long that took.
fn last(bench: &mut Bench, name: &str) -> Line {
    let running = bench.start(2_000, &[]);
    let emitted = running.has_emitted(100, Duration::from_secs(30));
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line(name).with("recovered", report.far("recovered"));
    line.expect(emitted, "the last child emits").expect(report.is_there(), "the last child ends in order")
}
