//! Spans as records see them.

use crate::record::FieldBytes;
use crate::{Callsite, Draft, Entries, Entry, Reserved, Section, Timestamp, Value};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A span, captured once and shared by every record inside it. It keeps its parent.
///
/// What is recorded on a span later is added behind, each with its time; a record sees what was there when it was
/// emitted, and nothing that came after.
#[derive(Debug)]
pub struct SpanNode {
    id: u64,
    callsite: Option<&'static Callsite>,
    /// Its name, where no callsite tells it.
    given: Option<Box<str>>,
    parent: Option<Arc<SpanNode>>,
    depth: u32,
    reserved: bool,
    reserved_around: bool,
    closed: AtomicBool,
    fields: FieldBytes,
    recorded: OnceLock<Box<Recorded>>,
}

/// Fields recorded on a span after it was opened.
#[derive(Debug)]
struct Recorded {
    time: Timestamp,
    fields: FieldBytes,
    next: OnceLock<Box<Recorded>>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl SpanNode {
    /// How many times fields can be recorded on one span after it was opened; later ones are left out.
    pub const MAX_RECORDED: usize = 256;

    /// A span whose fields are those of `draft`, inside `parent`. `callsite` is `None` for a scope of
    /// `tracework::context`, which only carries fields.
    #[must_use]
    pub fn new(callsite: Option<&'static Callsite>, parent: Option<Arc<Self>>, draft: &mut Draft) -> Arc<Self> {
        let reserved = draft.has_reserved();
        Arc::new(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            callsite,
            given: None,
            depth: parent.as_ref().map_or(0, |parent| parent.depth + 1),
            reserved,
            reserved_around: reserved || parent.as_ref().is_some_and(|parent| parent.reserved_around),
            parent,
            closed: AtomicBool::new(false),
            fields: draft.take_fields(),
            recorded: OnceLock::new(),
        })
    }

    /// A span of this name that no callsite opens: of a record that is only asked about, or that comes from elsewhere.
    ///
    /// ```
    /// use tracework_core::{Draft, Limits, SpanNode};
    ///
    /// let span = SpanNode::named("request", None, &mut Draft::new(Limits::default()));
    /// assert_eq!(span.name(), "request");
    /// ```
    #[must_use]
    pub fn named(name: &str, parent: Option<Arc<Self>>, draft: &mut Draft) -> Arc<Self> {
        let mut span = Self::new(None, parent, draft);
        // Nobody else has it yet.
        if let Some(span) = Arc::get_mut(&mut span) {
            span.given = Some(name.into());
        }
        span
    }

    /// Adds fields recorded later, those of `draft`. `false` if there were too many already.
    pub fn record(&self, time: Timestamp, draft: &mut Draft) -> bool {
        let mut new = Box::new(Recorded { time, fields: draft.take_fields(), next: OnceLock::new() });
        let mut place = &self.recorded;
        for _ in 0..Self::MAX_RECORDED {
            match place.set(new) {
                Ok(()) => return true,
                Err(back) => new = back,
            }
            // `set` failed, so it is there.
            let Some(taken) = place.get() else { return false };
            place = &taken.next;
        }
        false
    }

    /// A number of its own in this process.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Where it is opened; `None` for a scope of `tracework::context`.
    #[must_use]
    pub fn callsite(&self) -> Option<&'static Callsite> {
        self.callsite
    }

    /// Its name; empty for a scope of `tracework::context`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.callsite.map_or_else(|| self.given.as_deref().unwrap_or_default(), |callsite| callsite.name)
    }

    /// Has it a name, as every span has but a scope of `tracework::context`?
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.callsite.is_some() || self.given.is_some()
    }

    /// The span around it.
    #[must_use]
    pub fn parent(&self) -> Option<&Self> {
        self.parent.as_deref()
    }

    /// The span around it, to be kept.
    #[must_use]
    pub fn parent_node(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    /// Says that the program closed it: no record inside it is emitted any more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Was it closed? Known only where somebody asked for that while it was open, as the flight recorder does.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// How many spans are around it.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    fn later(&self) -> impl Iterator<Item = &Recorded> {
        std::iter::successors(self.recorded.get(), |recorded| recorded.next.get()).map(Box::as_ref)
    }

    /// How many times fields had been recorded on it by `time`. Two records that see the same count see the same
    /// fields, so a format may keep what it made of them.
    #[inline]
    #[must_use]
    pub fn version(&self, time: Timestamp) -> usize {
        self.later().filter(|recorded| recorded.time <= time).count()
    }

    /// All its entries as of `time`: those it was opened with, then those recorded later. A name may come twice; the
    /// last one holds.
    pub fn entries(&self, time: Timestamp) -> impl Iterator<Item = Entry<'_>> {
        let first = Entries::new(&self.fields.bytes, &self.fields.text, self.callsite);
        let later = self.later().filter(move |recorded| recorded.time <= time);
        first.chain(
            later.flat_map(|recorded| Entries::new(&recorded.fields.bytes, &recorded.fields.text, self.callsite)),
        )
    }

    /// Its fields as of `time`, each name once with the value that holds, in the order of first appearance.
    pub fn fields(&self, time: Timestamp) -> impl Iterator<Item = Entry<'_>> {
        let changed = self.recorded.get().is_some();
        self.entries(time).filter(|entry| entry.section == Section::Field).enumerate().filter_map(move |(at, entry)| {
            if !changed {
                return Some(entry);
            }
            let mut same = self.entries(time).filter(|other| other.section == Section::Field).enumerate();
            let first = same.by_ref().find(|(_, other)| other.key == entry.key);
            (first.map(|(first, _)| first) == Some(at))
                .then(|| same.filter(|(_, other)| other.key == entry.key).last().map_or(entry, |(_, last)| last))
        })
    }

    /// The value of its own field `key` as of `time`.
    #[must_use]
    pub fn field(&self, key: &str, time: Timestamp) -> Option<Value<'_>> {
        self.entries(time)
            .filter(|entry| entry.section == Section::Field && entry.key == key)
            .last()
            .map(|entry| entry.value)
    }

    /// Does it say anything about what is inside it?
    #[must_use]
    pub fn has_reserved(&self) -> bool {
        self.reserved || self.recorded.get().is_some()
    }

    /// May it, or a span around it, say anything about what is inside, now or at any time before?
    #[inline]
    #[must_use]
    pub fn may_say(&self) -> bool {
        self.reserved_around
            || std::iter::successors(Some(self), |span| span.parent()).any(|span| span.recorded.get().is_some())
    }

    /// What it says itself about what is inside it, as of `time`.
    #[must_use]
    pub fn reserved(&self, what: Reserved, time: Timestamp) -> Option<Value<'_>> {
        if !self.has_reserved() {
            return None;
        }
        self.entries(time).filter(|entry| entry.reserved() == Some(what)).last().map(|entry| entry.value)
    }

    /// What the innermost of it and the spans around it says.
    #[must_use]
    pub fn inherited(&self, what: Reserved, time: Timestamp) -> Option<Value<'_>> {
        std::iter::successors(Some(self), |span| span.parent()).find_map(|span| span.reserved(what, time))
    }
}

impl Drop for SpanNode {
    /// Frees a deep nest of spans, and a long tail of recorded fields, without as deep a recursion.
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(mut node) = parent.and_then(Arc::into_inner) {
            parent = node.parent.take();
        }
        let mut later = self.recorded.take();
        while let Some(mut recorded) = later {
            later = recorded.next.take();
        }
    }
}
