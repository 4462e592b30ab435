//! Several lines a record, for a console.

use super::colors::{BOLD, Colors, DIM};
use super::compact::make_site;
use super::{Kept, Settings, Words};
use crate::escape;
use crate::shared::{Dialect as _, chain, fields_of, metadata_of, span_fields, tags_of, write_missing};
use tracework_core::{Kind, Record, Value};

/// Appends `record`.
pub(super) fn encode(kept: &mut Kept, settings: Settings, record: &Record<'_>, out: &mut Vec<u8>) {
    let colors = settings.colors;
    write_first_line(kept, settings, record, out);
    for entry in fields_of(record) {
        let color = if matches!(entry.value, Value::Error(_)) { Colors::of(record.severity()) } else { BOLD };
        write_line(out, colors, color, entry.key, &entry.value);
    }
    if record.kind() != Kind::Log {
        write_line(out, colors, DIM, "kind", &Value::Str(record.kind().name()));
    }
    if let Some(category) = record.category() {
        write_line(out, colors, DIM, "category", &Value::Str(category));
    }
    let tags: Vec<_> = tags_of(record).collect();
    if !tags.is_empty() {
        write_line(out, colors, DIM, "tags", &Value::Str(&tags.join(", ")));
    }
    if settings.metadata {
        metadata_of(record, true, |name, value| write_line(out, colors, DIM, name, &value));
    }
    if settings.spans {
        write_spans(out, record, colors);
    }
    write_place(out, record, colors);
    write_error(out, record, colors);
    write_missing(record, |name, value| write_line(out, colors, DIM, name, &Value::Str(value)));
}

/// Appends `2026-01-15T10:30:45.123456Z INFO target: message`.
fn write_first_line(kept: &mut Kept, settings: Settings, record: &Record<'_>, out: &mut Vec<u8>) {
    let (colors, severity) = (settings.colors, record.severity());
    colors.paint(out, DIM, |out| kept.stamp.rfc3339(out, record.time()));
    out.push(b' ');
    colors.paint(out, Colors::of(severity), |out| out.extend_from_slice(severity.name().as_bytes()));
    out.push(b' ');
    match record.callsite() {
        Some(callsite) if !record.has_reserved() => {
            out.extend_from_slice(&kept.sites.get(callsite, || make_site(callsite, settings)).target);
        }
        _ => {
            escape::put::<escape::Text>(out, record.target());
            out.extend_from_slice(b": ");
        }
    }
    colors.paint(out, BOLD, |out| escape::put::<escape::Text>(out, record.message()));
    out.push(b'\n');
}

/// Appends `    name: value`.
fn write_line(out: &mut Vec<u8>, colors: Colors, color: &str, name: &str, value: &Value<'_>) {
    out.extend_from_slice(b"    ");
    colors.paint(out, color, |out| escape::put::<escape::Text>(out, name));
    out.extend_from_slice(b": ");
    match *value {
        Value::Error(chain) => {
            escape::put::<escape::Text>(out, chain.message());
            for cause in chain.causes() {
                out.extend_from_slice(b"\n        caused by: ");
                escape::put::<escape::Text>(out, cause);
            }
        }
        Value::Str(text) | Value::Text(text) => escape::put::<escape::Text>(out, text),
        other => Words.value(out, other),
    }
    out.push(b'\n');
}

/// Appends `    in request request_id=7`, the innermost first; a scope of `tracework::context` is `with`.
fn write_spans(out: &mut Vec<u8>, record: &Record<'_>, colors: Colors) {
    let Some(leaf) = record.span_node() else { return };
    for span in chain(leaf) {
        let before = if span.is_named() { "    in " } else { "    with" };
        colors.paint(out, DIM, |out| out.extend_from_slice(before.as_bytes()));
        escape::put::<escape::Text>(out, span.name());
        for entry in span_fields(span, record.time()) {
            Words.key(out, entry.key);
            Words.value(out, entry.value);
        }
        out.push(b'\n');
    }
}

/// Appends the type of the error and its backtrace, a frame a line.
fn write_error(out: &mut Vec<u8>, record: &Record<'_>, colors: Colors) {
    let Some(error) = record.error() else { return };
    if let Some(name) = error.type_name() {
        write_line(out, colors, DIM, "error.type", &Value::Str(name));
    }
    let Some(backtrace) = error.backtrace() else { return };
    colors.paint(out, DIM, |out| out.extend_from_slice(b"    backtrace:"));
    out.push(b'\n');
    for line in backtrace.lines() {
        out.extend_from_slice(b"      ");
        escape::put::<escape::Text>(out, line);
        out.push(b'\n');
    }
}

/// Appends `    at src/login.rs:142`.
fn write_place(out: &mut Vec<u8>, record: &Record<'_>, colors: Colors) {
    let source = record.source();
    let Some(file) = source.file else { return };
    colors.paint(out, DIM, |out| {
        out.extend_from_slice(b"    at ");
        escape::put::<escape::Text>(out, file);
        if let Some(line) = source.line {
            out.push(b':');
            crate::number::unsigned(out, line.into());
        }
    });
    out.push(b'\n');
}
