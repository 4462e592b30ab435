//! A record as a `LogRecord`.

use super::resource::convention;
use super::value::{ARRAY, ARRAY_VALUES, LIST, LIST_VALUES, any, int, pair, pair_of, texts};
use super::wire;
use crate::Names;
use crate::shared::{Context, Leaves, Said, Settled, Sites, cut_names, fields_of, has_own_trace, is_cut, named_spans};
use crate::shared::{is_whole, last_of, name_bit, span_fields, tags_of};
use crate::time::Stamp;
use tracework_core::{Callsite, Kind, Record, RecordError, Section, Source, SpanNode, Timestamp, Value};

/// The fields of a `LogRecord`.
const TIME: u32 = 1;
const SEVERITY: u32 = 2;
const SEVERITY_TEXT: u32 = 3;
const BODY: u32 = 5;
const ATTRIBUTES: u32 = 6;
const DROPPED_ATTRIBUTES: u32 = 7;
const TRACE_ID: u32 = 9;
const SPAN_ID: u32 = 10;
const OBSERVED_TIME: u32 = 11;

/// What a record says beside fields, context and metadata.
const OURS: [&str; 16] = [
    "category",
    "code.file.path",
    "code.line.number",
    "code.namespace",
    "error.fingerprint",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "incomplete",
    "kind",
    "log.record.uid",
    "spans",
    "tags",
    "thread.id",
    "thread.name",
    "truncated",
];

/// Is `name` one of ours, or does it begin as a changed one does, so that it could be equal to one?
fn is_ours(name: &str) -> bool {
    OURS.contains(&name) || ["fields.", "context.", "metadata."].iter().any(|prefix| name.starts_with(prefix))
}

/// What is kept between records.
#[derive(Debug)]
pub(super) struct Kept {
    sites: Sites<Site>,
    leaves: Leaves<Around>,
    threads: Settled<Vec<u8>>,
}

impl Kept {
    pub(super) fn new(_: Stamp) -> Self {
        Self { sites: Sites::default(), leaves: Leaves::default(), threads: Settled::default() }
    }
}

/// What is made once for a callsite.
#[derive(Debug)]
struct Site {
    source: Vec<u8>,
    /// Its fields, if each name is there once.
    keys: Option<Box<[Key]>>,
}

#[derive(Debug)]
struct Key {
    /// `KeyValue.key`.
    name: Vec<u8>,
    bit: u64,
    is_trace: bool,
}

impl Site {
    fn new(callsite: &'static Callsite) -> Self {
        let place =
            Source { target: callsite.target, module: callsite.module, file: callsite.file, line: callsite.line };
        let mut source = Vec::new();
        write_source(&mut source, &place);
        let names = &callsite.fields;
        let unique = names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
        let key = |&name: &&'static str| {
            let mut fragment = Vec::new();
            let prefix = if is_ours(name) { "fields." } else { "" };
            wire::bytes(&mut fragment, super::value::KEY, format!("{prefix}{name}").as_bytes());
            Key { name: fragment, bit: name_bit(name), is_trace: trace_field(name).is_some() }
        };
        Self { source, keys: unique.then(|| names.iter().map(key).collect()) }
    }
}

/// What is made once for a span and all around it.
#[derive(Debug, Default)]
struct Around {
    /// The attributes of the context, if no field has one of its names.
    context: Vec<u8>,
    /// A bit for each of their names.
    bits: u64,
    /// `trace_id` and `span_id`, as the ids that they are.
    trace: Vec<u8>,
    spans: Vec<u8>,
    cut: bool,
}

impl Around {
    fn new(span: &SpanNode, time: Timestamp, names: &Names) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        for (name, value) in context.iter() {
            if !write_trace(&mut around.trace, name, value) {
                around.bits |= name_bit(name);
                write_prefixed(&mut around.context, "context.", name, value, is_ours(name));
            }
        }
        write_spans(&mut around.spans, (span, time), &context);
        around.cut = is_cut(span, time);
        around
    }
}

