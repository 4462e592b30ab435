//! From a record to bytes.

use super::tags::{self, value as kind};
use tracework_core::{Entry, Record, Reserved, Section, SpanNode, Timestamp, Value};

/// Appends a record. Spans beyond the innermost 128, and whatever else is beyond the limits of the format, are left out.
pub fn encode(record: &Record<'_>, out: &mut Vec<u8>) {
    out.push(tags::VERSION);
    out.extend_from_slice(&record.time().0.to_le_bytes());
    out.extend_from_slice(&[record.severity().number(), record.kind() as u8, marks(record)]);
    out.extend_from_slice(&record.omitted().to_le_bytes());
    out.extend_from_slice(&record.event_number().to_le_bytes());
    text(out, record.message());
    let source = record.source();
    text(out, source.target);
    option(out, source.module);
    option(out, source.file);
    varint(out, source.line.map_or(0, |line| u64::from(line) + 1));
    block(out, |out| {
        option(out, record.thread_name());
        varint(out, record.thread().number);
        out.extend_from_slice(&record.thread().run.to_le_bytes());
    });
    block(out, |out| spans(out, record));
    block(out, |out| metadata(out, record));
    entries(out, record.entries().filter(is_kept));
}

fn marks(record: &Record<'_>) -> u8 {
    let mut marks = 0;
    let all = [
        (tags::MESSAGE_CUT, record.message_cut()),
        (tags::INCOMPLETE, record.incomplete()),
        (tags::INTERNAL, record.internal()),
        (tags::ERROR, record.has_error()),
    ];
    all.into_iter().filter(|(_, is)| *is).for_each(|(mark, _)| marks |= mark);
    marks
}

/// Is it not told elsewhere in the payload?
fn is_kept(entry: &Entry<'_>) -> bool {
    use Reserved::{File, Line, Module, Target, Thread};
    !matches!(entry.reserved(), Some(Target | Module | File | Line | Thread))
}

fn spans(out: &mut Vec<u8>, record: &Record<'_>) {
    let count = record.spans().take(tags::SPANS).count();
    varint(out, count as u64);
    for span in record.spans().take(count) {
        out.push(u8::from(span.is_named()));
        if span.is_named() {
            text(out, span.name());
        }
        span_entries(out, span, record.time());
    }
}

/// The entries of a span as of a time: up to the first name that comes again, then the rest, which were recorded later.
fn span_entries(out: &mut Vec<u8>, span: &SpanNode, time: Timestamp) {
    let all: Vec<_> = span.entries(time).take(tags::ENTRIES).collect();
    let again = |at: usize| all[..at].iter().any(|before| is_same(before, &all[at]));
    let opened = (0..all.len()).find(|&at| again(at)).unwrap_or(all.len());
    for part in [&all[..opened], &all[opened..]] {
        varint(out, part.len() as u64);
        part.iter().for_each(|own| entry(out, own));
    }
}

fn is_same(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    one.section == other.section && one.key == other.key && one.reserved() == other.reserved()
}

fn number(what: Reserved) -> u8 {
    u8::try_from(what.number()).unwrap_or(u8::MAX)
}

fn metadata(out: &mut Vec<u8>, record: &Record<'_>) {
    let shared = record.shared_metadata();
    let pairs = || shared.into_iter().flat_map(|metadata| metadata.iter()).take(tags::METADATA);
    varint(out, pairs().count() as u64);
    for (key, value) in pairs() {
        text(out, key);
        text(out, value);
    }
}

fn entries<'a>(out: &mut Vec<u8>, entries: impl Iterator<Item = Entry<'a>> + Clone) {
    let entries = entries.take(tags::ENTRIES);
    varint(out, entries.clone().count() as u64);
    entries.for_each(|own| entry(out, &own));
}

fn entry(out: &mut Vec<u8>, entry: &Entry<'_>) {
    let key = |out: &mut Vec<u8>| match entry.reserved() {
        Some(what) => out.push(number(what)),
        None => text(out, entry.key),
    };
    put(out, (entry.section, entry.cut), key, entry.value);
}

fn put(out: &mut Vec<u8>, (section, cut): (Section, bool), key: impl FnOnce(&mut Vec<u8>), value: Value<'_>) {
    let at = out.len();
    out.extend_from_slice(&[kind::NULL, section as u8 | if cut { tags::CUT } else { 0 }]);
    key(out);
    out[at] = payload(out, value);
}

/// Appends a value and says what kind it is.
fn payload(out: &mut Vec<u8>, value: Value<'_>) -> u8 {
    match value {
        Value::Bool(value) => {
            out.push(u8::from(value));
            kind::BOOL
        }
        Value::I64(number) => fixed(out, kind::I64, &number.to_le_bytes()),
        Value::U64(number) => fixed(out, kind::U64, &number.to_le_bytes()),
        Value::I128(number) => fixed(out, kind::I128, &number.to_le_bytes()),
        Value::U128(number) => fixed(out, kind::U128, &number.to_le_bytes()),
        Value::F64(number) => fixed(out, kind::F64, &number.to_bits().to_le_bytes()),
        Value::Str(own) => texts(out, kind::STR, own),
        Value::Text(own) => texts(out, kind::TEXT, own),
        Value::Json(own) => texts(out, kind::JSON, own),
        Value::Bytes(bytes) => {
            varint(out, bytes.len() as u64);
            fixed(out, kind::BYTES, bytes)
        }
        Value::Error(chain) => {
            let messages = || std::iter::once(chain.message()).chain(chain.causes()).take(tags::CAUSES);
            varint(out, messages().count() as u64);
            messages().for_each(|message| text(out, message));
            kind::ERROR
        }
        _ => kind::NULL,
    }
}

fn fixed(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) -> u8 {
    out.extend_from_slice(bytes);
    kind
}

fn texts(out: &mut Vec<u8>, kind: u8, own: &str) -> u8 {
    text(out, own);
    kind
}

fn text(out: &mut Vec<u8>, text: &str) {
    varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn option(out: &mut Vec<u8>, own: Option<&str>) {
    out.push(u8::from(own.is_some()));
    own.into_iter().for_each(|own| text(out, own));
}

#[expect(clippy::cast_possible_truncation, reason = "the low seven bits")]
fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends what `write` writes, its length before it.
fn block(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    write(out);
    let mut length = Vec::with_capacity(10);
    varint(&mut length, (out.len() - at) as u64);
    out.splice(at..at, length);
}
