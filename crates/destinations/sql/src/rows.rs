//! Records as rows: what stands in each column, as text.

use crate::layout::{Dialect, Layout};
use crate::shape::{Shape, Written};
use std::ops::Range;
use tracework_core::{Record, Value};
use tracework_format::{Found, Place, PlaceKind, Places};

/// The most bytes of one column of one row. A longer text is cut, and what is longer as JSON is replaced by a note of its
/// length; the column `truncated` says so.
pub(crate) const LONGEST: usize = 1 << 20;

/// The rows of a batch.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    width: usize,
}

/// What stands in one column of one row.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Text { start: usize, end: usize },
    Bytes { start: usize, end: usize },
}

/// The same, to be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    Null,
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// The same, for an engine that need not know whether a text is one.
#[cfg(feature = "sqlite")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raw<'a> {
    Null,
    Text(&'a [u8]),
    Bytes(&'a [u8]),
}

impl Content<'_> {
    /// How many bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Content::Null => 0,
            Content::Text(text) => text.len(),
            Content::Bytes(bytes) => bytes.len(),
        }
    }
}

/// What was done to a row so that the table takes it.
#[derive(Debug, Default)]
struct Mended {
    /// The places whose NUL characters were replaced.
    replaced: Vec<usize>,
    /// The places that were too long.
    too_long: Vec<usize>,
}

/// The rows of a batch, made when they are needed: while the database is busy with some, the next are made.
pub(crate) struct Filling<'a> {
    rows: &'a mut Rows,
    records: &'a [Record<'a>],
    layout: &'a Layout,
    shapes: &'a [Shape],
    engine: Dialect,
    places: &'a mut Places,
}

impl<'a> Filling<'a> {
    /// Those of `records`, for columns that take `shapes`.
    pub(crate) fn new(
        rows: &'a mut Rows,
        records: &'a [Record<'a>],
        (layout, shapes): (&'a Layout, &'a [Shape]),
        engine: Dialect,
        places: &'a mut Places,
    ) -> Self {
        rows.clear(layout.columns.len());
        Self { rows, records, layout, shapes, engine, places }
    }

    /// The rows, of which at least the first `count` are made, if there are so many.
    pub(crate) fn first(&mut self, count: usize) -> &Rows {
        let made = self.rows.len();
        for record in self.records.iter().take(count).skip(made) {
            self.rows.push(record, self.layout, self.shapes, self.engine, self.places);
        }
        self.rows
    }

    /// Makes those of `range`, and nothing else, in a room of their own.
    #[cfg(feature = "sqlite")]
    pub(crate) fn make(&mut self, range: Range<usize>, room: &mut Rows) {
        room.clear(self.layout.columns.len());
        for record in &self.records[range] {
            room.push(record, self.layout, self.shapes, self.engine, self.places);
        }
    }

    /// Makes a few more, up to the first `most`; `false` if these are made.
    #[cfg(feature = "mysql")]
    pub(crate) fn some_more(&mut self, most: usize) -> bool {
        const FEW: usize = 16;
        let most = most.min(self.records.len());
        let made = self.rows.len();
        if made < most {
            self.first(most.min(made + FEW));
        }
        made < most
    }
}

impl Rows {
    /// Forgets all rows; those that come have so many columns.
    fn clear(&mut self, width: usize) {
        self.bytes.clear();
        self.cells.clear();
        self.width = width;
    }

    fn push(&mut self, record: &Record<'_>, layout: &Layout, shapes: &[Shape], engine: Dialect, places: &mut Places) {
        let mut mended = Mended::default();
        let first = self.cells.len();
        for (at, (column, &shape)) in layout.columns.iter().zip(shapes).enumerate() {
            let mut cell = self.cell(&column.place, shape, record, engine, places);
            self.bound(&mut cell, &column.place, at, &mut mended);
            if engine == Dialect::Postgres {
                self.without_nul(&mut cell, &column.place, shape, at, &mut mended);
            }
            self.cells.push(cell);
        }
        if !mended.replaced.is_empty() || !mended.too_long.is_empty() {
            self.note(first, layout, &mended);
        }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    /// What stands in the columns of a row.
    pub(crate) fn row(&self, at: usize) -> impl Iterator<Item = Content<'_>> + Clone {
        self.cells[at * self.width..(at + 1) * self.width].iter().map(|cell| self.content(*cell))
    }

