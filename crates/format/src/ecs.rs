//! The Elastic Common Schema.

use crate::json::{Dialect as JsonDialect, NotFinite, object, string, write_spans, write_tags};
use crate::shared::{Context, Dialect as _, fields_of, first_error, metadata_of, tags_of, write_missing};
use crate::time::Stamp;
use crate::{Names, number};
use tracework_core::{Format, Record, Value};

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
    names: Names,
    stamp: Stamp,
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

impl Ecs {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    fn write_head(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"@timestamp\":\"");
        self.stamp.rfc3339(out, record.time());
        out.extend_from_slice(b"\",\"log.level\":\"");
        out.extend_from_slice(record.severity().name().as_bytes());
        out.extend_from_slice(b"\",\"message\":");
        string(out, record.message());
        out.extend_from_slice(b",\"ecs.version\":\"8.11.0\",\"event.severity\":");
        number::unsigned(out, record.severity().number().into());
        let source = record.source();
        pair(out, "log.logger", Value::Str(source.target));
        if let Some(file) = source.file {
            pair(out, "log.origin.file.name", Value::Str(file));
        }
        if let Some(line) = source.line {
            pair(out, "log.origin.file.line", Value::U64(line.into()));
        }
        write_tags(out, tags_of(record));
    }

    /// Appends `,"tracework":{..}`: what the schema has no name for.
    fn write_rest(&self, record: &Record<'_>, context: &Context<'_>, out: &mut Vec<u8>) {
        object(out, ",\"tracework\":", |out| {
            pair(out, "kind", Value::Str(record.kind().name()));
            if let Some(category) = record.category() {
                pair(out, "category", Value::Str(category));
            }
            if let Some(module) = record.source().module {
                pair(out, "module", Value::Str(module));
            }
            object(out, ",\"context\":", |out| {
                let rest = context.iter().filter(|(name, _)| schema_name(CONTEXT, name).is_none());
                rest.for_each(|(name, value)| pair(out, name, value));
            });
            object(out, ",\"fields\":", |out| {
                let rest = fields_of(record).filter(|entry| schema_name(FIELDS, entry.key).is_none());
                rest.for_each(|entry| pair(out, entry.key, entry.value));
            });
            if let Some(span) = record.span_node() {
                write_spans(out, ",\"spans\":", (span, record.time()), context, NotFinite::Null);
            }
            write_missing(record, |name, value| pair(out, name, Value::Str(value)));
        });
    }
}

/// Appends the first error among the fields as `error.message`, and with its causes as `error.stack_trace`.
fn write_error(out: &mut Vec<u8>, record: &Record<'_>) {
    let Some(chain) = first_error(record) else { return };
    pair(out, "error.message", Value::Str(chain.message()));
    let causes: Vec<_> = chain.causes().map(|cause| format!("\nCaused by: {cause}")).collect();
    pair(out, "error.stack_trace", Value::Str(&format!("{}{}", chain.message(), causes.concat())));
}

impl Format for Ecs {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        self.write_head(record, out);
        let leaf = record.span_node();
        let context = leaf.map_or_else(Context::default, |span| Context::inside(span, record.time(), &self.names));
        for (name, value) in context.iter() {
            if let Some(name) = schema_name(CONTEXT, name) {
                pair(out, name, value);
            }
        }
        for entry in fields_of(record) {
            if let Some(name) = schema_name(FIELDS, entry.key) {
                pair(out, name, entry.value);
            }
        }
        write_error(out, record);
        metadata_of(record, true, |name, value| {
            if let Some(name) = schema_name(METADATA, name) {
                pair(out, name, value);
            }
        });
        object(out, ",\"labels\":", |out| {
            metadata_of(record, true, |name, value| {
                if schema_name(METADATA, name).is_none() {
                    pair(out, name, value);
                }
            });
        });
        self.write_rest(record, &context, out);
        out.extend_from_slice(b"}\n");
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn identity(&self) -> Option<String> {
        Some(format!("ecs {}", self.names.identity()))
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }
}
