//! A pass with filters that remember: each record is asked about on its way.

use super::dispatch::{Dispatcher, Rewritten};
use super::merge;
use crate::plan::{Mask, Plan, Unknown};
use crate::redact::copy_with;
use crate::round::At;
use std::ops::Range;
use std::sync::Arc;
use tracework_core::{Page, Pick, Record, Value};

/// The records of a pass: those that came, and those that were written anew or let go in it.
pub(super) struct Pass<'a> {
    pages: &'a [Page],
    rewritten: &'a mut Rewritten,
    pub(super) newest: &'a Arc<Plan>,
}

impl Pass<'_> {
    pub(super) fn page(&self, at: At) -> &Page {
        let place = at.page as usize;
        self.pages.get(place).unwrap_or_else(|| &self.rewritten.pages[place - self.pages.len()])
    }

    pub(super) fn record(&self, at: At) -> Record<'_> {
        self.page(at).record(at.pick)
    }

    pub(super) fn place(&self, slot: usize, pick: Pick) -> At {
        At { page: u32::try_from(self.pages.len() + slot).unwrap_or(u32::MAX), pick }
    }

    /// Takes up a page from elsewhere; gives the place of its record at `pick`.
    pub(super) fn add(&mut self, page: Page, pick: Pick) -> At {
        let slot = self.add_page(page);
        self.place(slot, pick)
    }

    /// Takes up a page from elsewhere; gives its slot.
    pub(super) fn add_page(&mut self, page: Page) -> usize {
        self.rewritten.pages.push(page);
        self.rewritten.pages.len() - 1
    }

    /// The page that takes what is written anew of the record at `at`.
    fn slot(&mut self, at: At) -> usize {
        let place = at.page as usize;
        match self.pages.get(place) {
            Some(page) => self.rewritten.slot(place, page),
            None => place - self.pages.len(),
        }
    }
}

impl Dispatcher {
    /// A pass in which each record is asked about.
    pub(super) fn pass_watched(
        &mut self,
        (pages, lanes): (&[Page], &[Range<usize>]),
        newest: &Arc<Plan>,
        rewritten: &mut Rewritten,
        all: bool,
    ) {
        let now = self.hub().clock().now();
        self.filters.begin(now);
        let mut pass = Pass { pages, rewritten, newest };
        self.release_due(&mut pass, false);
        merge::in_order(pages, lanes, |page, pick, record| self.watched(&mut pass, (page, pick), &record));
        self.release_due(&mut pass, all);
        self.retire_filters(&mut pass);
        self.filters.tell();
        self.tidy_recorder(now);
    }

    fn watched(&mut self, pass: &mut Pass<'_>, (page, pick): (usize, Pick), record: &Record<'_>) {
        self.count(record);
        let mut at = At { page: u32::try_from(page).unwrap_or(u32::MAX), pick };
        if self.needs_rewriting(record, pass.newest) {
            at = self.written(pass, at, record);
        }
        self.watch_for_errors(&pass.record(at), pass.newest);
        let older = self.older_plan(record, pass.newest);
        let plan = older.as_ref().unwrap_or(pass.newest);
        let mask = self.mask(&pass.record(at), plan, older.is_some());
        if self.recorder.is_some() {
            self.record_flight(pass, at, plan, mask);
        } else {
            self.filter(pass, at, plan, mask);
        }
    }

    fn mask(&mut self, record: &Record<'_>, plan: &Plan, older: bool) -> Mask {
        if !older
            && record.generation() == plan.generation()
            && let Some(mask) = self.fixed_mask(record, plan)
        {
            return mask;
        }
        let mut unknown = Unknown::default();
        let mask = plan.route(record, &mut unknown);
        self.note_unknown(unknown);
        mask
    }

    /// Hands a record to destinations of `plan`.
    pub(super) fn give(&mut self, pass: &Pass<'_>, at: At, plan: &Arc<Plan>, mask: Mask) {
        if mask == 0 {
            return;
        }
        if plan.generation() == pass.newest.generation() {
            self.share_among(mask, at);
        } else {
            self.share_as_before(&pass.record(at), at, (plan, mask), pass.newest);
        }
    }

    /// Puts what is in the draft into the pass, in the place of the record at `at`.
    fn written(&mut self, pass: &mut Pass<'_>, at: At, record: &Record<'_>) -> At {
        let slot = pass.slot(at);
        let pick = pass.rewritten.pages[slot].push(&self.draft, record.span_node());
        pass.place(slot, pick)
    }

    /// The record with one more pair in its metadata.
    pub(super) fn marked(&mut self, pass: &mut Pass<'_>, at: At, key: &str, value: Value<'_>) -> At {
        let record = pass.record(at);
        copy_with(&record, &mut self.draft, |draft| draft.metadata(key, value));
        let span = record.span_node().cloned();
        let slot = pass.slot(at);
        let pick = pass.rewritten.pages[slot].push(&self.draft, span.as_ref());
        pass.place(slot, pick)
    }
}
