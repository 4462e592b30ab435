//! The ledger as one JSON object.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use tracework::engine::{DropReason, LastError, LedgerRow};

/// The whole account of a run.
pub(crate) struct Report {
    pub(crate) destinations: BTreeMap<String, LedgerRow>,
    /// The last error of each destination that had one.
    pub(crate) errors: BTreeMap<String, LastError>,
    pub(crate) buffer: LedgerRow,
    /// How long it took until nothing waited any more for a destination. One for which something waits still has none.
    pub(crate) times: BTreeMap<String, Duration>,
    pub(crate) time: Duration,
}

impl Report {
    /// Records that came to nothing: dropped, or not delivered when the program ended.
    pub(crate) fn lost(&self) -> u64 {
        let rows = self.destinations.values().chain([&self.buffer]);
        rows.map(|row| row.lost() + in_memory(row)).sum()
    }

    /// Of each destination that could not be delivered to: the records that are left in its spool.
    pub(crate) fn spooled(&self) -> impl Iterator<Item = (&str, u64)> {
        self.destinations.iter().filter(|(_, row)| row.spooled > 0).map(|(name, row)| (name.as_str(), row.spooled))
    }

    /// Records that no destination will ever accept.
    pub(crate) fn dead(&self) -> u64 {
        self.destinations.values().map(|row| row.dead_lettered).sum()
    }

    /// Of each destination that did not deliver everything: how much, and why.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        let failed = |row: &LedgerRow| row.lost() + in_memory(row) + row.dead_lettered;
        self.destinations.iter().filter(move |(_, row)| failed(row) > 0).map(move |(name, row)| {
            let mut reasons: Vec<&str> = row.dropped.keys().map(|reason| reason.reason()).collect();
            reasons.extend(self.errors.get(name).map(|error| error.message.as_str()));
            format!("{name}: {} of {}: {}", failed(row), row.accepted + row.recovered, reasons.join("; "))
        })
    }

    /// One line of JSON.
    pub(crate) fn to_json(&self) -> String {
        let internal: u64 = self.destinations.values().map(|row| row.internal).sum();
        let mut text = format!(
            "{{\"accepted\":{},\"internal\":{internal},\"lost\":{},\"destinations\":{{",
            self.buffer.accepted,
            self.lost()
        );
        for (number, (name, row)) in self.destinations.iter().enumerate() {
            text.push_str(if number > 0 { "," } else { "" });
            _ = write!(text, "\"{name}\":");
            write_row(&mut text, row);
            if let Some(time) = self.times.get(name) {
                text.pop();
                _ = write!(text, ",\"seconds\":{:.3}}}", time.as_secs_f64());
            }
        }
        text.push_str("},\"buffer\":");
        write_row(&mut text, &self.buffer);
        let seconds = self.time.as_secs_f64();
        _ = write!(text, ",\"peak_rss_bytes\":{},\"seconds\":{seconds:.3}}}", peak_rss());
        text
    }
}

/// Records that waited in memory alone when it was closed.
pub(crate) fn in_memory(row: &LedgerRow) -> u64 {
    row.pending.saturating_sub(row.spooled)
}

/// Names are letters, digits, `_`, `-` and `.`: there is nothing to escape.
fn write_row(text: &mut String, row: &LedgerRow) {
    let LedgerRow { accepted, recovered, delivered, dead_lettered, pending, spooled, retried, .. } = row;
    _ = write!(text, "{{\"accepted\":{accepted},\"recovered\":{recovered},\"delivered\":{delivered},\"dropped\":{{");
    let reasons: Vec<(&str, u64)> = row
        .dropped
        .iter()
        .filter(|&(_, &count)| count > 0)
        .map(|(reason, &count)| (DropReason::name(*reason), count))
        .collect();
    counts(text, reasons);
    _ = write!(text, "}},\"dead_lettered\":{dead_lettered},\"handed_over\":{{");
    counts(text, row.handed_over.iter().map(|(name, &count)| (name.as_str(), count)));
    _ = write!(text, "}},\"pending\":{pending},\"spooled\":{spooled},\"retried\":{retried}}}");
}

fn counts<'a>(text: &mut String, counts: impl IntoIterator<Item = (&'a str, u64)>) {
    for (number, (name, count)) in counts.into_iter().enumerate() {
        text.push_str(if number > 0 { "," } else { "" });
        _ = write!(text, "\"{name}\":{count}");
    }
}

/// The most memory that the program held at once, as Linux tells it; 0 where the system does not.
fn peak_rss() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
