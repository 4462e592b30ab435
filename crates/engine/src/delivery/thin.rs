//! Keeping some records of a parcel: they are copied out, so that the round's memory is free.

use crate::round::{At, Parcel, Round};
use tracework_core::{OwnedRecord, Page, Record};

/// What a record takes in a page beside its own bytes, at the most: the place of its span.
const SPAN: usize = size_of::<usize>();

/// The bytes that a record takes when it is copied out, at the most.
pub(super) fn weight(record: &Record<'_>) -> usize {
    record.size() + SPAN
}

/// The bytes that `picks` take when they are copied out, at the most.
pub(super) fn weight_of(round: &Round, picks: &[At]) -> usize {
    picks.iter().map(|&at| weight(&round.record(at))).sum()
}

/// How many of `picks`, taken in turn, fit `room` bytes when they are copied out.
pub(super) fn fitting<'a>(round: &Round, picks: impl Iterator<Item = &'a At>, room: usize) -> usize {
    let mut held = 0;
    picks
        .take_while(|at| {
            held += weight(&round.record(**at));
            held <= room
        })
        .count()
}

/// A parcel of copies of `picks` in pages of their own, no larger than they need be.
pub(super) fn copy_out(round: &Round, picks: &[At]) -> Parcel {
    let mut pages: Vec<(u32, Page)> = Vec::new();
    let mut copies = Vec::with_capacity(picks.len());
    for &at in picks {
        let place = pages.iter().position(|(page, _)| *page == at.page).unwrap_or_else(|| {
            pages.push((at.page, round.twin(at.page)));
            pages.len() - 1
        });
        let pick = pages[place].1.copy(&round.record(at));
        copies.push(At { page: u32::try_from(place).unwrap_or(u32::MAX), pick });
    }
    let pages = pages.into_iter().map(|(_, page)| page.compact()).collect();
    parcel(pages, &copies)
}

/// A parcel of one record that was kept.
pub(crate) fn parcel_of(record: &OwnedRecord) -> Parcel {
    let view = record.view();
    let mut page = Page::new(std::sync::Arc::new(view.thread().clone()));
    page.set_metadata(view.shared_metadata().cloned());
    let pick = page.copy(&view);
    parcel(vec![page.compact()], &[At { page: 0, pick }])
}

fn parcel(pages: Vec<Page>, picks: &[At]) -> Parcel {
    let round = Round::new(pages, None);
    let bytes = round.pinned();
    Parcel { round, picks: picks.into(), bytes, format: 0, shared: None }
}
