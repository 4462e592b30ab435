//! How a run ends: all is delivered, as long as anything moves, and what was not is told.

use crate::output;
use crate::report::Report;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tracework::Control;

/// How long a destination may stand still unless the command line says something else.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Waits until everything is delivered, as long as anything moves within `timeout`, ends the pipeline, and gives its
/// account.
pub(crate) fn end(control: &Control, started: Instant, timeout: Duration) -> Report {
    let times = drain(control, started, timeout);
    // What stood still for so long is not waited for again.
    let ended = control.shutdown(timeout.min(Duration::from_secs(5)));
    let buffer = control.health().buffer;
    let time = started.elapsed();
    Report { destinations: ended.destinations, errors: ended.errors, buffer, times, time }
}

/// Waits until everything is delivered, what was left on disk too, as long as anything moves. It says how long after
/// `started` nothing waited any more for each destination.
fn drain(control: &Control, started: Instant, timeout: Duration) -> BTreeMap<String, Duration> {
    let (mut moved, mut times) = ((Instant::now(), 0), BTreeMap::new());
    loop {
        let report = control.flush(Duration::from_millis(500));
        let done = report.delivered + report.dead + report.lost;
        for (name, _) in control.health().destinations.into_iter().filter(|(_, one)| one.ledger.pending == 0) {
            times.entry(name).or_insert_with(|| started.elapsed());
        }
        if report.pending + report.spooled == 0 {
            return times;
        }
        if done != moved.1 {
            moved = (Instant::now(), done);
        } else if moved.0.elapsed() >= timeout {
            return times;
        }
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
