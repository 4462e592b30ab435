//! The Elastic Common Schema.

use crate::json::{Dialect as JsonDialect, NotFinite, object, string, write_spans, write_tags};
use crate::shared::{
    self, Context, Dialect, Role, Said, Seen, Setup, Site, fields_of, has_field, has_own_trace, is_cut, is_whole,
    metadata_of, tags_of, write_fields, write_missing,
};
use crate::time::Stamp;
use crate::{Names, number};
use tracework_core::{Description, Format, Record, RecordError, Source, SpanNode, Timestamp, Value};

/// The Elastic Common Schema ([fields](https://www.elastic.co/docs/reference/ecs/ecs-field-reference), as its
/// [logging libraries](https://github.com/elastic/ecs-logging/tree/main/spec) write them), one object a line.
///
/// What the schema has a name for stands there: of the context `user.id`, `session.id`, `http.request.id`, `cloud.provider`,
/// `url.path` and `client.ip`; of the metadata `service.name`, `service.version`, `service.environment`,
/// `host.name`, `cloud.region`, `process.pid` and `process.thread.name`; of the fields `trace.id`, `span.id`, `event.id`, and
/// the first error as `error.message` and `error.stack_trace`. All other metadata are `labels`; fields, spans and the
/// other context are in `tracework`. `NaN` and the infinities are `null`.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::Ecs;
///
/// assert_eq!(Ecs::new().identity(), Ecs::default().identity());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ecs {
    setup: Setup<Kept>,
}

/// What is kept between records.
type Kept = shared::Kept<Site, Around, Vec<u8>>;

/// What is made once for a span and all around it.
#[derive(Debug, Default)]
struct Around {
    /// `,"user.id":..`.
    known: Vec<u8>,
    /// `,"context":{..}`.
    context: Vec<u8>,
    /// `,"trace.id":"..","span.id":".."`.
    trace: Vec<u8>,
    /// `,"spans":[..]`.
    spans: Vec<u8>,
    cut: bool,
}

/// Our names of context, and the schema's.
const CONTEXT: &[(&str, &str)] = &[
    ("user_id", "user.id"),
    ("session_id", "session.id"),
    ("request_id", "http.request.id"),
    ("provider", "cloud.provider"),
    ("endpoint", "url.path"),
    ("ip_address", "client.ip"),
];

/// Our names of metadata, and the schema's.
const METADATA: &[(&str, &str)] = &[
    ("service", "service.name"),
    ("version", "service.version"),
    ("environment", "service.environment"),
    ("host", "host.name"),
    ("region", "cloud.region"),
    ("pid", "process.pid"),
    ("thread", "process.thread.name"),
];

/// Our names of fields, and the schema's.
const FIELDS: &[(&str, &str)] =
    &[("trace_id", "trace.id"), ("span_id", "span.id"), ("event_id", "event.id"), ("function", "log.origin.function")];

const OBJECT: JsonDialect<'static> = JsonDialect { names: None, taken: &[], not_finite: NotFinite::Null };

fn schema_name(names: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    names.iter().find(|(ours, _)| *ours == name).map(|(_, theirs)| *theirs)
}

fn pair(out: &mut Vec<u8>, name: &str, value: Value<'_>) {
    OBJECT.key(out, name);
    OBJECT.value(out, value);
}

/// The fields that the schema has no name for.
struct Rest;

impl Dialect for Rest {
    fn name(&self, out: &mut Vec<u8>, prefix: &str, name: &str) {
        OBJECT.name(out, prefix, name);
    }

    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        OBJECT.value(out, value);
    }

    fn role(&self, name: &str) -> Role {
        if schema_name(FIELDS, name).is_some() { Role::Lifted } else { Role::Field }
    }
}

impl Ecs {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names) }
    }
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        object(&mut around.context, ",\"context\":", |out| {
            for (name, value) in context.beside_trace() {
                match schema_name(CONTEXT, name) {
                    Some(name) => pair(&mut around.known, name, value),
                    None => pair(out, name, value),
                }
            }
        });
        for (name, value) in context.trace() {
            pair(&mut around.trace, schema_name(FIELDS, name).unwrap_or(name), value);
        }
        write_spans(&mut around.spans, ",\"spans\":", (span, time), &context, NotFinite::Null);
        around.cut = is_cut(span, time);
        around
    }
}

fn write_source(out: &mut Vec<u8>, source: &Source<'_>) {
    if !source.target.is_empty() {
        pair(out, "log.logger", Value::Str(source.target));
    }
    if let Some(file) = source.file {
        pair(out, "log.origin.file.name", Value::Str(file));
    }
    if let Some(line) = source.line {
        pair(out, "log.origin.file.line", Value::U64(line.into()));
    }
}

fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, sites, leaves, settled } = kept;
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || Site::new(callsite, &Rest, write_source)));
    let around =
        record.span_node().map(|span| leaves.get(span, record.time(), || Around::new(span, record.time(), names)));

    write_head(stamp, record, out);
    Site::put(site, out, record, said, write_source);
    write_tags(out, tags_of(record));
    out.extend_from_slice(around.map_or(&[], |around| &around.known));
    // The fields come first, to know what they ask for, and go where the schema wants them.
    let mut fields = Vec::new();
    let keys = site.map(|site| &site.keys);
    let seen = object(&mut fields, ",\"fields\":", |out| write_fields(out, record, keys, &Rest));
    if let Some(around) = around.filter(|_| !(seen.lifted && has_own_trace(record))) {
        out.extend_from_slice(&around.trace);
    }
    if names.has_event_id() && !has_field(record, "event_id") {
        pair(out, "event.id", Value::Str(record.event_id().write(&mut [0; 36])));
    }
    write_known(out, record, seen);
    if seen.metadata {
        write_metadata(out, record);
    } else {
        out.extend_from_slice(settled.get(record, || {
            let mut metadata = Vec::new();
            write_metadata(&mut metadata, record);
            metadata
        }));
    }
    object(out, ",\"tracework\":", |out| {
        pair(out, "kind", Value::Str(record.kind().name()));
        if let Some(category) = record.category() {
            pair(out, "category", Value::Str(category));
        }
        if names.has_event_id() && has_field(record, "event_id") {
            pair(out, "event_id", Value::Str(record.event_id().write(&mut [0; 36])));
        }
        if let Some(module) = record.source().module {
            pair(out, "module", Value::Str(module));
        }
        out.extend_from_slice(around.map_or(&[], |around| &around.context));
        out.extend_from_slice(&fields);
        out.extend_from_slice(around.map_or(&[], |around| &around.spans));
        if !is_whole(record, seen.cut || said.cut || around.is_some_and(|around| around.cut)) {
            write_missing(record, |name, value| pair(out, name, Value::Str(value)));
        }
    });
    out.extend_from_slice(b"}\n");
}

fn write_head(stamp: &mut Stamp, record: &Record<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"@timestamp\":\"");
    stamp.rfc3339(out, record.time());
    out.extend_from_slice(b"\",\"log.level\":\"");
    out.extend_from_slice(record.severity().name().as_bytes());
    out.extend_from_slice(b"\",\"message\":");
    string(out, record.message());
    out.extend_from_slice(b",\"ecs.version\":\"8.11.0\",\"event.severity\":");
    number::unsigned(out, record.severity().number().into());
}

/// Appends the fields that the schema has a name for, and the error.
fn write_known(out: &mut Vec<u8>, record: &Record<'_>, seen: Seen) {
    if seen.lifted {
        for entry in fields_of(record) {
            if let Some(name) = schema_name(FIELDS, entry.key) {
                pair(out, name, entry.value);
            }
        }
    }
    if let Some(error) = record.error() {
        write_error(out, &error);
    }
}

/// Appends the metadata that the schema has a name for, then the others as `labels`.
fn write_metadata(out: &mut Vec<u8>, record: &Record<'_>) {
    let mut labels = Vec::new();
    object(&mut labels, ",\"labels\":", |labels| {
        metadata_of(record, true, |name, value| match schema_name(METADATA, name) {
            Some(name) => pair(out, name, value),
            None => pair(labels, name, value),
        });
    });
    out.extend_from_slice(&labels);
}

/// Appends the error as `error.type`, `error.message`, `error.code` (its fingerprint), and with its causes and its
/// backtrace as `error.stack_trace`.
#[cold]
fn write_error(out: &mut Vec<u8>, error: &RecordError<'_>) {
    if let Some(name) = error.type_name() {
        pair(out, "error.type", Value::Str(name));
    }
    pair(out, "error.message", Value::Str(error.message()));
    if let Some(fingerprint) = error.fingerprint() {
        pair(out, "error.code", Value::Str(fingerprint));
    }
    let causes = error.causes().map(|cause| format!("\nCaused by: {cause}"));
    let backtrace = error.backtrace().map(|backtrace| format!("\n{backtrace}"));
    let rest: String = causes.chain(backtrace).collect();
    pair(out, "error.stack_trace", Value::Str(&format!("{}{rest}", error.message())));
}

impl Format for Ecs {
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
        Some(self.setup.say_names(Description::new("ecs")))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("ecs {}", self.setup.identity()))
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }
}
