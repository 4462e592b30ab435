//! How an object ends: fields with a place of their own, the first error, and what was cut.

use super::around::Around;
use super::value::{Dialect, NotFinite, string};
use crate::shared::{Dialect as _, Role, Said, Seen, fields_of, has_own_trace};
use crate::{Names, escape, number};
use tracework_core::{Entry, Record, RecordError, Section};

/// Appends what a plain record does not have.
#[inline]
pub(super) fn write(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    (seen, said): (Seen, Said),
    dialect: &Dialect<'_>,
    around: Option<&Around>,
) {
    let cut_around = around.map_or(&[][..], |around| &around.cut);
    let trace = around.map_or(&[][..], |around| &around.trace);
    if !seen.lifted || !has_own_trace(record) {
        out.extend_from_slice(trace);
    }
    if seen.lifted {
        write_lifted(out, record, dialect);
    }
    if dialect.names.is_some_and(Names::has_event_id) {
        write_event_id(out, record);
    }
    if let Some(error) = record.error() {
        write_error(out, &error);
    }
    let cut = seen.cut || said.cut || record.message_cut() || !cut_around.is_empty();
    if cut || record.omitted() > 0 || record.incomplete() {
        write_truncated(out, record, cut_around);
    }
}

/// Appends `,"event_id":".."`.
pub(super) fn write_event_id(out: &mut Vec<u8>, record: &Record<'_>) {
    out.extend_from_slice(b",\"event_id\":\"");
    out.extend_from_slice(record.event_id().write(&mut [0; 36]).as_bytes());
    out.push(b'"');
}

/// Appends the fields that have a place of their own.
fn write_lifted(out: &mut Vec<u8>, record: &Record<'_>, dialect: &Dialect<'_>) {
    let bare = Dialect { names: None, taken: &[], not_finite: NotFinite::Text };
    for entry in fields_of(record).filter(|entry| dialect.role(entry.key) == Role::Lifted) {
        bare.key(out, entry.key);
        bare.value(out, entry.value);
    }
}

/// Appends `,"error":{"type":..,"message":..,"chain":[..],"fingerprint":..,"backtrace":..}`, without what is not known.
#[cold]
fn write_error(out: &mut Vec<u8>, error: &RecordError<'_>) {
    out.extend_from_slice(b",\"error\":{");
    if let Some(name) = error.type_name() {
        out.extend_from_slice(b"\"type\":");
        string(out, name);
        out.push(b',');
    }
    out.extend_from_slice(b"\"message\":");
    string(out, error.message());
    out.extend_from_slice(b",\"chain\":[");
    for (at, cause) in error.causes().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        string(out, cause);
    }
    out.push(b']');
    if let Some(fingerprint) = error.fingerprint() {
        out.extend_from_slice(b",\"fingerprint\":");
        string(out, fingerprint);
    }
    if let Some(backtrace) = error.backtrace() {
        out.extend_from_slice(b",\"backtrace\":");
        string(out, backtrace);
    }
    out.push(b'}');
}

/// Appends `,"_truncated":{"keys":[..],"omitted":3,"incomplete":true}`, without what does not apply.
fn write_truncated(out: &mut Vec<u8>, record: &Record<'_>, cut_around: &[u8]) {
    out.extend_from_slice(b",\"_truncated\":");
    let open = out.len();
    let mut keys = Vec::new();
    if record.message_cut() {
        keys.extend_from_slice(b",\"message\"");
    }
    for entry in record.entries().filter(|entry| entry.cut) {
        let prefix = match entry.section {
            Section::Field => "fields.",
            Section::Metadata => "metadata.",
            Section::Reserved => "",
        };
        write_path(&mut keys, prefix, &entry);
    }
    keys.extend_from_slice(cut_around);
    if let Some((_comma, keys)) = keys.split_first() {
        out.extend_from_slice(b",\"keys\":[");
        out.extend_from_slice(keys);
        out.push(b']');
    }
    if record.omitted() > 0 {
        out.extend_from_slice(b",\"omitted\":");
        number::unsigned(out, record.omitted().into());
    }
    if record.incomplete() {
        out.extend_from_slice(b",\"incomplete\":true");
    }
    out[open] = b'{';
    out.push(b'}');
}

/// Appends `,"PREFIXname"`.
pub(super) fn write_path(out: &mut Vec<u8>, prefix: &str, entry: &Entry<'_>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(prefix.as_bytes());
    match entry.reserved() {
        Some(what) => out.extend_from_slice(format!("{what:?}").to_lowercase().as_bytes()),
        None => escape::put::<escape::Json>(out, entry.key),
    }
    out.push(b'"');
}