    /// What stands in one column of a row.
    pub(crate) fn at(&self, row: usize, column: usize) -> Content<'_> {
        self.content(self.cells[row * self.width + column])
    }

    /// What stands in the columns of a row, not looked at as texts.
    #[cfg(feature = "sqlite")]
    #[inline]
    pub(crate) fn raw(&self, at: usize) -> impl Iterator<Item = Raw<'_>> {
        self.cells[at * self.width..(at + 1) * self.width].iter().map(|cell| match *cell {
            Cell::Null => Raw::Null,
            Cell::Text { start, end } => Raw::Text(&self.bytes[start..end]),
            Cell::Bytes { start, end } => Raw::Bytes(&self.bytes[start..end]),
        })
    }

    /// How many bytes stand in a row.
    pub(crate) fn size(&self, row: usize) -> usize {
        self.row(row).map(|content| content.len()).sum()
    }

    fn content(&self, cell: Cell) -> Content<'_> {
        match cell {
            Cell::Null => Content::Null,
            // Only whole texts were put there.
            Cell::Text { start, end } => {
                Content::Text(std::str::from_utf8(&self.bytes[start..end]).unwrap_or_default())
            }
            Cell::Bytes { start, end } => Content::Bytes(&self.bytes[start..end]),
        }
    }

    fn cell(&mut self, place: &Place, shape: Shape, record: &Record<'_>, engine: Dialect, places: &mut Places) -> Cell {
        let start = self.bytes.len();
        let written = match places.find(place, record, &mut self.bytes) {
            Found::Value(value) => shape.write(&value, engine, &mut self.bytes),
            Found::Text if place.kind() == PlaceKind::EventId && shape == Shape::Bytes => {
                self.bytes.truncate(start);
                shape.write(&Value::Bytes(&record.event_id().to_bytes()), engine, &mut self.bytes)
            }
            Found::Text if shape == Shape::Json => {
                let text = self.bytes.split_off(start);
                shape.write(&Value::Str(std::str::from_utf8(&text).unwrap_or_default()), engine, &mut self.bytes)
            }
            Found::Text | Found::Json => Written::Text,
            Found::Time(time) if shape == Shape::Number => {
                shape.write(&Value::I64(time.0.div_euclid(1000)), engine, &mut self.bytes)
            }
            Found::Time(time) => {
                places.time(time, &mut self.bytes);
                if engine.kind() == Dialect::MySql.kind() {
                    // Its times know no zone; the `Z` would be a warning.
                    self.bytes.pop();
                }
                Written::Text
            }
            _ => Written::Nothing,
        };
        let end = self.bytes.len();
        match written {
            Written::Nothing => Cell::Null,
            Written::Text => Cell::Text { start, end },
            Written::Bytes => Cell::Bytes { start, end },
        }
    }

    /// Cuts what is too long.
    fn bound(&mut self, cell: &mut Cell, place: &Place, at: usize, mended: &mut Mended) {
        match cell {
            Cell::Text { start, end } if *end - *start > LONGEST => {
                mended.too_long.push(at);
                if place.kind() == PlaceKind::Json {
                    let note = format!("{{\"_bytes\":{}}}", *end - *start);
                    self.bytes.truncate(*start);
                    self.bytes.extend_from_slice(note.as_bytes());
                } else {
                    let boundary = |at: &usize| self.bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
                    let cut = (*start..=*start + LONGEST).rev().find(boundary).unwrap_or(*start);
                    self.bytes.truncate(cut);
                }
                *end = self.bytes.len();
            }
            Cell::Bytes { start, end } if *end - *start > LONGEST => {
                mended.too_long.push(at);
                *end = *start + LONGEST;
                self.bytes.truncate(*end);
            }
            _ => {}
        }
    }

    /// Replaces NUL, which PostgreSQL has in no text, by U+FFFD; in JSON the escapes of NUL and of half characters, which
    /// its `jsonb` refuses. What was just appended is at the end.
    fn without_nul(&mut self, cell: &mut Cell, place: &Place, shape: Shape, at: usize, mended: &mut Mended) {
        let Cell::Text { start, end } = cell else { return };
        let json = shape == Shape::Json || place.kind() == PlaceKind::Json;
        let made = if json { mend_json(&self.bytes[*start..]) } else { mend_text(&self.bytes[*start..]) };
        if let Some(made) = made {
            mended.replaced.push(at);
            self.bytes.truncate(*start);
            self.bytes.extend_from_slice(&made);
            *end = self.bytes.len();
        }
    }

    /// Says in the column for it, if there is one, what was done to the row whose cells begin at `first`.
    fn note(&mut self, first: usize, layout: &Layout, mended: &Mended) {
        let is = |place: &Place| place.name() == "truncated";
        let Some(at) = layout.columns.iter().position(|column| is(&column.place)) else { return };
        let mut note = match self.content(self.cells[first + at]) {
            Content::Text(text) => text.trim_end_matches('}').to_owned(),
            _ => "{".to_owned(),
        };
        for (name, columns) in [("replaced", &mended.replaced), ("too_long", &mended.too_long)] {
            if !columns.is_empty() {
                let names: Vec<_> = columns.iter().map(|&at| format!("\"{}\"", layout.columns[at].name)).collect();
                let comma = if note.len() > 1 { "," } else { "" };
                note.push_str(&format!("{comma}\"{name}\":[{}]", names.join(",")));
            }
        }
        note.push('}');
        let start = self.bytes.len();
        self.bytes.extend_from_slice(note.as_bytes());
        self.cells[first + at] = Cell::Text { start, end: self.bytes.len() };
    }
}

