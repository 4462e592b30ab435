//! The memory that records share.

use super::layout;
use super::{Draft, Record};
use crate::{Metadata, SpanNode};
use std::fmt;
use std::sync::Arc;

/// The thread that emitted a page's records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// Its name, if it has one.
    pub name: Option<Box<str>>,
    /// A number of its own in this process, from 1; 0 where no thread is known.
    pub number: u64,
    /// A random number of this run of the program, which tells its events from those of other runs.
    pub run: u64,
}

/// Where a record stands in its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pick(u32);

/// Records of one thread, one behind the other: filled by the thread, then read by many.
#[derive(Default)]
pub struct Page {
    bytes: Vec<u8>,
    text: String,
    spans: Vec<Arc<SpanNode>>,
    thread: Arc<Thread>,
    metadata: Option<Arc<Metadata>>,
    /// The roles of which a record must have one to have the metadata; 0 if every record has it.
    metadata_roles: u8,
    /// Where the first of its records begins.
    begin: u32,
    /// What its records count from, in the page that they were copied of.
    base: Base,
}

/// How far a page is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageMark {
    /// Bytes of parts.
    pub bytes: usize,
    /// Bytes of text.
    pub text: usize,
    /// Spans.
    pub spans: usize,
}

/// Where the contents of a page lie. They stay there as long as the page has room for what is pushed, wherever the page
/// itself is moved.
#[derive(Clone, Copy, Debug)]
pub struct PageAddresses {
    /// The parts.
    pub bytes: *const u8,
    /// The text, in UTF-8.
    pub text: *const u8,
    /// The spans.
    pub spans: *const Arc<SpanNode>,
}

/// The text and the spans that lie before a page that is a part of another.
#[derive(Clone, Copy, Debug, Default)]
struct Base {
    text: u32,
    spans: u32,
}

impl Page {
    /// An empty page of `thread`'s.
    #[must_use]
    pub fn new(thread: Arc<Thread>) -> Self {
        Self { thread, ..Self::default() }
    }

