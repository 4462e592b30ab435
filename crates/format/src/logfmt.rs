//! logfmt: `name=value` pairs in a line.

use crate::shared::{
    self, Context, Dialect, Pairs, Role, Said, Setup, Site, error_pairs, has_field, is_cut, is_taken, is_whole,
    metadata_of, named_spans, tags_around, tags_of, write_fields, write_missing, write_span,
};
use crate::text::Words;
use crate::{Names, Zone, escape, number};
use tracework_core::{Description, Format, Kind, Record, Reserved, Source, SpanNode, Timestamp, Value};

/// logfmt: `time=2026-01-15T10:30:45.123456Z level=INFO target=auth_service msg="user authenticated" method=password`.
///
/// There is no standard; this is what [go-logfmt](https://pkg.go.dev/github.com/go-logfmt/logfmt) reads. Values that are not
/// one plain word are JSON strings. In names, what logfmt cannot tell becomes `_`. Names are one flat space:
/// a field called as one of the line's own is written `fields.level`; behind the fields follow the context, then
/// `span=request:charge` and the fields of the spans as `request.method=POST`, then the metadata, where a name that is
/// there already becomes `context.NAME` or `metadata.NAME`.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::Logfmt;
///
/// assert!(Logfmt::new().identity().is_some());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Logfmt {
    setup: Setup<Kept>,
}

/// What is kept between records.
type Kept = shared::Kept<Site, Around, Pairs>;

#[derive(Debug, Default)]
struct Around {
    /// ` category=..`.
    category: Vec<u8>,
    /// ` tags=..`.
    tags: Vec<u8>,
    context: Pairs,
    /// ` span=request:charge request.method=POST`.
    spans: Vec<u8>,
    cut: bool,
}

impl Logfmt {
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

/// The names that a line has itself.
const TAKEN: &[&str] = &[
    "time",
    "level",
    "kind",
    "category",
    "target",
    "file",
    "line",
    "msg",
    "error.type",
    "error.fingerprint",
    "error.backtrace",
    "tags",
    "span",
    "_truncated",
    "_omitted",
    "_incomplete",
];

/// Names and values of logfmt, each pair with a blank before it.
#[derive(Clone, Copy, Debug)]
struct Flat;

impl Dialect for Flat {
    fn name(&self, out: &mut Vec<u8>, prefix: &str, name: &str) {
        out.push(b' ');
        write_name(out, prefix);
        write_name(out, name);
        if prefix.is_empty() && name.is_empty() {
            out.push(b'_');
        }
        out.push(b'=');
    }

    #[inline]
    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        match value {
            Value::Str(text) | Value::Text(text) | Value::Json(text) => word(out, text),
            Value::Error(_) => word(out, shared::Plain::default().text(&value)),
            other => Words.value(out, other),
        }
    }

    fn is_free(&self, name: &str) -> bool {
        !is_taken(TAKEN, name)
    }

    fn role(&self, _name: &str) -> Role {
        Role::Field
    }
}

fn word(out: &mut Vec<u8>, text: &str) {
    escape::put_word::<escape::Json>(out, text);
}

fn write_name(out: &mut Vec<u8>, name: &str) {
    let told = |c: char| !(c == '=' || c == '"' || c.is_whitespace() || escape::is_dangerous(c));
    let told = name.chars().map(|character| if told(character) { character } else { '_' });
    out.extend(told.flat_map(|character| character.encode_utf8(&mut [0; 4]).bytes().collect::<Vec<_>>()));
}

fn pair(out: &mut Vec<u8>, name: &str, text: &str) {
    Flat.name(out, "", name);
    word(out, text);
}

