//! The shape of `tracing-subscriber` 0.3's JSON
//! ([its description](https://docs.rs/tracing-subscriber/0.3/tracing_subscriber/fmt/format/struct.Json.html)).

use super::around::Around;
use super::value::{Dialect, NotFinite, string};
use super::{Kept, head, tail::write_event_id};
use crate::Names;
use crate::shared::{Said, write_fields};
use tracework_core::{Kind, Record, Reserved, Severity};

/// The names among the fields that are written from elsewhere.
const TAKEN: &[&str] = &["message", "tags", "destinations", "category", "log.level", "kind", "severity"];

const DIALECT: Dialect<'static> = Dialect { names: None, taken: TAKEN, not_finite: NotFinite::Null };

/// Appends `record`.
pub(super) fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, sites, leaves, .. } = kept;
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || head::Site::fmt(callsite, &DIALECT)));
    let around = record.span_node().map(|span| leaves.get(span, record.time(), || Around::fmt(span, record.time())));

    out.extend_from_slice(b"{\"timestamp\":\"");
    stamp.rfc3339(out, record.time());
    out.extend_from_slice(b"\",\"level\":\"");
    out.extend_from_slice(level(record.severity()).as_bytes());
    out.extend_from_slice(b"\",\"fields\":");
    let open = out.len();
    if !record.message().is_empty() {
        out.extend_from_slice(b",\"message\":");
        string(out, record.message());
    }
    write_fields(out, record, site.map(|site| &site.keys), &DIALECT);
    write_reserved(out, record);
    if out.len() == open {
        out.push(b'{');
    }
    out[open] = b'{';
    out.push(b'}');
    match site {
        Some(site) if !said.source => out.extend_from_slice(&site.source),
        _ => write_target(out, record.target()),
    }
    if let Some(around) = around {
        out.extend_from_slice(&around.spans);
    }
    if names.has_event_id() {
        write_event_id(out, record);
    }
    out.extend_from_slice(b"}\n");
}

/// Appends `,"target":".."`.
pub(super) fn write_target(out: &mut Vec<u8>, target: &str) {
    out.extend_from_slice(b",\"target\":");
    string(out, target);
}

/// `tracing`'s name of the level; it knows none above ERROR.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::WARNING => "WARN",
        Severity::CRITICAL => "ERROR",
        other => other.name(),
    }
}

/// Appends what `tracing-subscriber` finds among the fields: what the record says about itself.
#[inline]
fn write_reserved(out: &mut Vec<u8>, record: &Record<'_>) {
    let mut part = |name: &str, text: &str| {
        out.extend_from_slice(name.as_bytes());
        string(out, text);
    };
    if record.severity() == Severity::CRITICAL {
        part(",\"severity\":", record.severity().name());
    }
    if record.kind() != Kind::Log {
        part(",\"kind\":", record.kind().name());
    }
    if !record.has_reserved() {
        return;
    }
    for (what, name) in [
        (Reserved::Tags, ",\"tags\":"),
        (Reserved::Destinations, ",\"destinations\":"),
        (Reserved::Category, ",\"category\":"),
        (Reserved::Level, ",\"log.level\":"),
    ] {
        if let Some(text) = record.reserved(what).and_then(|value| value.as_str()) {
            part(name, text);
        }
    }
}
