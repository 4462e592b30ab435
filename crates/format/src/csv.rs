//! CSV, for spreadsheets.

use crate::escape;
use crate::json::{Dialect as JsonDialect, NotFinite, object, write_spans};
use crate::part::{self, Part};
use crate::shared::{Context, Dialect as _, Leaves, Settled, Setup, fields_of, metadata_of};
use crate::time::Stamp;
use crate::{Names, Zone};
use std::fmt;
use std::sync::Arc;
use tracework_core::{Description, Format, Record, SpanNode, Timestamp, Value};

/// CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180), but lines end with a line feed alone), with a line of names at the
/// start of a file. Every cell stands between quotes; line ends in it are written as `\n`, so a record is one line.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula
/// ([CWE-1236](https://cwe.mitre.org/data/definitions/1236.html)): before such a text, one that begins with a tab or a
/// carriage return, and one where these follow blanks or quotes, stands a `'`. Numbers are left as they are.
///
/// Fields, spans, context and metadata are one cell each, as JSON.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::Csv;
///
/// let csv = Csv::new().columns(["time", "level", "message", "field.user_id"])?;
/// assert_eq!(csv.header().unwrap(), b"\"time\",\"level\",\"message\",\"field.user_id\"\n");
/// # Ok::<(), tracework_format::UnknownColumn>(())
/// ```
#[derive(Clone, Debug)]
pub struct Csv {
    columns: Columns,
    setup: Setup<Kept>,
}

/// What is kept between records.
#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    leaves: Leaves<Around>,
    settled: Settled<Vec<u8>>,
}

/// The cells that are made once for a span and all around it.
#[derive(Debug)]
struct Around {
    context: Vec<u8>,
    spans: Vec<u8>,
}

/// The columns: each with its name.
type Columns = Arc<[(Box<str>, Part)]>;

const COLUMNS: [&str; 15] = [
    "timestamp",
    "level",
    "kind",
    "category",
    "target",
    "module",
    "file",
    "line",
    "thread",
    "message",
    "tags",
    "context",
    "fields",
    "spans",
    "metadata",
];

/// The name of a column that is no part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn(pub String);

impl fmt::Display for UnknownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no part of a record; there are {}", self.0, part::NAMES)
    }
}

impl std::error::Error for UnknownColumn {}

fn columns_of<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Columns, UnknownColumn> {
    let column = |name: S| {
        let name = name.as_ref();
        Part::named(name).map(|part| (name.into(), part)).ok_or_else(|| UnknownColumn(name.to_owned()))
    };
    names.into_iter().map(column).collect()
}

impl Csv {
    /// All parts of a record, a column each, in UTC.
    #[must_use]
    pub fn new() -> Self {
        Self { columns: columns_of(COLUMNS).unwrap_or_default(), setup: Setup::default() }
    }

    /// Sets the columns: `timestamp`, `level`, `kind`, `category`, `target`, `module`, `file`, `line`, `thread`,
    /// `message`, `tags`, `context`, `fields`, `spans`, `metadata`, `error` (its message), `error.type`,
    /// `error.fingerprint`, `error.backtrace`, `field.NAME`, `context.NAME` and `metadata.NAME`.
    ///
    /// # Errors
    ///
    /// A name is none of these.
    pub fn columns<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> Result<Self, UnknownColumn> {
        Ok(Self { columns: columns_of(names)?, ..self })
    }

    /// Sets the time zone of the timestamps.
    #[must_use]
    pub fn zone(self, zone: Zone) -> Self {
        Self { setup: self.setup.zone(zone), ..self }
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names), ..self }
    }
}

impl Kept {
    fn write_cell(&mut self, part: &Part, record: &Record<'_>, names: &Names, out: &mut Vec<u8>) {
        out.push(b'"');
        let start = out.len();
        if !part.write::<escape::Cell>(out, record, &mut self.stamp) {
            self.write_part(out, part, record, names);
        }
        if looks_like_formula(&out[start..]) && !part.is_number(record) {
            out.insert(start, b'\'');
        }
        out.push(b'"');
    }