/// The rows of `range`, as far as they are of at most `bytes` and `rows`; one at the least.
pub(crate) fn piece(rows: &Rows, range: &Range<usize>, most_rows: usize, most_bytes: usize) -> Range<usize> {
    let mut bytes = 0;
    let mut end = range.start;
    while end < range.end && end - range.start < most_rows {
        bytes += rows.size(end);
        if end > range.start && bytes > most_bytes {
            break;
        }
        end += 1;
    }
    range.start..end
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

fn mend_text(text: &[u8]) -> Option<Vec<u8>> {
    if !text.contains(&0) {
        return None;
    }
    let mut made = Vec::with_capacity(text.len() + 8);
    for &byte in text {
        if byte == 0 { made.extend_from_slice(REPLACEMENT) } else { made.push(byte) }
    }
    Some(made)
}

/// `\u0000` and halves of surrogate pairs that stand alone become `\ufffd`.
fn mend_json(json: &[u8]) -> Option<Vec<u8>> {
    let mut made: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(escape) = json[at..].iter().position(|&byte| byte == b'\\').map(|ahead| at + ahead) {
        let code = unit(json, escape);
        let next = match code {
            Some(0xd800..=0xdbff) if matches!(unit(json, escape + 6), Some(0xdc00..=0xdfff)) => escape + 12,
            Some(0 | 0xd800..=0xdfff) => {
                let made = made.get_or_insert_with(|| json.to_vec());
                made[escape..escape + 6].copy_from_slice(b"\\ufffd");
                escape + 6
            }
            Some(_) => escape + 6,
            None => escape + 2,
        };
        at = next.min(json.len());
    }
    made
}

/// The number of the escape `\uXXXX` that stands at `at`.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracework_testkit::{Bundle, TestRecord};

    #[test]
    fn nul_and_half_characters_are_replaced_and_nothing_else() {
        let mended = |json: &str| mend_json(json.as_bytes()).map(|made| String::from_utf8(made).expect("a text"));
        for whole in [r#""a\\u0000""#, r#""\n\u0001\"""#, r#""\ud83d\ude00""#, "{}", r#""\\""#] {
            assert_eq!(mended(whole), None, "{whole}");
        }
        assert_eq!(mended(r#""a\u0000b\\\u0000""#).as_deref(), Some(r#""a\ufffdb\\\ufffd""#));
        assert_eq!(mended(r#""\ud83d \ude00 \uD800""#).as_deref(), Some(r#""\ufffd \ufffd \ufffd""#));
        assert_eq!(mend_text(b"a\0b"), Some("a\u{fffd}b".into()));
    }

    fn filled(record: TestRecord, layout: &Layout, engine: Dialect) -> Rows {
        let mut rows = Rows::default();
        let shapes = vec![Shape::Text; layout.columns.len()];
        Bundle::of_records(vec![record.build()]).with(|batch| {
            Filling::new(&mut rows, batch.records(), (layout, &shapes), engine, &mut Places::new()).first(1);
        });
        rows
    }

    #[test]
    fn what_is_too_long_is_cut_and_flagged() {
        let layout = Layout::of([("m", "message"), ("f", "fields"), ("t", "truncated")]).expect("columns");
        let long = "ä".repeat(LONGEST);
        let record = TestRecord::new("x").write(move |draft| {
            draft.field(tracework_core::Key::Name("long"), Value::Str(&long));
        });
        // The limits of a draft hold it well below; so it is bounded here by hand.
        let rows = filled(record, &layout, Dialect::Sqlite);
        assert_eq!(rows.len(), 1);
        let mut rows = Rows { bytes: vec![b'x'; LONGEST + 9], cells: vec![], width: 1 };
        let mut cell = Cell::Text { start: 3, end: LONGEST + 9 };
        let mut mended = Mended::default();
        rows.bound(&mut cell, &layout.columns[0].place, 0, &mut mended);
        assert_eq!(rows.content(cell).len(), LONGEST);
        let mut rows = Rows { bytes: vec![b'x'; LONGEST + 9], cells: vec![], width: 1 };
        let mut cell = Cell::Text { start: 0, end: LONGEST + 9 };
        rows.bound(&mut cell, &layout.columns[1].place, 1, &mut mended);
        assert_eq!(rows.content(cell), Content::Text("{\"_bytes\":1048585}"));
        assert_eq!(mended.too_long, [0, 1]);
    }

    #[test]
    fn nul_in_a_text_of_postgres_is_replaced_and_flagged() {
        let layout = Layout::of([("m", "message"), ("t", "truncated")]).expect("columns");
        let rows = filled(TestRecord::new("a\0b"), &layout, Dialect::Postgres);
        assert_eq!(rows.at(0, 0), Content::Text("a\u{fffd}b"));
        assert_eq!(rows.at(0, 1), Content::Text("{\"replaced\":[\"m\"]}"));
        let rows = filled(TestRecord::new("a\0b"), &layout, Dialect::Sqlite);
        assert_eq!((rows.at(0, 0), rows.at(0, 1)), (Content::Text("a\0b"), Content::Null));
    }
}
