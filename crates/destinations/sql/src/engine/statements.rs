//! Statements that insert several rows.

use crate::layout::Layout;
use crate::name::TableName;
use crate::rows::{Filling, piece};
use crate::url::Kind;
use std::ops::Range;
use std::sync::Arc;

/// Statements that insert 1, 2, 4, .. rows, made when they are first needed. Any number of rows is put together from
/// these, so an engine has only a few to prepare and to keep.
#[derive(Debug)]
pub(super) struct Statements {
    head: String,
    row: String,
    most_rows: usize,
    /// That of `2^n` rows at `n`.
    made: Vec<Option<Arc<str>>>,
}

impl Statements {
    /// Those of a table, of at most `most_rows`; an engine takes `most_values` in one statement.
    pub(super) fn new(
        table: &TableName,
        layout: &Layout,
        kind: Kind,
        (most_rows, most_values): (usize, usize),
    ) -> Self {
        let width = layout.columns.len();
        Self {
            head: format!("INSERT INTO {} ({}) VALUES ", table.quoted(kind), layout.list(kind)),
            row: format!("({})", vec!["?"; width].join(",")),
            most_rows: most_rows.min(most_values / width.max(1)).max(1),
            made: Vec::new(),
        }
    }

    /// The statement for the first rows of `range`, of at most `most_bytes`, and those rows.
    pub(super) fn next(
        &mut self,
        rows: &mut Filling<'_>,
        range: &Range<usize>,
        most_bytes: usize,
    ) -> (Arc<str>, Range<usize>) {
        let rows = rows.first(range.end.min(range.start + self.most_rows));
        let fitting = piece(rows, range, self.most_rows, most_bytes).len().max(1);
        let power = fitting.ilog2() as usize;
        if self.made.len() <= power {
            self.made.resize(power + 1, None);
        }
        let count = 1 << power;
        let (head, row) = (&self.head, &self.row);
        let make = || format!("{head}{}", vec![row.as_str(); count].join(",")).into();
        (Arc::clone(self.made[power].get_or_insert_with(make)), range.start..range.start + count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Dialect;
    use crate::rows::Rows;
    use crate::shape::Shape;
    use tracework_format::Places;
    use tracework_testkit::{Bundle, TestRecord};

    #[test]
    fn any_number_of_rows_is_put_together_from_powers_of_two() {
        let layout = Layout::of([("id", "event_id"), ("m", "message")]).expect("columns");
        let table = TableName::new("t").expect("a name");
        let records = (0..13).map(|at| TestRecord::new(format!("{at}")).build()).collect();
        let bundle = Bundle::of_records(records);
        let counts = |most_values: usize, most_bytes: usize| {
            bundle.with(|batch| {
                let (mut rows, mut places) = (Rows::default(), Places::new());
                let shapes = (&layout, &[Shape::Text; 2][..]);
                let mut rows = Filling::new(&mut rows, batch.records(), shapes, Dialect::MySql, &mut places);
                let mut statements = Statements::new(&table, &layout, Kind::MySql, (512, most_values));
                let (mut range, mut counts) = (0..batch.len(), Vec::new());
                while !range.is_empty() {
                    let (statement, taken) = statements.next(&mut rows, &range, most_bytes);
                    assert_eq!(statement.matches('?').count(), taken.len() * 2);
                    assert!(statement.starts_with("INSERT INTO `t` (`id`, `m`) VALUES ("));
                    counts.push(taken.len());
                    range.start = taken.end;
                }
                counts
            })
        };
        assert_eq!(counts(1_000, 1 << 20), [8, 4, 1]);
        assert_eq!(counts(8, 1 << 20), [4, 4, 4, 1]);
        assert_eq!(counts(1_000, 1), [1; 13]);
    }
}
