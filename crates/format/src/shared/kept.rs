//! What a format keeps between records. All of it is bounded: by the number of callsites, or by a number of slots.

use tracework_core::{Callsite, Record, SpanNode, Timestamp};

/// Something made once for each callsite.
#[derive(Debug)]
pub(crate) struct Sites<T> {
    /// By the callsite's number, which is dense.
    table: Vec<Option<Box<T>>>,
}

impl<T> Default for Sites<T> {
    fn default() -> Self {
        Self { table: Vec::new() }
    }
}

impl<T> Sites<T> {
    /// What belongs to `callsite`, made by `make` the first time.
    #[inline]
    pub(crate) fn get(&mut self, callsite: &'static Callsite, make: impl FnOnce() -> T) -> &T {
        let number = callsite.id().number() as usize;
        if number >= self.table.len() {
            self.table.resize_with(number + 1, || None);
        }
        self.table[number].get_or_insert_with(|| Box::new(make()))
    }
}

const LEAVES: u64 = 64;

/// Something made of a span and all around it, as long as no field is recorded on any of them. The latest spans are
/// kept, one for each remainder of their numbers, which count upwards.
#[derive(Debug)]
pub(crate) struct Leaves<T> {
    slots: Vec<Option<Leaf<T>>>,
}

#[derive(Debug)]
struct Leaf<T> {
    span: u64,
    versions: u64,
    kept: T,
}

impl<T> Default for Leaves<T> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<T> Leaves<T> {
    /// What belongs to `span` as of `time`, made by `make` if it is not kept.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a remainder of 64 fits any size")]
    pub(crate) fn get(&mut self, span: &SpanNode, time: Timestamp, make: impl FnOnce() -> T) -> &T {
        if self.slots.is_empty() {
            self.slots.resize_with(LEAVES as usize, || None);
        }
        let (id, versions) = (span.id(), versions(span, time));
        let slot = &mut self.slots[(id % LEAVES) as usize];
        if !slot.as_ref().is_some_and(|leaf| leaf.span == id && leaf.versions == versions) {
            *slot = None;
        }
        &slot.get_or_insert_with(|| Leaf { span: id, versions, kept: make() }).kept
    }
}

/// A number that changes when a field is recorded on the span or one around it.
#[inline]
fn versions(span: &SpanNode, time: Timestamp) -> u64 {
    let mut mixed = 0_u64;
    let mut next = Some(span);
    while let Some(span) = next {
        mixed = mixed.wrapping_mul(257).wrapping_add(span.version(time) as u64);
        next = span.parent();
    }
    mixed
}

const SETTLED: usize = 16;

/// Something made of a plan's metadata and a thread.
#[derive(Debug)]
pub(crate) struct Settled<T> {
    entries: Vec<Settlement<T>>,
    /// The one used last.
    last: usize,
    /// The one to replace next.
    oldest: usize,
}

#[derive(Debug)]
struct Settlement<T> {
    metadata: u64,
    thread: u64,
    name: Option<Box<str>>,
    kept: T,
}

impl<T> Default for Settled<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), last: 0, oldest: 0 }
    }
}

impl<T> Settled<T> {
    /// What belongs to the shared metadata and the thread of `record`, made by `make` if it is not kept.
    #[inline]
    pub(crate) fn get(&mut self, record: &Record<'_>, make: impl FnOnce() -> T) -> &T {
        let metadata = record.shared_metadata().map_or(0, |metadata| metadata.id());
        let (thread, name) = (record.thread().number, record.thread_name());
        let fits = |entry: &Settlement<T>| {
            entry.metadata == metadata && entry.thread == thread && entry.name.as_deref() == name
        };
        if !self.entries.get(self.last).is_some_and(fits) {
            self.last = match self.entries.iter().position(fits) {
                Some(at) => at,
                None => self.settle(Settlement { metadata, thread, name: name.map(Into::into), kept: make() }),
            };
        }
        &self.entries[self.last].kept
    }

    /// Takes one in, in the place of the oldest if all are taken; says where.
    fn settle(&mut self, new: Settlement<T>) -> usize {
        if self.entries.len() < SETTLED {
            self.entries.push(new);
            return self.entries.len() - 1;
        }
        let at = self.oldest;
        self.entries[at] = new;
        self.oldest = (at + 1) % SETTLED;
        at
    }
}
