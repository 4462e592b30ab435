//! Reading a record in place.

use super::layout::{self, Reserved};
use super::{Entries, Entry, Head, Page, Section, Thread};
use crate::{Callsite, CallsiteId, EventId, Kind, Metadata, Severity, SpanNode, Timestamp, Value, tags};
use std::fmt;
use std::sync::Arc;

/// One captured event, read in place from the [`Page`] that holds it: when, how serious, from where, its message,
/// fields, tags, spans and metadata. It never changes.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    page: &'a Page,
    /// The header, then the entries.
    head: &'a [u8; layout::HEADER],
    bytes: &'a [u8],
    text: &'a str,
}

/// Where a record comes from: its callsite's facts, or those it carries itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Source<'a> {
    /// The target.
    pub target: &'a str,
    /// The module's path.
    pub module: Option<&'a str>,
    /// The source file.
    pub file: Option<&'a str>,
    /// The line in it.
    pub line: Option<u32>,
}

impl<'a> Record<'a> {
    /// The record whose first byte stands at `at`.
    #[inline]
    pub(super) fn at(page: &'a Page, at: usize) -> Self {
        let bytes = &page.bytes()[at..];
        let Some(head) = bytes.first_chunk() else { panic!("no record stands at {at}") };
        let text = page.text(word(head, layout::TEXT_START), word(head, layout::TEXT_LENGTH));
        Self { page, head, bytes: &bytes[..word(head, layout::LENGTH) as usize], text }
    }

    #[inline]
    fn word(&self, at: usize) -> u32 {
        word(self.head, at)
    }