    /// An empty page with room for this many bytes of parts and of text, and this many spans.
    #[must_use]
    pub fn with_capacity(thread: Arc<Thread>, bytes: usize, text: usize, spans: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            text: String::with_capacity(text),
            spans: Vec::with_capacity(spans),
            thread,
            ..Self::default()
        }
    }

    /// The part of another page behind `from`, copied out of it: its bytes, its text, and its spans, of which the last
    /// one before `from` is the first, since the records behind may be inside it.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn of_part(
        thread: Arc<Thread>,
        from: PageMark,
        (bytes, text, spans): (Vec<u8>, String, Vec<Arc<SpanNode>>),
    ) -> Self {
        let base = Base { text: from.text as u32, spans: from.spans.saturating_sub(1) as u32 };
        Self { bytes, text, spans, thread, base, ..Self::default() }
    }

    /// Has it room for the draft, inside any span, without growing?
    #[inline]
    #[must_use]
    pub fn has_room(&self, draft: &Draft) -> bool {
        self.bytes.capacity() - self.bytes.len() >= draft.sink.bytes.len()
            && self.text.capacity() - self.text.len() >= draft.sink.text.len()
            && self.spans.capacity() > self.spans.len()
    }

    /// How far it is filled.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> PageMark {
        PageMark { bytes: self.bytes.len(), text: self.text.len(), spans: self.spans.len() }
    }

    /// Where its contents lie: for whoever reads what is in it already while it is being filled further. Pushing what
    /// it [has room](Self::has_room) for writes behind its mark, and touches nothing before it.
    #[must_use]
    pub fn addresses(&self) -> PageAddresses {
        PageAddresses { bytes: self.bytes.as_ptr(), text: self.text.as_ptr(), spans: self.spans.as_ptr() }
    }

    /// Forgets the records before `mark`, which were copied out of it.
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn begin_at(&mut self, mark: PageMark) {
        self.begin = mark.bytes as u32;
    }

    /// Adds a record inside `span`.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn push(&mut self, draft: &Draft, span: Option<&Arc<SpanNode>>) -> Pick {
        let at = self.bytes.len();
        let span = span.map_or(0, |span| self.span_number(span));
        let text_start = self.text.len();
        // Only ever written behind the end: what is before it may be read meanwhile.
        if let Some((header, entries)) = draft.sink.bytes.split_first_chunk() {
            let mut header = *header;
            draft.seal(&mut header, span, text_start);
            self.bytes.extend_from_slice(&header);
            self.bytes.extend_from_slice(entries);
        }
        self.text.push_str(&draft.sink.text);
        Pick(at as u32)
    }

    /// [`Page::push`] of a draft that may be changed, which costs a little less.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn push_sealed(&mut self, draft: &mut Draft, span: Option<&Arc<SpanNode>>) -> Pick {
        let at = self.bytes.len();
        let span = span.map_or(0, |span| self.span_number(span));
        draft.seal_in_place(span, self.text.len());
        self.bytes.extend_from_slice(&draft.sink.bytes);
        self.text.push_str(&draft.sink.text);
        Pick(at as u32)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "as many spans as records at most")]
    fn span_number(&mut self, span: &Arc<SpanNode>) -> u32 {
        if !self.spans.last().is_some_and(|last| Arc::ptr_eq(last, span)) {
            self.spans.push(Arc::clone(span));
        }
        self.spans.len() as u32
    }

    /// Adds a copy of a record of another page, which then need not be kept.
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn copy(&mut self, record: &Record<'_>) -> Pick {
        let at = self.bytes.len();
        let span = record.span_node().map_or(0, |span| self.span_number(span));
        let text_start = self.text.len() as u32;
        self.bytes.extend_from_slice(record.raw());
        self.text.push_str(record.raw_text());
        self.bytes[at + layout::SPAN..at + layout::SPAN + 4].copy_from_slice(&span.to_le_bytes());
        self.bytes[at + layout::TEXT_START..at + layout::TEXT_START + 4].copy_from_slice(&text_start.to_le_bytes());
        Pick(at as u32)
    }

    /// The record at `pick`.
    ///
    /// # Panics
    ///
    /// Panics if no record of this page stands there.
    #[inline]
    #[must_use]
    pub fn record(&self, pick: Pick) -> Record<'_> {
        Record::at(self, pick.0 as usize)
    }

    /// Its records, in the order they were added, each with its place.
    #[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than 2^32 bytes")]
    pub fn records(&self) -> impl Iterator<Item = (Pick, Record<'_>)> {
        let mut at = self.begin as usize;
        std::iter::from_fn(move || {
            (at < self.bytes.len()).then(|| {
                let record = Record::at(self, at);
                let pick = Pick(at as u32);
                at += record.raw().len();
                (pick, record)
            })
        })
    }

    /// Does it hold no record?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.len() <= self.begin as usize
    }

    /// The bytes of memory it takes, used or not.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity() + self.text.capacity() + self.spans.capacity() * size_of::<Arc<SpanNode>>()
    }

    /// The bytes that its records take.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() + self.text.len()
    }

    /// Empties it, keeping its memory, for `thread` to fill.
    pub fn reset(&mut self, thread: Arc<Thread>) {
        self.bytes.clear();
        self.text.clear();
        self.spans.clear();
        self.thread = thread;
        (self.begin, self.base) = (0, Base::default());
        self.set_metadata(None);
    }

    /// A copy without room for more.
    #[must_use]
    pub fn compact(&self) -> Self {
        Self {
            bytes: self.bytes.as_slice().to_vec(),
            text: self.text.as_str().to_owned(),
            spans: self.spans.as_slice().to_vec(),
            thread: Arc::clone(&self.thread),
            metadata: self.metadata.clone(),
            metadata_roles: self.metadata_roles,
            begin: self.begin,
            base: self.base,
        }
    }

    /// An empty page of the same thread and metadata.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            thread: Arc::clone(&self.thread),
            metadata: self.metadata.clone(),
            metadata_roles: self.metadata_roles,
            ..Self::default()
        }
    }

    /// The thread that emitted its records.
    #[must_use]
    pub fn thread(&self) -> &Arc<Thread> {
        &self.thread
    }

    /// The metadata that its records share.
    #[must_use]
    pub fn metadata(&self) -> Option<&Arc<Metadata>> {
        self.metadata.as_ref()
    }

    /// The metadata that a record with these roles has.
    #[inline]
    pub(super) fn metadata_of(&self, roles: u8) -> Option<&Arc<Metadata>> {
        self.metadata.as_ref().filter(|_| self.metadata_roles == 0 || self.metadata_roles & roles != 0)
    }

    /// Sets the metadata that all its records share.
    pub fn set_metadata(&mut self, metadata: Option<Arc<Metadata>>) {
        self.set_metadata_for(metadata, 0);
    }

    /// Sets the metadata that its records with one of these roles share.
    pub fn set_metadata_for(&mut self, metadata: Option<Arc<Metadata>>, roles: u8) {
        self.metadata = metadata;
        self.metadata_roles = roles;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text of a record: so many bytes from `start`.
    #[inline]
    pub(super) fn text(&self, start: u32, length: u32) -> &str {
        let start = start.wrapping_sub(self.base.text) as usize;
        self.text.get(start..start.wrapping_add(length as usize)).unwrap_or_default()
    }

    #[inline]
    pub(super) fn span(&self, number: u32) -> Option<&Arc<SpanNode>> {
        self.spans.get(number.checked_sub(1 + self.base.spans)? as usize)
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.records().map(|(_, record)| record)).finish()
    }
}