    /// Appends fields, context, spans or metadata as JSON in a cell; nothing if there are none.
    fn write_part(&mut self, out: &mut Vec<u8>, part: &Part, record: &Record<'_>, names: &Names) {
        match (part, record.span_node()) {
            (Part::Metadata, _) if record.own_metadata().next().is_some() => {
                out.extend_from_slice(&metadata(record));
            }
            (Part::Metadata, _) => out.extend_from_slice(self.settled.get(record, || metadata(record))),
            (Part::Context | Part::Spans, Some(span)) => {
                let around = self.leaves.get(span, record.time(), || Around::new(span, record.time(), names));
                out.extend_from_slice(if *part == Part::Spans { &around.spans } else { &around.context });
            }
            (Part::Context | Part::Spans, None) => {}
            _ => {
                let fields = |out: &mut Vec<u8>| fields_of(record).for_each(|entry| pair(out, entry.key, entry.value));
                out.extend_from_slice(&cell(|json| object(json, "", fields)));
            }
        }
    }
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let context = Context::inside(span, time, names);
        Self {
            context: cell(|json| {
                object(json, "", |out| context.iter().for_each(|(name, value)| pair(out, name, value)));
            }),
            spans: cell(|json| write_spans(json, "", (span, time), &context, NotFinite::Text)),
        }
    }
}

/// What stands in the cell of the JSON that `write` writes.
fn cell(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let (mut json, mut cell) = (Vec::new(), Vec::new());
    write(&mut json);
    // It is made of texts, so it is one.
    escape::put::<escape::Cell>(&mut cell, std::str::from_utf8(&json).unwrap_or_default());
    cell
}

fn metadata(record: &Record<'_>) -> Vec<u8> {
    cell(|json| object(json, "", |out| metadata_of(record, true, |name, value| pair(out, name, value))))
}

impl Default for Csv {
    fn default() -> Self {
        Self::new()
    }
}

/// Would a spreadsheet take this content of a cell for a formula? Escaped already: `\t` and `\r` stand for a tab and a
/// carriage return. Some read full-width signs as the plain ones.
fn looks_like_formula(cell: &[u8]) -> bool {
    let first = cell.iter().position(|byte| !matches!(byte, b' ' | b'"' | b'\'')).unwrap_or(cell.len());
    let cell = &cell[first..];
    let signs = ["=", "+", "-", "@", "\\t", "\\r", "\\x00", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"];
    signs.iter().any(|sign| cell.starts_with(sign.as_bytes()))
}

const OBJECT: JsonDialect<'static> = JsonDialect { names: None, taken: &[], not_finite: NotFinite::Text };

fn pair(out: &mut Vec<u8>, name: &str, value: Value<'_>) {
    OBJECT.key(out, name);
    OBJECT.value(out, value);
}

impl Format for Csv {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let Self { columns, setup } = self;
        let (names, kept) = setup.kept(|stamp| Kept { stamp, leaves: Leaves::default(), settled: Settled::default() });
        for (at, (_, part)) in columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            kept.write_cell(part, record, names, out);
        }
        out.push(b'\n');
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn header(&self) -> Option<Vec<u8>> {
        let mut header = Vec::new();
        for (name, _) in self.columns.iter() {
            header.extend_from_slice(b",\"");
            escape::put::<escape::Cell>(&mut header, name);
            header.push(b'"');
        }
        header.push(b'\n');
        Some(header.split_off(1))
    }

    fn as_config(&self) -> Option<Description> {
        let list = |columns: &Columns| columns.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
        let description = Description::new("csv");
        let description = description.unless_usual("columns", list(&self.columns), list(&Self::new().columns));
        Some(self.setup.say(description))
    }

    fn identity(&self) -> Option<String> {
        let columns: Vec<_> = self.columns.iter().map(|(name, _)| name).collect();
        Some(format!("csv {columns:?} {}", self.setup.identity()))
    }

    fn media_type(&self) -> &'static str {
        "text/csv; charset=utf-8; header=present"
    }
}
