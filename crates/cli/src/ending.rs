//! How a run ends: all is delivered, as long as anything moves, and what was not is told.

use crate::output;
use crate::report::Report;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tracework::Control;
use tracework::engine::Health;

/// How long a destination may stand still unless the command line says something else.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// How often is looked whether anything moves.
const LOOK: Duration = Duration::from_millis(5);

/// Waits until everything is delivered, as long as anything moves within `timeout`, ends the pipeline, and gives its
/// account.
pub(crate) fn end(control: &Control, started: Instant, timeout: Duration) -> Report {
    let (done, times) = drain(control, started, timeout);
    // What stood still for so long is not waited for again.
    let patience = if done { Duration::from_secs(5) } else { Duration::from_secs(1) };
    close(control, started, times, patience)
}

/// Ends the pipeline without waiting for what stands still.
pub(crate) fn end_now(control: &Control, started: Instant) -> Report {
    close(control, started, BTreeMap::new(), Duration::from_secs(1))
}

fn close(control: &Control, started: Instant, times: BTreeMap<String, Duration>, patience: Duration) -> Report {
    let ended = control.shutdown(patience);
    let buffer = control.health().buffer;
    let time = started.elapsed();
    Report { destinations: ended.destinations, errors: ended.errors, buffer, times, time }
}

/// Waits until everything is delivered, what was left on disk too, as long as anything moves; is it? It says how long after
/// `started` nothing waited any more for each destination.
fn drain(control: &Control, started: Instant, timeout: Duration) -> (bool, BTreeMap<String, Duration>) {
    let mut times = BTreeMap::new();
    // Once: each flush has those that wait to try again do so at once.
    let flushing = control.clone();
    let flushed = std::thread::spawn(move || flushing.flush(Duration::MAX));
    let done = while_moving(control, timeout, |health| {
        for (name, _) in health.destinations.iter().filter(|(_, one)| one.ledger.pending == 0) {
            times.entry(name.clone()).or_insert_with(|| started.elapsed());
        }
        flushed.is_finished()
    });
    (done, times)
}

/// Waits until it is `over`; `false` if before that nothing moved for `timeout`.
pub(crate) fn while_moving(control: &Control, timeout: Duration, mut over: impl FnMut(&Health) -> bool) -> bool {
    let mut moved = (Instant::now(), 0);
    loop {
        let health = control.health();
        if over(&health) {
            return true;
        }
        let rows = health.destinations.values().map(|one| &one.ledger);
        let done = rows.map(|row| row.delivered + row.dead_lettered + row.lost()).sum::<u64>();
        if done != moved.1 {
            moved = (Instant::now(), done);
        } else if moved.0.elapsed() >= timeout {
            return false;
        }
        std::thread::sleep(LOOK);
    }
}

/// Tells all of it as JSON if that was asked for, else what is left on disk.
pub(crate) fn tell(report: &Report, as_json: bool) {
    if as_json {
        output::err(&report.to_json());
    } else {
        tell_spooled(report);
    }
}

/// Tells what is left on disk.
fn tell_spooled(report: &Report) {
    for (name, count) in report.spooled() {
        let wait = if count == 1 { "record waits" } else { "records wait" };
        output::err(&format!("tracework: {count} {wait} on disk for `{name}`, and will be delivered by the next run"));
    }
}

/// Says what was lost or refused; the code is 0 if nothing was.
pub(crate) fn verdict(report: &Report) -> ExitCode {
    let (lost, dead) = (report.lost(), report.dead());
    let records = |count: u64| if count == 1 { "1 record was".to_owned() } else { format!("{count} records were") };
    if lost == 0 && dead == 0 {
        return ExitCode::SUCCESS;
    }
    let mut parts = Vec::new();
    if lost > 0 {
        parts.push(format!("{} lost", records(lost)));
    }
    if dead > 0 {
        parts.push(format!("{} refused for ever", records(dead)));
    }
    let mut text = format!("tracework: {}", parts.join(", "));
    for line in report.failures() {
        text.push_str("\n  ");
        text.push_str(&line);
    }
    output::err(&text);
    ExitCode::FAILURE
}
