//! The table of docs/reliability.md, out of the lines as they were measured.

use crate::{Level, Line};
use std::fmt::Write as _;

/// A table of Markdown, a row for each line, in the order of the faults and then of the destinations.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from(
        "| fault | destination | level | accepted | acked | delivered | lost | gone | duplicates | worst recovery | besides |\n\
         |---|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n",
    );
    for line in lines {
        let level = match line.level {
            Level::BestEffort => "best effort",
            Level::AtLeastOnce => "at least once",
        };
        let more: Vec<_> =
            line.more.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
        let numbers = [line.accepted, line.acked, line.delivered, line.lost, line.gone, line.duplicates].map(grouped);
        // Writing to a text does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | {level} | {} | {} ms | {} |",
            line.fault.replace('_', " "),
            line.destination,
            numbers.join(" | "),
            line.recovery_ms,
            more.join(", ")
        );
    }
    text
}

/// 1234567 as 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_row() {
        let line = "kill9 file best_effort accepted=1234567 acked=8 delivered=9 lost=0 gone=1 duplicates=0 worst_recovery=12ms runs=3";
        let table = table(&[line.parse().unwrap()]);
        let row = table.lines().last().unwrap();
        assert_eq!(row, "| kill9 | file | best effort | 1,234,567 | 8 | 9 | 0 | 1 | 0 | 12 ms | runs 3 |");
    }
}