    #[inline]
    fn half(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.head[at], self.head[at + 1]])
    }

    #[inline]
    pub(super) fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn raw_text(&self) -> &'a str {
        self.text
    }

    pub(super) fn page(&self) -> &'a Page {
        self.page
    }

    /// The bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + self.text.len()
    }

    /// When it was emitted.
    #[inline]
    #[must_use]
    pub fn time(&self) -> Timestamp {
        let word = |at| u64::from(self.word(at));
        Timestamp((word(layout::TIME) | word(layout::TIME + 4) << 32).cast_signed())
    }

    /// How serious it is.
    #[inline]
    #[must_use]
    pub fn severity(&self) -> Severity {
        Severity::from_number(self.head[layout::SEVERITY]).unwrap_or(Severity::INFO)
    }

    /// What sort it is.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::from_number(self.head[layout::KIND]).unwrap_or_default()
    }

    /// The roles of the layers that it passed, a bit each.
    #[inline]
    #[must_use]
    pub fn roles(&self) -> u8 {
        self.head[layout::ROLES]
    }

    /// The generation of the plan it was captured under.
    #[inline]
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.word(layout::GENERATION)
    }

    /// The number of its event, of its own in this process. Copies of a record share it.
    #[inline]
    #[must_use]
    pub fn event_number(&self) -> u64 {
        u64::from(self.word(layout::EVENT)) | u64::from(self.word(layout::EVENT + 4)) << 32
    }

    /// What tells its event from all others, the same wherever the record goes and however often it is delivered: by
    /// this, whoever receives it twice can know.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        EventId::new(self.time(), self.thread().run, self.event_number())
    }

    /// The place in the program that emitted it. `None` for records that came from elsewhere, such as a pipe.
    #[inline]
    #[must_use]
    pub fn callsite(&self) -> Option<&'static Callsite> {
        match self.word(layout::CALLSITE) {
            layout::NOWHERE => None,
            number => CallsiteId::from_number(number).get(),
        }
    }

    /// The message; empty if there is none.
    #[inline]
    #[must_use]
    pub fn message(&self) -> &'a str {
        let start = self.word(layout::MESSAGE_START) as usize;
        self.text.get(start..start + self.word(layout::MESSAGE_LENGTH) as usize).unwrap_or_default()
    }

    /// Does it carry an error? [`Record::error`] gives it.
    #[inline]
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.has(layout::FLAG_ERROR)
    }

    #[inline]
    fn has(&self, flag: u16) -> bool {
        self.half(layout::FLAGS) & flag != 0
    }

    /// All of its texts, one behind the other: the message, texts of values, and names that its callsite does not
    /// know. Where one ends and the next begins does not show.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Does it hold names that its callsite does not know?
    #[inline]
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.has(layout::FLAG_NAMED)
    }

    /// Does it hold bytes? They do not stand in [`Record::text`].
    #[inline]
    #[must_use]
    pub fn has_bytes(&self) -> bool {
        self.has(layout::FLAG_BYTES)
    }

    /// Was the message cut at the limit?
    #[must_use]
    pub fn message_cut(&self) -> bool {
        self.has(layout::FLAG_MESSAGE_CUT)
    }

    /// Did formatting a value panic, so that the fields after it are missing?
    #[must_use]
    pub fn incomplete(&self) -> bool {
        self.has(layout::FLAG_INCOMPLETE)
    }

    /// Did tracework itself write it?
    #[must_use]
    pub fn internal(&self) -> bool {
        self.has(layout::FLAG_INTERNAL)
    }

    /// How many fields the limit left out.
    #[must_use]
    pub fn omitted(&self) -> u16 {
        self.half(layout::OMITTED)
    }

    /// All its entries: fields, metadata of its own, and what it says about itself.
    #[inline]
    #[must_use]
    pub fn entries(&self) -> Entries<'a> {
        Entries::new(&self.bytes[layout::HEADER..], self.text, self.callsite())
    }

    /// Its own fields, in the order of the macro.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.entries().filter(|entry| entry.section == Section::Field)
    }

    /// The value of its own field `key`; of the last, if it was given twice.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<Value<'a>> {
        self.fields().filter(|entry| entry.key == key).last().map(|entry| entry.value)
    }

    /// Does it say anything about itself (tags, destinations, category, a source)?
    #[inline]
    #[must_use]
    pub fn has_reserved(&self) -> bool {
        self.has(layout::FLAG_RESERVED)
    }

    /// What it says about itself, not the spans around it.
    #[must_use]
    pub fn reserved(&self, what: Reserved) -> Option<Value<'a>> {
        if !self.has_reserved() {
            return None;
        }
        self.entries().filter(|entry| entry.reserved() == Some(what)).last().map(|entry| entry.value)
    }

    fn reserved_str(&self, what: Reserved) -> Option<&'a str> {
        self.reserved(what).and_then(|value| value.as_str())
    }

    /// The destinations that the event itself names.
    #[must_use]
    pub fn destinations(&self) -> Option<&'a str> {
        self.has(layout::FLAG_DESTINATIONS).then(|| self.reserved_str(Reserved::Destinations)).flatten()
    }

    /// The category: its own, or that of the innermost span that has one.
    #[must_use]
    pub fn category(&self) -> Option<&'a str> {
        self.reserved_str(Reserved::Category)
            .or_else(|| self.span_node()?.inherited(Reserved::Category, self.time())?.as_str())
    }

    /// Its tags, then those of the spans around it, the innermost first. One may come twice.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let time = self.time();
        let own = self.reserved_str(Reserved::Tags).into_iter().flat_map(tags::split);
        let around = self.spans().filter(|span| span.has_reserved()).flat_map(move |span| {
            let value = span.reserved(Reserved::Tags, time).and_then(|value| value.as_str());
            value.into_iter().flat_map(tags::split)
        });
        own.chain(around)
    }

    /// Does it, or a span around it, have this tag?
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags().any(|own| own == tag)
    }

    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> Source<'a> {
        let mut source = self.callsite().map_or_else(Source::default, |callsite| Source {
            target: callsite.target,
            module: callsite.module,
            file: callsite.file,
            line: callsite.line,
        });
        if self.has_reserved() {
            for entry in self.entries() {
                match entry.reserved() {
                    Some(Reserved::Target) => source.target = entry.value.as_str().unwrap_or_default(),
                    Some(Reserved::Module) => source.module = entry.value.as_str(),
                    Some(Reserved::File) => source.file = entry.value.as_str(),
                    Some(Reserved::Line) => source.line = line(entry.value),
                    _ => {}
                }
            }
        }
        source
    }

    /// Its target.
    #[must_use]
    pub fn target(&self) -> &'a str {
        if self.has_reserved()
            && let Some(target) = self.reserved_str(Reserved::Target)
        {
            return target;
        }
        self.callsite().map_or("", |callsite| callsite.target)
    }

    /// The innermost span around it.
    #[inline]
    #[must_use]
    pub fn span_node(&self) -> Option<&'a Arc<SpanNode>> {
        self.page.span(self.word(layout::SPAN))
    }

    /// The spans around it, the innermost first. Scopes of `tracework::context` are among them; they have no callsite.
    pub fn spans(&self) -> impl Iterator<Item = &'a SpanNode> + use<'a> {
        std::iter::successors(self.span_node().map(Arc::as_ref), |span| span.parent())
    }

    /// The value of `key` in the innermost span that has it.
    #[must_use]
    pub fn context(&self, key: &str) -> Option<Value<'a>> {
        let time = self.time();
        self.spans().find_map(|span| span.field(key, time))
    }

    /// The metadata that it shares with the whole program.
    #[must_use]
    pub fn shared_metadata(&self) -> Option<&'a Arc<Metadata>> {
        self.page.metadata_of(self.roles())
    }

    /// The metadata of this one record.
    pub fn own_metadata(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let entries = self.has(layout::FLAG_METADATA).then(|| self.entries());
        entries.into_iter().flatten().filter(|entry| entry.section == Section::Metadata)
    }

    /// The value of `key` in its metadata.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<Value<'a>> {
        self.own_metadata()
            .filter(|entry| entry.key == key)
            .last()
            .map(|entry| entry.value)
            .or_else(|| self.shared_metadata()?.get(key).map(Value::Str))
    }

    /// The thread that emitted it.
    #[must_use]
    pub fn thread(&self) -> &'a Thread {
        self.page.thread()
    }

    /// The name of the thread that emitted it.
    #[must_use]
    pub fn thread_name(&self) -> Option<&'a str> {
        self.reserved_str(Reserved::Thread).or(self.page.thread().name.as_deref())
    }

    /// The fixed part, to begin a record like this one.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            time: self.time(),
            severity: self.severity(),
            kind: self.kind(),
            callsite: self.callsite(),
            generation: self.generation(),
            roles: self.roles(),
        }
    }
}

#[inline]
fn word(head: &[u8; layout::HEADER], at: usize) -> u32 {
    u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
}

fn line(value: Value<'_>) -> Option<u32> {
    match value {
        Value::U64(line) => u32::try_from(line).ok(),
        _ => None,
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Record");
        debug.field("severity", &self.severity()).field("target", &self.target()).field("message", &self.message());
        for field in self.fields() {
            debug.field(field.key, &field.value);
        }
        debug.finish_non_exhaustive()
    }
}
