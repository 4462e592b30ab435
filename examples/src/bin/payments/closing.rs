//! What is told at the end.

use crate::load::Load;
use crate::status::grouped;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tracework::ShutdownReport;

/// The requests, the ledger and the files.
pub(crate) fn text(report: &ShutdownReport, load: &Load, time: Duration, folder: &Path) -> String {
    let count = |counter: &AtomicU64| grouped(counter.load(Ordering::Relaxed));
    let mut text = format!(
        "\n{} requests answered in {:.1} s ({} of them declined or failed at the provider), {} unanswered.\n\nThe ledger:\n",
        count(&load.answered),
        time.as_secs_f64(),
        count(&load.refused),
        count(&load.unanswered)
    );
    write_ledger(report, &mut text);
    write_files(folder, &mut text);
    text
}

fn write_ledger(report: &ShutdownReport, text: &mut String) {
    // Writing into a string does not fail, here and below.
    let _ = writeln!(
        text,
        "  {:<10} {:>12} {:>13} {:>11} {:>8} {:>9}",
        "to", "accepted  =", "delivered  +", "dropped  +", "dead  +", "waiting"
    );
    for (name, row) in &report.destinations {
        let _ = writeln!(
            text,
            "  {name:<10} {:>9} {:>13} {:>11} {:>8} {:>12}",
            grouped(row.accepted),
            grouped(row.delivered),
            grouped(row.lost()),
            grouped(row.dead_lettered),
            grouped(row.pending)
        );
        for (reason, dropped) in &row.dropped {
            let _ = writeln!(text, "             {} lost: {}", grouped(*dropped), reason.reason());
        }
    }
    let total = &report.total;
    let _ = match (total.lost, total.pending) {
        (0, 0) => writeln!(text, "Nothing was lost."),
        (lost, pending) => {
            writeln!(text, "{} were lost, {} not delivered in time.", grouped(lost), grouped(pending))
        }
    };
}

fn write_files(folder: &Path, text: &mut String) {
    let _ = writeln!(text, "\nThe files:");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = files.map(|file| file.path()).filter(|path| path.is_file()).collect();
    files.sort();
    for path in files {
        let bytes = path.metadata().map_or(0, |about| about.len());
        let _ = writeln!(text, "  {}   {} bytes", path.display(), grouped(bytes));
    }
}
