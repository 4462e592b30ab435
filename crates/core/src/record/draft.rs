//! Writing a record.

use super::layout::{self, Reserved, kind};
use super::sink::{Bounded, Key, Sink};
use super::{Entry, Record, Section};
use crate::{Callsite, Kind, Limits, Severity, Timestamp, Value};
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// The fixed part of a new record.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// When.
    pub time: Timestamp,
    /// How serious.
    pub severity: Severity,
    /// What sort.
    pub kind: Kind,
    /// Where in the program; the names of its fields come from here.
    pub callsite: Option<&'static Callsite>,
    /// The generation of the plan it is captured under.
    pub generation: u32,
    /// The roles of the layers that it passed, a bit each.
    pub roles: u8,
}

/// Fields apart from a record: those of a span.
#[derive(Debug)]
pub(crate) struct FieldBytes {
    pub(crate) bytes: Box<[u8]>,
    pub(crate) text: Box<str>,
}

/// A record that is being written: bounded by [`Limits`], and used again for the next one without an allocation.
///
/// ```
/// use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, Timestamp, Value};
///
/// let mut draft = Draft::new(Limits::default());
/// draft.begin(Head { time: Timestamp(0), severity: Severity::INFO, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
/// draft.message(format_args!("payment {}", "processed"));
/// draft.field(Key::Name("amount"), Value::F64(12.5));
///
/// let mut page = Page::new(Default::default());
/// let pick = page.push(&draft, None);
/// let record = page.record(pick);
/// assert_eq!(record.message(), "payment processed");
/// assert_eq!(record.field("amount"), Some(Value::F64(12.5)));
/// ```
#[derive(Debug)]
pub struct Draft {
    pub(super) sink: Sink,
    limits: Limits,
    entries: u16,
    fields: usize,
    pub(super) omitted: u16,
    pub(super) flags: u16,
    /// The number of the next event.
    next: u64,
}

/// Numbers the drafts of this process. An event's number is its draft's, and how many came before it there.
static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// The bits of an event's number that count within its draft.
const WITHIN: u32 = 40;

/// The part of the header that is known last.
struct Tail {
    length: u32,
    span: u32,
    text_start: u32,
    text_length: u32,
    /// Of entries, of fields left out, and the flags.
    counts: [u16; 3],
}

impl Tail {
    #[inline]
    fn write(&self, header: &mut [u8; layout::HEADER]) {
        let mut put = |at: usize, number: u32| header[at..at + 4].copy_from_slice(&number.to_le_bytes());
        put(layout::LENGTH, self.length);
        put(layout::SPAN, self.span);
        put(layout::TEXT_START, self.text_start);
        put(layout::TEXT_LENGTH, self.text_length);
        for (at, count) in [layout::ENTRIES, layout::OMITTED, layout::FLAGS].into_iter().zip(self.counts) {
            header[at..at + 2].copy_from_slice(&count.to_le_bytes());
        }
    }
}

