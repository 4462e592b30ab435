//! Keeping some records of a parcel: they are copied out, so that the round's memory is free.

use crate::round::{At, Parcel, Round};
use std::sync::Arc;
use tracework_core::{Page, Record};

/// What a page takes beside its records.
const PAGE: usize = 64;
/// What a record takes in a page beside its own bytes, at the most.
const SPAN: usize = 16;

/// The bytes that one record takes when it is copied out with others, at the most.
pub(super) fn weight(record: &Record<'_>) -> usize {
    record.size() + SPAN
}

/// The bytes that `picks` take when they are copied out, at the most.
pub(super) fn weight_of(round: &Round, picks: &[At]) -> usize {
    let mut pages = Pages::default();
    picks.iter().map(|&at| weight(&round.record(at)) + pages.first(at.page)).sum()
}

/// How many of `picks`, taken in turn, fit `room` bytes when they are copied out.
pub(super) fn fitting<'a>(round: &Round, picks: impl Iterator<Item = &'a At>, room: usize) -> usize {
    let (mut pages, mut held) = (Pages::default(), 0);
    picks
        .take_while(|at| {
            held += weight(&round.record(**at)) + pages.first(at.page);
            held <= room
        })
        .count()
}

/// The pages seen so far; there are few.
#[derive(Default)]
struct Pages(Vec<u32>);

impl Pages {
    /// What a page costs: something the first time, nothing later.
    fn first(&mut self, page: u32) -> usize {
        if self.0.contains(&page) {
            return 0;
        }
        self.0.push(page);
        PAGE
    }
}

/// A parcel of copies of `picks` in pages of their own, no larger than they need be.
pub(super) fn copy_out(round: &Round, picks: &[At]) -> Parcel {
    let mut drafts: Vec<(u32, Page)> = Vec::new();
    let mut copies = Vec::with_capacity(picks.len());
    for &at in picks {
        let record = round.record(at);
        let place = drafts.iter().position(|(page, _)| *page == at.page).unwrap_or_else(|| {
            drafts.push((at.page, page_like(&record, 0, 0)));
            drafts.len() - 1
        });
        let pick = drafts[place].1.copy(&record);
        copies.push(At { page: u32::try_from(place).unwrap_or(u32::MAX), pick });
    }
    // Copied a second time at the same places, now that the lengths are known.
    let pages = drafts.into_iter().filter_map(|(_, draft)| exact(&draft)).collect();
    let round = Round::new(pages, None);
    let bytes = round.pinned();
    Parcel { round, picks: copies.into(), bytes, shared: None }
}

fn exact(draft: &Page) -> Option<Page> {
    let (_, first) = draft.records().next()?;
    let mut page = page_like(&first, draft.bytes_len(), draft.len() - draft.bytes_len());
    for (_, record) in draft.records() {
        page.copy(&record);
    }
    Some(page)
}

fn page_like(record: &Record<'_>, bytes: usize, text: usize) -> Page {
    let mut page = Page::with_capacity(Arc::new(record.thread().clone()), bytes, text);
    page.set_metadata(record.shared_metadata().cloned());
    page
}
