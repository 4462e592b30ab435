//! The way to the server is broken.

use super::Bench;
use crate::far::OwnServer;
use crate::{Level, Line};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tracework_testkit::Way;

/// Emits before the fault, so that there is a connection.
const BEFORE: Duration = Duration::from_millis(400);

/// The server is gone for a while, then there again: killed, if it is one of our own, else the way to it is cut.
pub(super) fn down(bench: &mut Bench) -> Vec<Line> {
    let (outage, rate) = bench.pick((Duration::from_millis(1_500), 2_000), (Duration::from_secs(60), 20_000));
    let mut running = bench.start(rate, &[]);
    // A queue that RabbitMQ has had for half a second is forgotten when it is killed, with all that was confirmed.
    sleep(bench.pick(BEFORE, Duration::from_secs(10)));
    let before = running.mark("before");
    let is_own = bench.far.server().map(OwnServer::kill).is_some();
    if !is_own {
        bench.way().set(Way::Down);
    }
    sleep(outage);
    let during = running.mark("during");
    let emitted = running.emitted();
    let memory = running.memory();
    if let Some(server) = bench.far.server() {
        server.start();
        bench.far.server_is_back();
    }
    let mended = Instant::now();
    bench.mend(&running);
    let report = bench.stop(running);
    bench.drain();
    let drained = mended.elapsed();
    let line = bench.line_with("down", &report);
    let line = line
        .with("server", if is_own { "killed" } else { "cut_off" })
        .with("outage", format_args!("{}s", outage.as_secs_f64()))
        .with("emitted_at_its_end", emitted)
        .with("p99_before", microseconds(before.p99))
        .with("p99_during", microseconds(during.p99))
        .with("longest_during", format_args!("{}ms", during.longest / 1_000_000))
        .with("drained", format_args!("{}ms", drained.as_millis()))
        .with("memory", megabytes(memory));
    let bounded = memory < 256 << 20;
    vec![line.expect(before.count > 0, "it emits before").expect(bounded, "memory is bounded")]
}

/// Nothing is carried and no connection is seen to fail; in the end it is reset.
pub(super) fn half_open(bench: &mut Bench) -> Vec<Line> {
    let stall = bench.pick(Duration::from_millis(1_500), Duration::from_secs(60));
    let report = broken(bench, |bench| {
        bench.way().set(Way::Stalled);
        sleep(stall);
        bench.way().set(Way::Down);
        sleep(Duration::from_millis(100));
    });
    vec![bench.line_with("half_open", &report).with("stalled", format_args!("{}s", stall.as_secs_f64()))]
}

/// Connections are reset in the midst of what is sent.
pub(super) fn reset(bench: &mut Bench) -> Vec<Line> {
    let times = bench.pick(5, 200);
    let before = bench.way().connections();
    let report = broken(bench, |bench| {
        for time in 0..times {
            bench.way().set(Way::ResetAfter(5_000 + 977 * time));
            sleep(Duration::from_millis(250));
        }
    });
    let connections = bench.way().connections() - before;
    let line = bench.line_with("reset", &report).with("connections", connections);
    vec![line.expect(connections > 1, "connections were reset")]
}

/// The server takes what is sent, and its answers do not arrive.
pub(super) fn ack_lost(bench: &mut Bench) -> Vec<Line> {
    let times = bench.pick(2, 100);
    let report = broken(bench, |bench| {
        for _ in 0..times {
            bench.way().set(Way::Deaf);
            sleep(Duration::from_millis(300));
            bench.way().set(Way::Down);
            sleep(Duration::from_millis(50));
            bench.way().set(Way::Open);
            sleep(Duration::from_millis(300));
        }
    });
    vec![bench.line_with("ack_lost", &report).with("times", times)]
}

/// The server takes less than is emitted, and the newest have to go.
pub(super) fn slow(bench: &mut Bench) -> Vec<Line> {
    let time = bench.pick(Duration::from_millis(1_500), Duration::from_secs(60));
    if bench.level == Level::BestEffort {
        bench.buffer = Some("{ memory: 256KiB, when_full: drop_newest }");
    }
    let running = bench.start(bench.pick(8_000, 20_000), &[]);
    sleep(BEFORE);
    bench.way().set(Way::Slow(100_000));
    let (end, mut memory) = (Instant::now() + time, 0);
    while Instant::now() < end {
        memory = memory.max(running.memory());
        sleep(Duration::from_millis(50));
    }
    bench.mend(&running);
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with("slow", &report);
    let bounded = memory < 128 << 20;
    vec![
        line.with("dropped", format_args!("{}({})", report.far("dropped"), report.reasons()))
            .with("memory", megabytes(memory))
            .expect(bounded, "memory is bounded")
            .expect(bench.level == Level::BestEffort || report.far("dropped") == 0, "nothing is dropped"),
    ]
}

/// Emits before, during and after what `fault` does.
fn broken(bench: &mut Bench, fault: impl FnOnce(&mut Bench)) -> crate::Report {
    let running = bench.start(2_000, &[]);
    sleep(BEFORE);
    fault(bench);
    bench.mend(&running);
    let report = bench.stop(running);
    bench.drain();
    report
}

fn microseconds(nanoseconds: u64) -> String {
    format!("{:.1}µs", nanoseconds as f64 / 1_000.0)
}

fn megabytes(bytes: u64) -> String {
    format!("{}MiB", bytes >> 20)
}