impl Draft {
    /// An empty draft.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let next = DRAFTS.fetch_add(1, Ordering::Relaxed) << WITHIN;
        Self { sink: Sink::default(), limits, entries: 0, fields: 0, omitted: 0, flags: 0, next }
    }

    /// The limits it keeps.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Changes the limits; they hold from the next entry on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Starts a record, forgetting the one before.
    #[inline]
    pub fn begin(&mut self, head: Head) {
        self.sink.clear();
        (self.entries, self.fields, self.omitted, self.flags) = (0, 0, 0, 0);
        let mut header = [0; layout::HEADER];
        header[layout::SEVERITY] = head.severity.number();
        header[layout::KIND] = head.kind as u8;
        header[layout::ROLES] = head.roles;
        header[layout::TIME..layout::TIME + 8].copy_from_slice(&head.time.0.to_le_bytes());
        let callsite = head.callsite.map_or(layout::NOWHERE, |callsite| callsite.id().number());
        header[layout::CALLSITE..layout::CALLSITE + 4].copy_from_slice(&callsite.to_le_bytes());
        header[layout::GENERATION..layout::GENERATION + 4].copy_from_slice(&head.generation.to_le_bytes());
        header[layout::EVENT..layout::EVENT + 8].copy_from_slice(&self.next.to_le_bytes());
        self.next = self.next.wrapping_add(1);
        self.sink.bytes.extend_from_slice(&header);
    }

    /// Starts a record of the same event as `record`, with its fixed part: it keeps its [id](Record::event_id).
    pub fn begin_like(&mut self, record: &Record<'_>) {
        self.begin(record.head());
        self.set_event_number(record.event_number());
    }

    /// Says which event it is, instead of a new one: for a record that was read back from where it was kept.
    pub fn set_event_number(&mut self, number: u64) {
        if let Some(place) = self.sink.bytes.get_mut(layout::EVENT..layout::EVENT + 8) {
            place.copy_from_slice(&number.to_le_bytes());
        }
    }

    /// Has a record been started and not yet been cleared?
    #[must_use]
    pub fn is_begun(&self) -> bool {
        !self.sink.bytes.is_empty()
    }

    /// Forgets the record.
    pub fn clear(&mut self) {
        self.sink.clear();
    }

    /// Changes how serious it is.
    pub fn set_severity(&mut self, severity: Severity) {
        self.sink.bytes[layout::SEVERITY] = severity.number();
    }

    /// How serious it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.sink
            .bytes
            .get(layout::SEVERITY)
            .and_then(|&number| Severity::from_number(number))
            .unwrap_or(Severity::INFO)
    }

    /// Changes what sort it is.
    pub fn set_kind(&mut self, kind: Kind) {
        self.sink.bytes[layout::KIND] = kind as u8;
    }

    /// Adds the roles of one more layer.
    pub fn add_roles(&mut self, roles: u8) {
        self.sink.bytes[layout::ROLES] |= roles;
    }

    /// Says that a value's formatting panicked, so that fields are missing.
    pub fn mark_incomplete(&mut self) {
        self.flags |= layout::FLAG_INCOMPLETE;
    }

    /// Says that it carries an error, as one with an error among its values does by itself.
    pub fn mark_error(&mut self) {
        self.flags |= layout::FLAG_ERROR;
    }

    /// Says that tracework itself wrote it.
    pub fn mark_internal(&mut self) {
        self.flags |= layout::FLAG_INTERNAL;
    }

    /// Writes the message; a second one replaces the first.
    #[inline]
    pub fn message(&mut self, message: fmt::Arguments<'_>) {
        let start = self.sink.text.len();
        let mut bounded = Bounded { end: start + self.limits.message, text: &mut self.sink.text, cut: false };
        // A `Display` that fails leaves what it wrote.
        let _ = bounded.write_fmt(message);
        let cut = bounded.cut;
        self.message_at(start, cut);
    }

    /// Writes a message that is one text.
    #[inline]
    pub fn message_str(&mut self, message: &str) {
        let start = self.sink.text.len();
        let limit = self.limits.message;
        let kept = if message.len() <= limit { message } else { &message[..message.floor_char_boundary(limit)] };
        self.sink.text.push_str(kept);
        self.message_at(start, kept.len() < message.len());
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "bounded by Limits")]
    fn message_at(&mut self, start: usize, cut: bool) {
        let length = (self.sink.text.len() - start) as u32;
        self.put(layout::MESSAGE_START, start as u32);
        self.put(layout::MESSAGE_LENGTH, length);
        self.flags = if cut { self.flags | layout::FLAG_MESSAGE_CUT } else { self.flags & !layout::FLAG_MESSAGE_CUT };
    }

    #[inline]
    fn put(&mut self, at: usize, number: u32) {
        if let Some(header) = self.sink.bytes.first_chunk_mut::<{ layout::HEADER }>() {
            header[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
    }

    /// Counts a field in; `false` when the limit is reached and it must stay out.
    #[inline]
    fn admit(&mut self) -> bool {
        if self.fields >= self.limits.fields {
            self.omitted = self.omitted.saturating_add(1);
            return false;
        }
        self.fields += 1;
        self.entries += 1;
        true
    }

    #[inline]
    fn note_name(&mut self, key: Key<'_>) {
        if let Key::Name(_) = key {
            self.flags |= layout::FLAG_NAMED;
        }
    }

    #[inline]
    fn note_bytes(&mut self, value: Value<'_>) {
        if let Value::Bytes(_) = value {
            self.flags |= layout::FLAG_BYTES;
        }
    }

    /// Adds a field.
    #[inline]
    pub fn field(&mut self, key: Key<'_>, value: Value<'_>) {
        if self.admit() {
            self.note_name(key);
            self.note_bytes(value);
            if let Value::Error(_) = value {
                self.mark_error();
            }
            self.sink.value(Section::Field, key, value, &self.limits);
        }
    }

    /// [`Draft::field`] of the name at `place` with a number of 64 bits.
    #[inline]
    fn number(&mut self, place: u16, kind: u8, number: [u8; 8]) {
        if self.admit() {
            let [low, high] = place.to_le_bytes();
            let [a, b, c, d, e, f, g, h] = number;
            let field = Section::Field as u8;
            self.sink.bytes.extend_from_slice(&[kind, field, low, high, a, b, c, d, e, f, g, h]);
        }
    }

    /// [`Draft::field`] of the name at `place` with this number.
    #[inline]
    pub fn field_u64(&mut self, place: u16, number: u64) {
        self.number(place, kind::U64, number.to_le_bytes());
    }

    /// [`Draft::field`] of the name at `place` with this number.
    #[inline]
    pub fn field_i64(&mut self, place: u16, number: i64) {
        self.number(place, kind::I64, number.to_le_bytes());
    }

    /// [`Draft::field`] of the name at `place` with this number.
    #[inline]
    pub fn field_f64(&mut self, place: u16, number: f64) {
        self.number(place, kind::F64, number.to_le_bytes());
    }

    /// [`Draft::field`] of the name at `place` with a yes or no.
    #[inline]
    pub fn field_bool(&mut self, place: u16, value: bool) {
        if self.admit() {
            let [low, high] = place.to_le_bytes();
            self.sink.bytes.extend_from_slice(&[kind::BOOL, Section::Field as u8, low, high, u8::from(value)]);
        }
    }

    /// [`Draft::field`] of the name at `place` with this text.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "bounded by Limits")]
    pub fn field_str(&mut self, place: u16, text: &str) {
        if text.len() > self.limits.value {
            self.field(Key::Place(place), Value::Str(text));
        } else if self.admit() {
            let [low, high] = place.to_le_bytes();
            let [a, b, c, d] = (self.sink.text.len() as u32).to_le_bytes();
            let [e, f, g, h] = (text.len() as u32).to_le_bytes();
            let field = Section::Field as u8;
            self.sink.bytes.extend_from_slice(&[kind::STR, field, low, high, a, b, c, d, e, f, g, h]);
            self.sink.text.push_str(text);
        }
    }

    /// Adds a field whose value is what `Display` or `Debug` writes. `is_json` is asked afterwards, with the length of
    /// the text, whether it is one JSON value.
    #[inline]
    pub fn rendered(&mut self, key: Key<'_>, value: fmt::Arguments<'_>, is_json: impl FnOnce(usize) -> bool) {
        if self.admit() {
            self.note_name(key);
            self.sink.rendered(Section::Field, key, value, &self.limits, is_json);
        }
    }

    /// Adds a field that holds an error and its causes.
    pub fn error(&mut self, key: Key<'_>, error: &(dyn std::error::Error + 'static)) {
        if self.admit() {
            self.note_name(key);
            self.mark_error();
            self.sink.error(Section::Field, key, error, &self.limits);
        }
    }

    /// Adds metadata of this one record.
    pub fn metadata(&mut self, key: &str, value: Value<'_>) {
        if self.admit() {
            self.flags |= layout::FLAG_METADATA | layout::FLAG_NAMED;
            self.note_bytes(value);
            self.sink.value(Section::Metadata, Key::Name(key), value, &self.limits);
        }
    }

    /// Adds what the record says about itself. These do not count against the limit of fields.
    pub fn reserved(&mut self, what: Reserved, value: Value<'_>) {
        self.flags |= layout::FLAG_RESERVED;
        if what == Reserved::Destinations {
            self.flags |= layout::FLAG_DESTINATIONS;
        }
        self.note_bytes(value);
        self.entries = self.entries.saturating_add(1);
        self.sink.value(Section::Reserved, Key::Place(what as u16), value, &self.limits);
    }

    /// Adds an entry read from a record of the same callsite, as it is or with another value.
    pub fn entry(&mut self, entry: &Entry<'_>) {
        self.marked_cut(entry.cut, |draft| match entry.section {
            Section::Field => draft.field(entry.place.map_or(Key::Name(entry.key), Key::Place), entry.value),
            Section::Metadata => draft.metadata(entry.key, entry.value),
            Section::Reserved => {
                if let Some(what) = entry.reserved() {
                    draft.reserved(what, entry.value);
                }
            }
        });
    }

    /// The bytes and the text of the record so far: what it will take in a page.
    #[must_use]
    pub fn size(&self) -> usize {
        self.sink.bytes.len() + self.sink.text.len()
    }

    /// What the header says once the record is complete.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by Limits")]
    #[inline]
    fn tail(&self, span: u32, text_start: usize) -> Tail {
        Tail {
            length: self.sink.bytes.len() as u32,
            span,
            text_start: text_start as u32,
            text_length: self.sink.text.len() as u32,
            counts: [self.entries, self.omitted, self.flags],
        }
    }

    /// Completes a copy of the header; called as the record goes into a page.
    #[inline]
    pub(super) fn seal(&self, header: &mut [u8; layout::HEADER], span: u32, text_start: usize) {
        self.tail(span, text_start).write(header);
    }

    /// Completes the header where it stands.
    #[inline]
    pub(super) fn seal_in_place(&mut self, span: u32, text_start: usize) {
        let tail = self.tail(span, text_start);
        if let Some(header) = self.sink.bytes.first_chunk_mut() {
            tail.write(header);
        }
    }

    /// Takes the entries out as the fields of a span.
    pub(crate) fn take_fields(&mut self) -> FieldBytes {
        FieldBytes {
            bytes: self.sink.bytes.get(layout::HEADER..).unwrap_or_default().into(),
            text: self.sink.text.as_str().into(),
        }
    }

    /// Does it say something about itself?
    #[must_use]
    pub fn has_reserved(&self) -> bool {
        self.flags & layout::FLAG_RESERVED != 0
    }
}
