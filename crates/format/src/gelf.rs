//! GELF 1.1, for Graylog.

use crate::Names;
use crate::json::{NotFinite, string, value};
use crate::number;
use crate::shared::{Context, Plain, fields_of, metadata_of, named_spans, span_fields, tags_of};
use std::ops::Range;
use tracework_core::{Description, Format, Kind, Record, Severity, Value};

/// GELF 1.1 ([its description](https://go2docs.graylog.org/current/getting_in_log_data/gelf.html)), one object a line.
///
/// Fields, context and metadata become additional fields with `_` before their names; what a name cannot hold becomes
/// `_`. A name that is there already is written as `_context.NAME`, `_metadata.NAME` or `_fields.NAME`; fields of spans
/// are `_SPAN.NAME`. GELF knows strings and numbers: all else is a string, and what is no number is left out.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::Gelf;
///
/// assert_eq!(Gelf::new().host("h1").media_type(), "application/x-ndjson");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gelf {
    host: Option<Box<str>>,
    names: Names,
    /// Where the names of the record in hand stand.
    used: Vec<Range<usize>>,
}

impl Gelf {
    /// The default: the host is that of the metadata.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the host; without it, `host` of the metadata, else `-`.
    #[must_use]
    pub fn host(self, host: &str) -> Self {
        Self { host: Some(host.into()), ..self }
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    fn write_head(&self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"version\":\"1.1\",\"host\":");
        let shared = record.metadata("host");
        let host = self.host.as_deref().or_else(|| shared.and_then(|value| value.as_str()));
        string(out, host.filter(|host| !host.is_empty()).unwrap_or("-"));
        out.extend_from_slice(b",\"short_message\":");
        // It must not be empty.
        string(out, if record.message().is_empty() { "-" } else { record.message() });
        out.extend_from_slice(b",\"timestamp\":");
        write_seconds(out, record);
        out.extend_from_slice(b",\"level\":");
        number::unsigned(out, syslog_level(record.severity()));
    }

    /// Appends `,"_name":value`, under a name that is not there yet.
    fn write_extra(&mut self, out: &mut Vec<u8>, prefix: &str, name: &str, given: &Value<'_>) {
        if matches!(given, Value::Null) || matches!(given, Value::F64(number) if !number.is_finite()) {
            return;
        }
        let start = out.len();
        if !self.write_name(out, &[name]) && !self.write_name(out, &[prefix, name]) {
            let mut number = 2_u32;
            while !self.write_name(out, &[prefix, name, ".", itoa::Buffer::new().format(number)]) {
                number += 1;
            }
        }
        self.used.push(start..out.len());
        match *given {
            Value::I64(_) | Value::U64(_) | Value::F64(_) | Value::I128(_) | Value::U128(_) => {
                value(out, *given, NotFinite::Null);
            }
            ref other => string(out, Plain::default().text(other)),
        }
    }

    /// Appends `,"_name":`, letters, digits, `_`, `-` and dots alone; `false` and nothing if it is there already, or is
    /// `_id`, which Graylog keeps for itself.
    fn write_name(&self, out: &mut Vec<u8>, parts: &[&str]) -> bool {
        let start = out.len();
        out.extend_from_slice(b",\"_");
        for part in parts {
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            out.extend(part.chars().map(|c| if known(c) { c as u8 } else { b'_' }));
        }
        out.extend_from_slice(b"\":");
        let (before, name) = out.split_at(start);
        let is_new = name != b",\"_id\":" && self.used.iter().all(|used| &before[used.clone()] != name);
        if !is_new {
            out.truncate(start);
        }
        is_new
    }

    fn write_own(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let source = record.source();
        let tags = tags_of(record).collect::<Vec<_>>().join(",");
        let kind = (record.kind() != Kind::Log).then(|| record.kind().name());
        let parts = [
            ("target", Some(source.target)),
            ("module", source.module),
            ("file", source.file),
            ("kind", kind),
            ("category", record.category()),
            ("tags", (!tags.is_empty()).then_some(tags.as_str())),
        ];
        for (name, text) in parts {
            if let Some(text) = text {
                self.write_extra(out, "", name, &Value::Str(text));
            }
        }
        if let Some(line) = source.line {
            self.write_extra(out, "", "line", &Value::U64(line.into()));
        }
        if self.names.has_event_id() {
            self.write_extra(out, "", "event_id", &Value::Str(record.event_id().write(&mut [0; 36])));
        }
        // GELF's levels do not tell INFO from NOTICE as we do.
        self.write_extra(out, "", "severity", &Value::Str(record.severity().name()));
    }

    fn write_around(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let Some(leaf) = record.span_node() else { return };
        let names = std::mem::take(&mut self.names);
        let context = Context::inside(leaf, record.time(), &names);
        for (name, value) in context.iter() {
            self.write_extra(out, "context.", name, &value);
        }
        let spans = named_spans(leaf);
        let path: Vec<_> = spans.iter().map(|span| span.name()).collect();
        self.write_extra(out, "spans.", "span", &Value::Str(&path.join(":")));
        for span in spans {
            for entry in span_fields(span, record.time()).filter(|entry| !context.took(span, entry.key)) {
                let name = format!("{}.{}", span.name(), entry.key);
                self.write_extra(out, "spans.", &name, &entry.value);
            }
        }
        self.names = names;
    }
}

/// Seconds since 1970 with six decimals.
fn write_seconds(out: &mut Vec<u8>, record: &Record<'_>) {
    let micros = record.time().0.div_euclid(1000);
    if micros < 0 {
        out.push(b'-');
    }
    let micros = micros.unsigned_abs();
    number::unsigned(out, micros / 1_000_000);
    out.push(b'.');
    let within = u32::try_from(micros % 1_000_000).unwrap_or_default();
    out.extend_from_slice(&number::six_digits(within));
}

/// The level of syslog ([RFC 5424 §6.2.1](https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1)).
fn syslog_level(severity: Severity) -> u64 {
    match severity {
        Severity::CRITICAL => 2,
        Severity::ERROR => 3,
        Severity::WARNING => 4,
        Severity::INFO => 6,
        Severity::DEBUG | Severity::TRACE => 7,
    }
}

impl Format for Gelf {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        self.used.clear();
        self.write_head(record, out);
        self.write_own(record, out);
        for entry in fields_of(record) {
            self.write_extra(out, "fields.", entry.key, &entry.value);
        }
        self.write_around(record, out);
        metadata_of(record, true, |name, value| {
            if name != "host" {
                self.write_extra(out, "metadata.", name, &value);
            }
        });
        crate::shared::error_pairs(record, |name, value| {
            self.write_extra(out, "fields.", name, &Value::Str(value));
        });
        crate::shared::write_missing(record, |name, value| {
            self.write_extra(out, "fields.", name, &Value::Str(value));
        });
        out.extend_from_slice(b"}\n");
    }

    fn write_event_ids(&mut self) {
        self.names.usually_event_id();
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("gelf").with_some("host", self.host.as_deref());
        Some(self.names.say(description))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("gelf {:?} {}", self.host, self.names.identity()))
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }
}
