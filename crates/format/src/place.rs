//! The parts of a record for destinations that have a place for each: columns of a table, headers of a message.

use crate::json::{self, Dialect as JsonDialect, NotFinite, object, string, write_spans};
use crate::part::{self, Part};
use crate::shared::{Context, Dialect as _, Leaves, Plain, Settled, Setup, fields_of, metadata_of, thread_label};
use crate::shared::{cut_names, tags_of};
use crate::time::Stamp;
use crate::{Names, number};
use std::fmt;
use tracework_core::{Description, Record, SpanNode, Timestamp, Value};

/// A part of a record by its name.
///
/// | name | is |
/// |---|---|
/// | `event_id` | the id of the event |
/// | `time` | when |
/// | `severity` | how serious, as a number of OpenTelemetry: 9 is INFO, 17 is ERROR |
/// | `line` | the line in the source file, a number |
/// | `level` `kind` `category` `target` `module` `file` `thread` `message` `service` | a text |
/// | `trace_id` `span_id` | of the record itself, else of the innermost span that has one |
/// | `error` `error.type` `error.fingerprint` `error.backtrace` | a text, if it carries an error |
/// | `tags` | a JSON list |
/// | `fields` `context` `metadata` | a JSON object |
/// | `spans` | a JSON list of objects, the outermost first |
/// | `truncated` | a JSON object that says what is missing of it, if something is |
/// | `field.NAME` `context.NAME` `metadata.NAME` | one value |
///
/// ```
/// use tracework_format::{Place, PlaceKind};
///
/// assert_eq!(Place::named("context.user_id")?.kind(), PlaceKind::Value);
/// assert!(Place::named("massage").is_err());
/// # Ok::<(), tracework_format::UnknownPlace>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    name: Box<str>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Part(Part),
    Severity,
    Trace(&'static str),
    Truncated,
}

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceKind {
    /// The id of the event.
    EventId,
    /// A time.
    Time,
    /// A small whole number.
    Number,
    /// A text.
    Text,
    /// A JSON object or list.
    Json,
    /// A value of any kind.
    Value,
}

/// What was found in a place.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Found<'a> {
    /// Nothing: the record has no such part.
    Nothing,
    /// A time.
    Time(Timestamp),
    /// A text, appended to the bytes that were handed over.
    Text,
    /// JSON, appended to the bytes that were handed over.
    Json,
    /// A value.
    Value(Value<'a>),
}

/// The name of a place that no record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace(pub String);

impl fmt::Display for UnknownPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = "severity, trace_id, span_id, truncated";
        write!(f, "`{}` is no part of a record; there are {more}, {}", self.0.escape_debug(), part::NAMES)
    }
}

impl std::error::Error for UnknownPlace {}

impl Place {
    /// The place of this name.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn named(name: &str) -> Result<Self, UnknownPlace> {
        let what = match name {
            "severity" => Some(What::Severity),
            "trace_id" => Some(What::Trace("trace_id")),
            "span_id" => Some(What::Trace("span_id")),
            "truncated" => Some(What::Truncated),
            _ => Part::named(name).map(What::Part),
        };
        what.map(|what| Self { name: name.into(), what }).ok_or_else(|| UnknownPlace(name.to_owned()))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands there.
    #[must_use]
    pub fn kind(&self) -> PlaceKind {
        match &self.what {
            What::Part(Part::EventId) => PlaceKind::EventId,
            What::Part(Part::Time) => PlaceKind::Time,
            What::Severity | What::Part(Part::Line) => PlaceKind::Number,
            What::Part(Part::Tags | Part::Fields | Part::Spans | Part::Context | Part::Metadata) | What::Truncated => {
                PlaceKind::Json
            }
            What::Part(Part::Field(_) | Part::ContextOf(_) | Part::MetadataOf(_)) => PlaceKind::Value,
            What::Part(_) | What::Trace(_) => PlaceKind::Text,
        }
    }
}

