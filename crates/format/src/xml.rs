//! XML, one element a line.

use crate::shared::{
    self, Context, Dialect, Plain, Said, Setup, Site, is_cut, is_whole, metadata_of, named_spans, tags_of,
    write_fields, write_missing, write_span,
};
use crate::time::Stamp;
use crate::{Names, Zone, escape, json, number};
use tracework_core::{Description, Format, Record, RecordError, Source, SpanNode, Timestamp, Value};

/// XML 1.0, one element a line, without a prolog or a root, so that files can be cut and joined at any line.
///
/// `docs/specs/record.xsd` describes the element. It is well formed whatever the record contains: line ends and other
/// dangerous characters that XML allows are character references, those that no XML document may hold become U+FFFD.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::Xml;
///
/// assert_eq!(Xml::new().media_type(), "application/xml; charset=utf-8");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Xml {
    setup: Setup<Kept>,
}

/// What is kept between records.
type Kept = shared::Kept<Site, Around, Vec<u8>>;

#[derive(Debug, Default)]
struct Around {
    /// `<context name="..">..</context>`.
    context: Vec<u8>,
    /// `<span name=".."><field ..>..</field></span>`.
    spans: Vec<u8>,
    cut: bool,
}

impl Xml {
    /// The default: in UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time zone of the timestamps.
    #[must_use]
    pub fn zone(self, zone: Zone) -> Self {
        Self { setup: self.setup.zone(zone) }
    }

    /// Sets which fields have a place of their own.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names) }
    }
}

/// Names and values as elements: `<field name="a" type="integer">1</field>`.
#[derive(Clone, Copy, Debug)]
struct Elements(&'static str);

impl Dialect for Elements {
    fn name(&self, out: &mut Vec<u8>, _prefix: &str, name: &str) {
        out.push(b'<');
        out.extend_from_slice(self.0.as_bytes());
        attribute(out, "name", name);
    }

    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        if let Some(kind) = type_of(&value) {
            attribute(out, "type", kind);
        }
        out.push(b'>');
        match value {
            Value::Str(text) | Value::Text(text) | Value::Json(text) => escape::put::<escape::Markup>(out, text),
            Value::U64(_) | Value::I64(_) | Value::Bool(_) => json::value(out, value, json::NotFinite::Null),
            Value::Null => {}
            other => escape::put::<escape::Markup>(out, Plain::default().text(&other)),
        }
        out.extend_from_slice(b"</");
        out.extend_from_slice(self.0.as_bytes());
        out.push(b'>');
    }
}

fn type_of(value: &Value<'_>) -> Option<&'static str> {
    Some(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) => "integer",
        Value::F64(_) => "number",
        Value::Bytes(_) => "bytes",
        Value::Json(_) => "json",
        Value::Error(_) => "error",
        _ => return None,
    })
}

const FIELD: Elements = Elements("field");
const CONTEXT: Elements = Elements("context");
const METADATA: Elements = Elements("metadata");

fn attribute(out: &mut Vec<u8>, name: &str, text: &str) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    escape::put::<escape::Markup>(out, text);
    out.push(b'"');
}

fn element(out: &mut Vec<u8>, name: &str, text: &str) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    escape::put::<escape::Markup>(out, text);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn write_source(out: &mut Vec<u8>, source: &Source<'_>) {
    if !source.target.is_empty() {
        attribute(out, "target", source.target);
    }
    if let Some(module) = source.module {
        attribute(out, "module", module);
    }
    if let Some(file) = source.file {
        attribute(out, "file", file);
    }
    if let Some(line) = source.line {
        out.extend_from_slice(b" line=\"");
        number::unsigned(out, line.into());
        out.push(b'"');
    }
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        for (name, value) in context.iter() {
            CONTEXT.key(&mut around.context, name);
            CONTEXT.value(&mut around.context, value);
        }
        for span in named_spans(span) {
            around.spans.extend_from_slice(b"<span");
            attribute(&mut around.spans, "name", span.name());
            around.spans.push(b'>');
            write_span(&mut around.spans, span, time, &FIELD, |entry| !context.took(span, entry.key));
            around.spans.extend_from_slice(b"</span>");
        }
        around.cut = is_cut(span, time);
        around
    }
}

fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, sites, leaves, settled } = kept;
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || Site::new(callsite, &FIELD, write_source)));
    let around =
        record.span_node().map(|span| leaves.get(span, record.time(), || Around::new(span, record.time(), names)));

    write_start(stamp, record, out);
    if names.has_event_id() {
        attribute(out, "event_id", record.event_id().write(&mut [0; 36]));
    }
    Site::put(site, out, record, said, write_source);
    out.push(b'>');
    element(out, "message", record.message());
    for tag in tags_of(record) {
        element(out, "tag", tag);
    }
    out.extend_from_slice(around.map_or(&[], |around| &around.context));
    let seen = write_fields(out, record, site.map(|site| &site.keys), &FIELD);
    out.extend_from_slice(around.map_or(&[], |around| &around.spans));
    if seen.metadata {
        write_metadata(out, record, true);
    } else {
        out.extend_from_slice(settled.get(record, || {
            let mut metadata = Vec::new();
            write_metadata(&mut metadata, record, false);
            metadata
        }));
    }
    if let Some(error) = record.error() {
        write_error(out, &error);
    }
    if !is_whole(record, seen.cut || said.cut || around.is_some_and(|around| around.cut)) {
        write_missing(record, |name, value| element(out, name.trim_start_matches('_'), value));
    }
    out.extend_from_slice(b"</record>\n");
}

/// Appends `<record time=".." level=".." kind=".."`, and the category.
fn write_start(stamp: &mut Stamp, record: &Record<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<record time=\"");
    stamp.rfc3339(out, record.time());
    out.extend_from_slice(b"\" level=\"");
    out.extend_from_slice(record.severity().name().as_bytes());
    out.extend_from_slice(b"\" kind=\"");
    out.extend_from_slice(record.kind().name().as_bytes());
    out.push(b'"');
    if let Some(category) = record.category() {
        attribute(out, "category", category);
    }
}

fn write_metadata(out: &mut Vec<u8>, record: &Record<'_>, own: bool) {
    metadata_of(record, own, |name, value| {
        METADATA.key(out, name);
        METADATA.value(out, value);
    });
}

/// Appends `<error><type>..</type><message>..</message><cause>..</cause></error>`, with the fingerprint and the backtrace.
#[cold]
fn write_error(out: &mut Vec<u8>, error: &RecordError<'_>) {
    out.extend_from_slice(b"<error>");
    error.type_name().into_iter().for_each(|name| element(out, "type", name));
    element(out, "message", error.message());
    error.causes().for_each(|cause| element(out, "cause", cause));
    error.fingerprint().into_iter().for_each(|fingerprint| element(out, "fingerprint", fingerprint));
    error.backtrace().into_iter().for_each(|backtrace| element(out, "backtrace", backtrace));
    out.extend_from_slice(b"</error>");
}

impl Format for Xml {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let (names, kept) = self.setup.kept(Kept::new);
        encode(kept, names, record, out);
    }

    fn write_event_ids(&mut self) {
        self.setup.write_event_ids();
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn as_config(&self) -> Option<Description> {
        Some(self.setup.say(Description::new("xml")))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("xml {}", self.setup.identity()))
    }

    fn media_type(&self) -> &'static str {
        "application/xml; charset=utf-8"
    }
}
