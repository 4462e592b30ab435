//! What came of it, as a table.

use crate::Level;
use crate::table::grouped;
use std::fmt;

/// What became of the lines at one destination.
#[derive(Clone, Debug)]
pub struct Row {
    /// The destination.
    pub name: &'static str,
    /// What it promises.
    pub level: Level,
    /// Records that were meant for it.
    pub accepted: u64,
    /// Records that the ledger says were delivered.
    pub delivered: u64,
    /// Different records at the far end, counted by the server's own means.
    pub counted: u64,
    /// Lines that are not there.
    pub lost: u64,
    /// Arrivals after a line's first.
    pub duplicates: u64,
    /// From the start of the program until nothing waited for it.
    pub seconds: f64,
    /// Was it dead while the lines were piped?
    pub dead: bool,
}

impl Row {
    /// Is everything there, and once?
    #[must_use]
    pub fn is_whole(&self, lines: u64) -> bool {
        [self.accepted, self.delivered, self.counted] == [lines; 3] && (self.lost, self.duplicates) == (0, 0)
    }
}

/// What became of all of them.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// A row for each destination.
    pub rows: Vec<Row>,
    /// Destinations whose servers are not there.
    pub left_out: Vec<&'static str>,
    /// Lines that were piped.
    pub lines: u64,
    /// The most memory that it held at once, in bytes.
    pub memory: u64,
    /// What it said beside its report.
    pub told: String,
}

impl Outcome {
    /// Is everything everywhere, and once?
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rows.iter().all(|row| row.is_whole(self.lines))
    }
}

/// A table of Markdown, and a line about the whole.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| destination | level | accepted | delivered | counted at the far end | lost | duplicates | done after |\n")?;
        f.write_str("|---|---|--:|--:|--:|--:|--:|--:|\n")?;
        for row in &self.rows {
            let level = if row.level == Level::AtLeastOnce { "at least once" } else { "best effort" };
            let numbers = [row.accepted, row.delivered, row.counted, row.lost, row.duplicates].map(grouped).join(" | ");
            let done = if row.dead { "dead; once it lived".to_owned() } else { format!("{:.1} s", row.seconds) };
            writeln!(f, "| {} | {level} | {numbers} | {done} |", row.name)?;
        }
        for name in &self.left_out {
            writeln!(f, "| {name} | left out: its server is not there | | | | | | |")?;
        }
        let living = self.rows.iter().filter(|row| !row.dead).map(|row| row.seconds);
        let done = living.fold(0.0, f64::max);
        let (lines, memory) = (grouped(self.lines), self.memory / (1 << 20));
        let rate = self.lines as f64 / done;
        write!(
            f,
            "\n{lines} lines, the last destination done after {done:.1} s ({rate:.0} lines/s), {memory} MiB at the most"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            name: "file",
            level: Level::AtLeastOnce,
            accepted: 1_000,
            delivered: 1_000,
            counted: 1_000,
            lost: 0,
            duplicates: 0,
            seconds: 1.25,
            dead: false,
        }
    }

    #[test]
    fn whole_is_everything_once() {
        assert!(row().is_whole(1_000) && !row().is_whole(1_001));
        let spoilt: [fn(&mut Row); 5] = [
            |row| row.accepted = 999,
            |row| row.delivered = 999,
            |row| row.counted = 999,
            |row| row.lost = 1,
            |row| row.duplicates = 1,
        ];
        for spoil in spoilt {
            let mut row = row();
            spoil(&mut row);
            assert!(!row.is_whole(1_000), "{row:?}");
        }
    }

    #[test]
    fn a_row_is_a_line_of_the_table() {
        let outcome =
            Outcome { rows: vec![row()], left_out: vec!["redis"], lines: 1_000, memory: 5 << 20, told: String::new() };
        let text = outcome.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[2], "| file | at least once | 1,000 | 1,000 | 1,000 | 0 | 0 | 1.2 s |");
        assert!(lines[3].starts_with("| redis | left out"), "{text}");
        assert_eq!(lines[5], "1,000 lines, the last destination done after 1.2 s (800 lines/s), 5 MiB at the most");
    }
}
