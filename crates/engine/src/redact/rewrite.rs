//! Masking records.

use super::cache::Verdict;
use super::{RedactCache, Redactor};
use std::sync::Arc;
use tracework_core::{Draft, Entry, Key, Limits, Page, Record, Value};

/// A record was bounded when it was captured; a mask may be longer than what it hides.
const UNBOUNDED: Limits = Limits { message: 1 << 30, value: 1 << 30, fields: usize::MAX, key: 1 << 30 };

impl Redactor {
    /// Does the record itself, not the spans around it, hold a secret? Quick for a record that does not.
    #[inline]
    #[must_use]
    pub fn needs(&self, record: &Record<'_>, cache: &mut RedactCache) -> bool {
        if self.is_idle() {
            return false;
        }
        let verdict = cache.verdict(self.id(), self.keys(), record.callsite());
        if !verdict.any() && !record.has_names() && !record.has_bytes() && self.is_clean(record.text()) {
            return false;
        }
        self.needs_closely(record, verdict)
    }

    #[inline(never)]
    fn needs_closely(&self, record: &Record<'_>, verdict: Verdict) -> bool {
        self.redact_text(record.message()).is_some() || record.entries().any(|entry| self.entry_needs(&entry, verdict))
    }

    #[inline]
    fn entry_needs(&self, entry: &Entry<'_>, verdict: Verdict) -> bool {
        self.redact(self.name_is_secret(entry, verdict), entry.value).is_some()
            || entry.place.is_none() && self.redact_text(entry.key).is_some()
    }

    #[inline]
    fn name_is_secret(&self, entry: &Entry<'_>, verdict: Verdict) -> bool {
        let known = entry.place.and_then(|place| verdict.at(place));
        known.unwrap_or_else(|| self.is_secret(entry.key))
    }

    /// Writes the record to `draft` with its secrets masked, whatever the draft's limits are; the span around it is
    /// the caller's to pass on. Did that change anything?
    ///
    /// ```
    /// use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, Timestamp, Value};
    /// use tracework_engine::{RedactCache, RedactSettings, Redactor};
    ///
    /// let mut draft = Draft::new(Limits::default());
    /// draft.begin(Head { time: Timestamp(0), severity: Severity::INFO, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
    /// draft.field(Key::Name("api_key"), Value::Str("8d5f"));
    /// let mut page = Page::new(Default::default());
    /// let pick = page.push(&draft, None);
    ///
    /// let redactor = Redactor::new(&RedactSettings::default())?;
    /// let mut cache = RedactCache::new();
    /// assert!(redactor.needs(&page.record(pick), &mut cache));
    /// assert!(redactor.rewrite(&page.record(pick), &mut cache, &mut draft));
    /// let pick = page.push(&draft, None);
    /// assert_eq!(page.record(pick).field("api_key"), Some(Value::Str("***")));
    /// # Ok::<(), tracework_engine::RedactError>(())
    /// ```
    pub fn rewrite(&self, record: &Record<'_>, cache: &mut RedactCache, draft: &mut Draft) -> bool {
        let verdict = cache.verdict(self.id(), self.keys(), record.callsite());
        let limits = *draft.limits();
        draft.set_limits(UNBOUNDED);
        draft.begin_like(record);
        let mut changed = self.rewrite_message(record, draft);
        for entry in record.entries() {
            changed |= self.rewrite_entry(&entry, verdict, draft);
        }
        copy_marks(record, draft);
        draft.set_limits(limits);
        changed
    }

    fn rewrite_message(&self, record: &Record<'_>, draft: &mut Draft) -> bool {
        let masked = self.redact_text(record.message());
        let message = masked.as_deref().unwrap_or(record.message());
        if record.message_cut() {
            // A message that was cut stays marked as cut.
            draft.set_limits(Limits { message: message.len(), ..UNBOUNDED });
            draft.message(format_args!("{message}{}", '…'));
            draft.set_limits(UNBOUNDED);
        } else {
            draft.message_str(message);
        }
        masked.is_some()
    }

    fn rewrite_entry(&self, entry: &Entry<'_>, verdict: Verdict, draft: &mut Draft) -> bool {
        let name = if entry.place.is_none() { self.redact_text(entry.key) } else { None };
        let mut named: Entry<'_> = *entry;
        named.key = name.as_deref().unwrap_or(entry.key);
        match self.redact(self.name_is_secret(entry, verdict), entry.value) {
            Some(redacted) => redacted.write_entry(draft, &named),
            None => {
                draft.entry(&named);
                return name.is_some();
            }
        }
        true
    }

    /// Masks what a draft holds before it becomes a record or a span, on any thread. Did that change anything?
    ///
    /// A span's fields go through this when it is opened and whenever some are recorded: events share them.
    pub fn redact_draft(&self, draft: &mut Draft, scratch: &mut RedactScratch) -> bool {
        let pick = scratch.page.push(draft, None);
        let record = scratch.page.record(pick);
        let changed =
            self.needs(&record, &mut scratch.cache) && self.rewrite(&record, &mut scratch.cache, &mut scratch.draft);
        scratch.page.reset(Arc::clone(scratch.page.thread()));
        if changed {
            scratch.draft.set_limits(*draft.limits());
            std::mem::swap(draft, &mut scratch.draft);
        }
        changed
    }
}

/// Writes the record to `draft` as it is, whatever the draft's limits are, and then what `add` adds.
pub(crate) fn copy_with(record: &Record<'_>, draft: &mut Draft, add: impl FnOnce(&mut Draft)) {
    let limits = *draft.limits();
    draft.set_limits(UNBOUNDED);
    draft.begin_like(record);
    draft.message_str(record.message());
    record.entries().for_each(|entry| draft.entry(&entry));
    add(draft);
    copy_marks(record, draft);
    draft.set_limits(limits);
}

/// What the record says of how it was captured.
fn copy_marks(record: &Record<'_>, draft: &mut Draft) {
    if record.incomplete() {
        draft.mark_incomplete();
    }
    if record.internal() {
        draft.mark_internal();
    }
    if record.has_error() {
        draft.mark_error();
    }
    draft.set_limits(Limits { fields: 0, ..UNBOUNDED });
    (0..record.omitted()).for_each(|_| draft.field(Key::Place(0), Value::Null));
}

/// What [`Redactor::redact_draft`] works with, kept from call to call.
#[derive(Debug)]
pub struct RedactScratch {
    cache: RedactCache,
    page: Page,
    draft: Draft,
}

impl RedactScratch {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self { cache: RedactCache::new(), page: Page::default(), draft: Draft::new(Limits::default()) }
    }
}

impl Default for RedactScratch {
    fn default() -> Self {
        Self::new()
    }
}