/// Appends the fields of the `LogRecord` of `record`.
pub(super) fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { sites, leaves, threads } = kept;
    let time = record.time().0.max(0).cast_unsigned();
    wire::fixed64(out, TIME, time);
    wire::number(out, SEVERITY, record.severity().number().into());
    wire::bytes(out, SEVERITY_TEXT, record.severity().name().as_bytes());
    if !record.message().is_empty() {
        wire::message(out, BODY, |out| any(out, Value::Str(record.message())));
    }
    let site = record.callsite().map(|callsite| sites.get(callsite, || Site::new(callsite)));
    let said = Said::by(record);
    let around =
        record.span_node().map(|span| leaves.get(span, record.time(), || Around::new(span, record.time(), names)));
    let seen = write_fields(out, record, site.and_then(|site| site.keys.as_deref()));
    if let Some(around) = around {
        write_around(out, record, around, seen, names);
    }
    if seen.metadata {
        for entry in last_of(record, Section::Metadata) {
            let name = convention(entry.key);
            write_prefixed(out, "metadata.", name, entry.value, is_used(record, name));
        }
    }
    match site {
        Some(site) if !said.source => out.extend_from_slice(&site.source),
        _ => write_source(out, &record.source()),
    }
    out.extend_from_slice(threads.get(record, || thread(record)));
    write_rest(out, record);
    let cut = seen.cut || said.cut || around.is_some_and(|around| around.cut);
    if !is_whole(record, cut) {
        write_missing(out, record);
    }
    wire::fixed64(out, OBSERVED_TIME, time);
}

/// What was met among a record's entries.
#[derive(Clone, Copy, Default)]
struct Seen {
    metadata: bool,
    cut: bool,
    /// A `trace_id` or a `span_id`.
    trace: bool,
    /// A bit for each name.
    bits: u64,
}

/// Appends the fields: the quick way where the callsite knows their names, in their order, and each comes once.
fn write_fields(out: &mut Vec<u8>, record: &Record<'_>, keys: Option<&[Key]>) -> Seen {
    let start = out.len();
    if let Some(seen) = keys.and_then(|keys| write_known(out, record, keys)) {
        return seen;
    }
    out.truncate(start);
    let mut seen = Seen::default();
    for entry in record.entries() {
        seen.cut |= entry.cut;
        seen.metadata |= entry.section == Section::Metadata;
    }
    for entry in fields_of(record) {
        seen.bits |= name_bit(entry.key);
        if trace_field(entry.key).is_some() {
            seen.trace = true;
            if write_trace(out, entry.key, entry.value) {
                continue;
            }
        }
        write_prefixed(out, "fields.", entry.key, entry.value, is_ours(entry.key));
    }
    seen
}

fn write_known(out: &mut Vec<u8>, record: &Record<'_>, keys: &[Key]) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut least = 0;
    for entry in record.entries() {
        seen.cut |= entry.cut;
        seen.metadata |= entry.section == Section::Metadata;
        if entry.section != Section::Field {
            continue;
        }
        let place = entry.place.filter(|&place| place >= least)?;
        let key = keys.get(usize::from(place))?;
        least = place + 1;
        seen.bits |= key.bit;
        seen.trace |= key.is_trace;
        if key.is_trace && write_trace(out, entry.key, entry.value) {
            continue;
        }
        wire::message(out, ATTRIBUTES, |out| {
            out.extend_from_slice(&key.name);
            wire::message(out, super::value::VALUE, |out| any(out, entry.value));
        });
    }
    Some(seen)
}

fn write_prefixed(out: &mut Vec<u8>, prefix: &str, name: &str, value: Value<'_>, changed: bool) {
    pair_of(out, ATTRIBUTES, if changed { prefix } else { "" }, name, |out| any(out, value));
}

/// Is there an attribute of this name already?
fn is_used(record: &Record<'_>, name: &str) -> bool {
    is_ours(name) || record.field(name).is_some() || record.context(name).is_some()
}

/// Appends what the spans around say: context, trace, and the spans themselves.
fn write_around(out: &mut Vec<u8>, record: &Record<'_>, around: &Around, seen: Seen, names: &Names) {
    if around.bits & seen.bits == 0 {
        out.extend_from_slice(&around.context);
    } else if let Some(span) = record.span_node() {
        for (name, value) in Context::inside(span, record.time(), names).iter() {
            let mut trace = Vec::new();
            if !write_trace(&mut trace, name, value) {
                write_prefixed(out, "context.", name, value, is_ours(name) || record.field(name).is_some());
            }
        }
    }
    if !(seen.trace && has_own_trace(record)) {
        out.extend_from_slice(&around.trace);
    }
    out.extend_from_slice(&around.spans);
}