fn write_source(out: &mut Vec<u8>, source: &Source<'_>) {
    if !source.target.is_empty() {
        pair(out, "target", source.target);
    }
    if let Some(file) = source.file {
        pair(out, "file", file);
    }
    if let Some(line) = source.line {
        out.extend_from_slice(b" line=");
        number::unsigned(out, line.into());
    }
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        for (name, value) in context.iter() {
            around.context.push(name, value, "context.", &Flat);
        }
        if let Some(category) = span.inherited(Reserved::Category, time).and_then(|value| value.as_str()) {
            pair(&mut around.category, "category", category);
        }
        let tags = tags_around(span, time);
        if !tags.is_empty() {
            pair(&mut around.tags, "tags", &tags.join(","));
        }
        around.write_spans(span, time, &context);
        around.cut = is_cut(span, time);
        around
    }

    fn write_spans(&mut self, span: &SpanNode, time: Timestamp, context: &Context<'_>) {
        let spans = named_spans(span);
        let path: Vec<_> = spans.iter().map(|span| span.name()).collect();
        if !path.is_empty() {
            pair(&mut self.spans, "span", &path.join(":"));
        }
        for span in spans {
            let prefix = format!("{}.", span.name());
            let inside = Prefixed(&prefix);
            write_span(&mut self.spans, span, time, &inside, |entry| !context.took(span, entry.key));
        }
    }
}

/// The fields of a span: all have its name before theirs.
struct Prefixed<'a>(&'a str);

impl Dialect for Prefixed<'_> {
    fn name(&self, out: &mut Vec<u8>, _prefix: &str, name: &str) {
        Flat.name(out, self.0, name);
    }

    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        Flat.value(out, value);
    }
}

fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, sites, leaves, settled } = kept;
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || Site::new(callsite, &Flat, write_source)));
    let around =
        record.span_node().map(|span| leaves.get(span, record.time(), || Around::new(span, record.time(), names)));

    out.extend_from_slice(b"time=");
    stamp.rfc3339(out, record.time());
    out.extend_from_slice(b" level=");
    out.extend_from_slice(record.severity().name().as_bytes());
    if record.kind() != Kind::Log {
        pair(out, "kind", record.kind().name());
    }
    write_said(out, record, said, around);
    Site::put(site, out, record, said, write_source);
    pair(out, "msg", record.message());
    let seen = write_fields(out, record, site.map(|site| &site.keys), &Flat);
    let none = Pairs::default();
    let context = around.map_or(&none, |around| &around.context);
    context.write(out, "context.", seen.names, &Flat, |name| has_field(record, name));
    out.extend_from_slice(around.map_or(&[], |around| &around.spans));
    let own = seen.metadata.then(|| metadata(record, true));
    let metadata = own.as_ref().unwrap_or_else(|| settled.get(record, || metadata(record, false)));
    metadata.write(out, "metadata.", seen.names | context.names(), &Flat, |name| {
        has_field(record, name) || context.has(name)
    });
    if names.has_event_id() {
        let name = if has_field(record, "event_id") { "tracework.event_id" } else { "event_id" };
        pair(out, name, record.event_id().write(&mut [0; 36]));
    }
    error_pairs(record, |name, value| pair(out, name, value));
    if !is_whole(record, seen.cut || said.cut || around.is_some_and(|around| around.cut)) {
        write_missing(record, |name, value| pair(out, name, value));
    }
    out.push(b'\n');
}

fn metadata(record: &Record<'_>, own: bool) -> Pairs {
    let mut pairs = Pairs::default();
    metadata_of(record, own, |name, value| pairs.push(name, value, "metadata.", &Flat));
    pairs
}

/// Appends the category and the tags.
fn write_said(out: &mut Vec<u8>, record: &Record<'_>, said: Said, around: Option<&Around>) {
    if said.category || said.tags {
        if let Some(category) = record.category() {
            pair(out, "category", category);
        }
        let tags: Vec<_> = tags_of(record).collect();
        if !tags.is_empty() {
            pair(out, "tags", &tags.join(","));
        }
    } else if let Some(around) = around {
        out.extend_from_slice(&around.category);
        out.extend_from_slice(&around.tags);
    }
}

impl Format for Logfmt {
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
        Some(self.setup.say(Description::new("logfmt")))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("logfmt {}", self.setup.identity()))
    }
}