/// Finds the parts of records, and keeps what many records share.
///
/// ```
/// use tracework_core::{Record, Value};
/// use tracework_format::{Found, Place, Places};
///
/// fn amount(places: &mut Places, record: &Record<'_>) -> Option<f64> {
///     let place = Place::named("field.amount").ok()?;
///     match places.find(&place, record, &mut Vec::new()) {
///         Found::Value(value) => value.as_f64(),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Places {
    setup: Setup<Kept>,
}

/// What is kept between records.
#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    leaves: Leaves<Around>,
    metadata: Settled<Vec<u8>>,
}

/// What is made once for a span and all around it.
#[derive(Debug)]
struct Around {
    context: Vec<u8>,
    spans: Vec<u8>,
}

impl Places {
    /// With the usual names of context.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names) }
    }

    /// Says the names of context, as a config would.
    #[must_use]
    pub fn say(&self, description: Description) -> Description {
        self.setup.say_names(description)
    }

    /// Appends a time as RFC 3339 in UTC with microseconds: `2026-01-15T10:30:45.123456Z`.
    pub fn time(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        self.kept().1.stamp.rfc3339(out, time);
    }

    fn kept(&mut self) -> (&Names, &mut Kept) {
        self.setup.kept(|stamp| Kept { stamp, leaves: Leaves::default(), metadata: Settled::default() })
    }

    /// What `record` has in `place`. A text or JSON is appended to `out` as it is, nothing escaped but what JSON escapes.
    pub fn find<'a>(&mut self, place: &Place, record: &Record<'a>, out: &mut Vec<u8>) -> Found<'a> {
        match &place.what {
            What::Severity => Found::Value(Value::U64(record.severity().number().into())),
            What::Trace(name) => {
                record.field(name).or_else(|| record.context(name)).map_or(Found::Nothing, Found::Value)
            }
            What::Truncated => truncated(record, out),
            What::Part(part) => self.part(part, record, out),
        }
    }

    fn part<'a>(&mut self, part: &Part, record: &Record<'a>, out: &mut Vec<u8>) -> Found<'a> {
        let value = |value: Option<Value<'a>>| value.map_or(Found::Nothing, Found::Value);
        let text = |text: Option<&'a str>| value(text.map(Value::Str));
        match part {
            Part::Time => Found::Time(record.time()),
            Part::Level => text(Some(record.severity().name())),
            Part::Kind => text(Some(record.kind().name())),
            Part::Category => text(record.category()),
            Part::Target => text(Some(record.target())),
            Part::Module => text(record.source().module),
            Part::File => text(record.source().file),
            Part::Line => value(record.source().line.map(|line| Value::U64(line.into()))),
            Part::Thread => thread(record, out),
            Part::Message => text(Some(record.message())),
            Part::Field(name) => value(record.field(name)),
            Part::ContextOf(name) => value(record.context(name)),
            Part::MetadataOf(name) => match record.metadata(name) {
                None if **name == *"thread" => thread(record, out),
                found => value(found),
            },
            Part::Error => text(record.error().map(|error| error.message())),
            Part::ErrorType => text(record.error().and_then(|error| error.type_name())),
            Part::ErrorFingerprint => text(record.error().and_then(|error| error.fingerprint())),
            Part::ErrorBacktrace => text(record.error().and_then(|error| error.backtrace())),
            Part::EventId => {
                out.extend_from_slice(record.event_id().write(&mut [0; 36]).as_bytes());
                Found::Text
            }
            Part::Tags | Part::Fields | Part::Spans | Part::Context | Part::Metadata => self.json(part, record, out),
        }
    }

    /// Appends a part that is several names and values, or several texts.
    fn json<'a>(&mut self, part: &Part, record: &Record<'_>, out: &mut Vec<u8>) -> Found<'a> {
        let start = out.len();
        let (names, kept) = self.kept();
        match (part, record.span_node()) {
            (Part::Tags, _) => list(out, tags_of(record)),
            (Part::Metadata, _) if record.own_metadata().next().is_some() => write_metadata(out, record),
            (Part::Metadata, _) => {
                let made = kept.metadata.get(record, || {
                    let mut made = Vec::new();
                    write_metadata(&mut made, record);
                    made
                });
                out.extend_from_slice(made);
            }
            (Part::Context | Part::Spans, Some(span)) => {
                let around = kept.leaves.get(span, record.time(), || Around::new(span, record.time(), names));
                out.extend_from_slice(if *part == Part::Spans { &around.spans } else { &around.context });
            }
            (Part::Context | Part::Spans, None) => {}
            _ => object(out, "", |out| fields_of(record).for_each(|entry| pair(out, entry.key, entry.value))),
        }
        if out.len() == start { Found::Nothing } else { Found::Json }
    }
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let context = Context::inside(span, time, names);
        let (mut pairs, mut spans) = (Vec::new(), Vec::new());
        object(&mut pairs, "", |out| context.iter().for_each(|(name, value)| pair(out, name, value)));
        write_spans(&mut spans, "", (span, time), &context, NotFinite::Text);
        Self { context: pairs, spans }
    }
}