/// The named spans, the outermost first: `name`, then the fields that are not context.
fn write_spans(out: &mut Vec<u8>, (span, time): (&SpanNode, Timestamp), context: &Context<'_>) {
    let spans = named_spans(span);
    if spans.is_empty() {
        return;
    }
    pair_of(out, ATTRIBUTES, "", "spans", |out| {
        wire::message(out, ARRAY, |out| {
            for span in spans {
                wire::message(out, ARRAY_VALUES, |out| {
                    wire::message(out, LIST, |out| {
                        pair(out, LIST_VALUES, "name", Value::Str(span.name()));
                        for entry in span_fields(span, time).filter(|entry| !context.took(span, entry.key)) {
                            let prefix = if entry.key == "name" { "fields." } else { "" };
                            pair_of(out, LIST_VALUES, prefix, entry.key, |out| any(out, entry.value));
                        }
                    });
                });
            }
        });
    });
}

/// The field of a `LogRecord` for a field of this name, and how many bytes it has.
fn trace_field(name: &str) -> Option<(u32, usize)> {
    match name {
        "trace_id" => Some((TRACE_ID, 16)),
        "span_id" => Some((SPAN_ID, 8)),
        _ => None,
    }
}

/// Appends the id of a trace or a span, if `name` is one of them and `value` the hexadecimal digits of such an id.
fn write_trace(out: &mut Vec<u8>, name: &str, value: Value<'_>) -> bool {
    let Some((field, bytes)) = trace_field(name) else { return false };
    let mut id = [0; 16];
    let is_id = value.as_str().is_some_and(|digits| unhex(digits, &mut id[..bytes]));
    if is_id {
        wire::bytes(out, field, &id[..bytes]);
    }
    is_id
}

/// Reads as many hexadecimal digits as fill `out`. An id of zeros is none.
fn unhex(digits: &str, out: &mut [u8]) -> bool {
    if digits.len() != out.len() * 2 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return false;
    }
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = digits.get(at * 2..at * 2 + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or_default();
    }
    out.iter().any(|&byte| byte != 0)
}

fn write_source(out: &mut Vec<u8>, source: &Source<'_>) {
    if let Some(file) = source.file {
        pair(out, ATTRIBUTES, "code.file.path", Value::Str(file));
    }
    if let Some(line) = source.line {
        pair(out, ATTRIBUTES, "code.line.number", Value::U64(line.into()));
    }
    if let Some(module) = source.module {
        pair(out, ATTRIBUTES, "code.namespace", Value::Str(module));
    }
}

fn thread(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(name) = record.thread_name() {
        pair(&mut out, ATTRIBUTES, "thread.name", Value::Str(name));
    }
    if let Ok(number @ 1..) = i64::try_from(record.thread().number) {
        pair_of(&mut out, ATTRIBUTES, "", "thread.id", |out| int(out, number));
    }
    out
}

/// Appends the attributes that are of this record alone: its id, kind, category, tags and error.
fn write_rest(out: &mut Vec<u8>, record: &Record<'_>) {
    let mut uid = [0; 36];
    pair(out, ATTRIBUTES, "log.record.uid", Value::Str(record.event_id().write(&mut uid)));
    if record.kind() != Kind::Log {
        pair(out, ATTRIBUTES, "kind", Value::Str(record.kind().name()));
    }
    if let Some(category) = record.category() {
        pair(out, ATTRIBUTES, "category", Value::Str(category));
    }
    if record.tags().next().is_some() {
        pair_of(out, ATTRIBUTES, "", "tags", |out| texts(out, tags_of(record)));
    }
    if let Some(error) = record.error() {
        write_error(out, &error);
    }
}

#[cold]
fn write_error(out: &mut Vec<u8>, error: &RecordError<'_>) {
    let mut text = |name, value| pair(out, ATTRIBUTES, name, Value::Str(value));
    if let Some(name) = error.type_name() {
        text("exception.type", name);
    }
    text("exception.message", error.message());
    if let Some(fingerprint) = error.fingerprint() {
        text("error.fingerprint", fingerprint);
    }
    let causes = error.causes().map(|cause| format!("\nCaused by: {cause}"));
    let backtrace = error.backtrace().map(|backtrace| format!("\n{backtrace}"));
    let rest: String = causes.chain(backtrace).collect();
    if !rest.is_empty() {
        text("exception.stacktrace", &format!("{}{rest}", error.message()));
    }
}

/// Appends what is missing of it.
#[cold]
fn write_missing(out: &mut Vec<u8>, record: &Record<'_>) {
    let cut = cut_names(record);
    if !cut.is_empty() {
        pair_of(out, ATTRIBUTES, "", "truncated", |out| texts(out, cut.iter()));
    }
    if record.incomplete() {
        pair(out, ATTRIBUTES, "incomplete", Value::Bool(true));
    }
    if record.omitted() > 0 {
        wire::number(out, DROPPED_ATTRIBUTES, record.omitted().into());
    }
}