const OBJECT: JsonDialect<'static> = JsonDialect { names: None, taken: &[], not_finite: NotFinite::Text };

fn pair(out: &mut Vec<u8>, name: &str, value: Value<'_>) {
    OBJECT.key(out, name);
    OBJECT.value(out, value);
}

fn write_metadata(out: &mut Vec<u8>, record: &Record<'_>) {
    object(out, "", |out| metadata_of(record, true, |name, value| pair(out, name, value)));
}

/// Appends a list of texts; nothing if there are none.
fn list<S: AsRef<str>>(out: &mut Vec<u8>, texts: impl Iterator<Item = S>) {
    let start = out.len();
    for text in texts {
        out.push(if out.len() == start { b'[' } else { b',' });
        string(out, text.as_ref());
    }
    if out.len() > start {
        out.push(b']');
    }
}

fn thread<'a>(record: &Record<'_>, out: &mut Vec<u8>) -> Found<'a> {
    match thread_label(record, &mut String::new()) {
        Some(thread) => {
            out.extend_from_slice(thread.as_bytes());
            Found::Text
        }
        None => Found::Nothing,
    }
}

/// Appends `{"keys":["message","fields.body"],"omitted":3,"incomplete":true}`, without what does not apply.
fn truncated<'a>(record: &Record<'_>, out: &mut Vec<u8>) -> Found<'a> {
    let cut = cut_names(record);
    let found = object(out, "", |out| {
        if !cut.is_empty() {
            out.extend_from_slice(b",\"keys\":");
            list(out, cut.iter());
        }
        if record.omitted() > 0 {
            out.extend_from_slice(b",\"omitted\":");
            number::unsigned(out, record.omitted().into());
        }
        if record.incomplete() {
            out.extend_from_slice(b",\"incomplete\":true");
        }
        !cut.is_empty() || record.omitted() > 0 || record.incomplete()
    });
    if found { Found::Json } else { Found::Nothing }
}

/// The plain text of a value: what [`Display`](fmt::Display) writes, but numbers with the shortest digits, and `NaN`,
/// `Infinity`, `-Infinity`.
///
/// ```
/// use tracework_core::Value;
///
/// let mut out = Vec::new();
/// tracework_format::plain(&Value::F64(0.1 + 0.2), &mut out);
/// assert_eq!(out, b"0.30000000000000004");
/// ```
pub fn plain(value: &Value<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(Plain::default().text(value).as_bytes());
}

/// A value as JSON, as [`Json`](crate::Json) writes it.
///
/// ```
/// use tracework_core::Value;
///
/// let mut out = Vec::new();
/// tracework_format::json_value(&Value::Str("a \"quote\""), &mut out);
/// assert_eq!(out, b"\"a \\\"quote\\\"\"");
/// ```
pub fn json_value(value: &Value<'_>, out: &mut Vec<u8>) {
    json::value(out, *value, NotFinite::Text);
}
