//! One pass: redact, enrich, route, and hand over.

use super::merge;
use crate::hub::Hub;
use crate::plan::{Mask, Plan, Unknown};
use crate::redact::RedactCache;
use crate::roles;
use crate::round::{At, Parcel, Round};
use crate::buffer::Taken;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use tracework_core::{Callsite, Draft, Enrichment, Page, Pick, Record};

/// How many plans are remembered for records that were captured under them.
const PLANS: usize = 64;

/// What the engine keeps from pass to pass.
pub(super) struct Dispatcher {
    hub: Arc<Hub>,
    plans: VecDeque<Arc<Plan>>,
    /// By callsite: the generation of the plan that was asked, and its answer.
    fixed: Vec<Option<(u32, Option<Mask>)>>,
    redaction: RedactCache,
    draft: Draft,
    /// By destination of the newest plan: the records it gets.
    shares: Vec<Vec<At>>,
    /// By callsite: its records so far.
    counts: Vec<u64>,
}

/// Records of the pass that were written anew, with a secret hidden or metadata added: a page for each page they came
/// from.
struct Rewritten {
    pages: Vec<Page>,
    /// By page: the place among `pages`, plus one.
    of: Vec<usize>,
}

impl Dispatcher {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        let plan = hub.plan();
        Self {
            draft: Draft::new(*plan.limits()),
            plans: VecDeque::from([plan]),
            hub,
            fixed: Vec::new(),
            redaction: RedactCache::default(),
            shares: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Routes what was taken from the lanes.
    pub(super) fn pass(&mut self, taken: Vec<Taken>) {
        self.remember(self.hub.plan());
        let newest = Arc::clone(&self.plans[0]);
        let mut lanes = Vec::with_capacity(taken.len());
        let mut pages = Vec::with_capacity(taken.len());
        for lane in taken {
            let first = pages.len();
            pages.extend(lane.pages.into_iter().map(|page| self.compact(page)));
            lanes.push(first..pages.len());
        }
        for page in &mut pages {
            let named = page.records().next().is_some_and(|(_, record)| record.roles() & roles::METADATA != 0);
            page.set_metadata(named.then(|| Arc::clone(newest.metadata())));
        }
        self.shares.iter_mut().for_each(Vec::clear);
        self.shares.resize_with(newest.destinations().len(), Vec::new);
        let mut rewritten = Rewritten { pages: Vec::new(), of: vec![0; pages.len()] };
        merge::in_order(&pages, &lanes, |page, pick| self.record(&pages, page, pick, &newest, &mut rewritten));
        pages.append(&mut rewritten.pages);
        self.hub.counters().set_routed(&self.counts);
        self.hand_over(&newest, pages);
    }

    fn remember(&mut self, plan: Arc<Plan>) {
        if self.plans[0].generation() != plan.generation() {
            self.draft.set_limits(*plan.limits());
            self.plans.push_front(plan);
            self.plans.truncate(PLANS);
        }
    }

    /// A page that is hardly used is copied, so that its memory goes back at once.
    fn compact(&self, page: Page) -> Page {
        if page.len() * 2 >= page.capacity() {
            return page;
        }
        let small = page.compact();
        crate::round::Recycle::recycle(&**self.hub.buffer.pool(), page);
        small
    }

    #[inline]
    fn record(&mut self, pages: &[Page], page: usize, pick: Pick, newest: &Arc<Plan>, rewritten: &mut Rewritten) {
        let record = pages[page].record(pick);
        self.count(&record);
        let mut at = At { page: u32::try_from(page).unwrap_or(u32::MAX), pick };
        let enriches = !newest.spec().enrichers.is_empty() && record.roles() & roles::METADATA != 0;
        if (enriches || newest.redactor().needs(&record, &mut self.redaction))
            && self.rewrite(&record, newest, enriches)
        {
            let slot = rewritten.slot(page, &pages[page]);
            let pick = rewritten.pages[slot].push(&self.draft, record.span_node());
            at = At { page: u32::try_from(pages.len() + slot).unwrap_or(u32::MAX), pick };
            let mask = self.mask(&rewritten.pages[slot].record(pick), newest);
            self.share(mask, at);
            return;
        }
        let mask = self.mask(&record, newest);
        self.share(mask, at);
    }

    #[inline]
    fn count(&mut self, record: &Record<'_>) {
        if let Some(callsite) = record.callsite() {
            let place = callsite.id().number() as usize;
            if self.counts.len() <= place {
                self.counts.resize(place + 1, 0);
            }
            self.counts[place] += 1;
        }
    }

    #[inline]
    fn share(&mut self, mut mask: Mask, at: At) {
        while mask != 0 {
            let place = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            if let Some(share) = self.shares.get_mut(place) {
                share.push(at);
            }
        }
    }

    /// Writes the record anew into the draft, secrets hidden and metadata added; `false` if nothing changed.
    fn rewrite(&mut self, record: &Record<'_>, plan: &Plan, enriches: bool) -> bool {
        let redacted = plan.redactor().rewrite(record, &mut self.redaction, &mut self.draft);
        if !enriches {
            return redacted;
        }
        for (_, enricher) in &plan.spec().enrichers {
            let mut metadata = Enrichment::new(&mut self.draft);
            if catch_unwind(AssertUnwindSafe(|| enricher.enrich(record, &mut metadata))).is_err() {
                self.hub.counters.errors.fetch_add(1, Ordering::Relaxed);
            }
        }
        true
    }

    /// The destinations of `record`, as places in the newest plan.
    #[inline]
    fn mask(&mut self, record: &Record<'_>, newest: &Arc<Plan>) -> Mask {
        if record.generation() == newest.generation()
            && let Some(mask) = self.fixed_mask(record, newest)
        {
            return mask;
        }
        self.asked_mask(record, newest)
    }

    /// The mask by the callsite alone, if the record and its spans say nothing about themselves.
    #[inline]
    fn fixed_mask(&mut self, record: &Record<'_>, plan: &Plan) -> Option<Mask> {
        if record.has_reserved() || record.span_node().is_some_and(|span| span.may_say()) {
            return None;
        }
        let callsite = record.callsite()?;
        if record.severity() != callsite.severity || record.roles() & roles::DESTINATION == 0 {
            return None;
        }
        if record.roles() & roles::TAG_FILTER != 0 && !plan.takes_tagless() {
            return Some(0);
        }
        let place = callsite.id().number() as usize;
        match self.fixed.get(place) {
            Some(Some((generation, mask))) if *generation == plan.generation() => *mask,
            _ => self.ask_fixed(callsite, place, plan),
        }
    }

    #[cold]
    fn ask_fixed(&mut self, callsite: &Callsite, place: usize, plan: &Plan) -> Option<Mask> {
        if self.fixed.len() <= place {
            self.fixed.resize(place + 1, None);
        }
        let mask = plan.fixed_route(callsite);
        self.fixed[place] = Some((plan.generation(), mask));
        mask
    }

    /// Asks the plan that the record was captured under; places are told as those of the newest plan, and a
    /// destination that is gone by now gets nothing. A record that would then go nowhere is routed by the newest plan.
    fn asked_mask(&mut self, record: &Record<'_>, newest: &Arc<Plan>) -> Mask {
        let mut unknown = Unknown::default();
        let own = self.plans.iter().find(|plan| plan.generation() <= record.generation());
        let mask = match own {
            Some(plan) if plan.generation() != newest.generation() => {
                let old = plan.route(record, &mut unknown);
                let kept = translate(plan, old, newest);
                if old != 0 && kept == 0 { newest.route(record, &mut unknown) } else { kept }
            }
            _ => newest.route(record, &mut unknown),
        };
        for name in unknown.0 {
            self.hub.counters.unknown(&name);
        }
        mask
    }

    /// Hands each destination its share of the round.
    fn hand_over(&mut self, plan: &Plan, pages: Vec<Page>) {
        let total: usize = pages.iter().map(Page::len).sum();
        let round = Round::new(pages, Some(self.hub.buffer.pool().clone()));
        let pinned = round.pinned();
        // Destinations with an equal format and equal shares have equal bytes.
        let mut encodings: Vec<(usize, Arc<[At]>, Option<Arc<OnceLock<crate::round::Encoded>>>)> = Vec::new();
        let mut congested = 0;
        for (place, destination) in plan.destinations().iter().enumerate() {
            let share = &self.shares[place];
            if !share.is_empty() {
                let parcel = if share.len() > 4 && is_dense(&round, share, total) {
                    let same = encodings.iter().position(|(first, picks, _)| {
                        destination.format.is_some()
                            && plan.destinations()[*first].format == destination.format
                            && picks[..] == share[..]
                    });
                    let (picks, shared) = match same {
                        Some(same) => {
                            let (_, picks, shared) = &mut encodings[same];
                            (Arc::clone(picks), shared.clone())
                        }
                        None => {
                            let picks: Arc<[At]> = share.as_slice().into();
                            let twins = plan.destinations().iter().filter(|other| other.format == destination.format);
                            let shared = (destination.format.is_some() && twins.count() > 1).then(Arc::default);
                            encodings.push((place, Arc::clone(&picks), shared.clone()));
                            (picks, shared)
                        }
                    };
                    Parcel { round: Arc::clone(&round), picks, bytes: pinned, shared }
                } else {
                    copied(&round, share)
                };
                destination.outlet.push(parcel);
            }
            if destination.outlet.is_congested() {
                congested |= 1 << place;
            }
        }
        plan.congested.store(congested, Ordering::Relaxed);
    }
}

impl Rewritten {
    fn slot(&mut self, page: usize, source: &Page) -> usize {
        if self.of[page] == 0 {
            self.pages.push(source.twin());
            self.of[page] = self.pages.len();
        }
        self.of[page] - 1
    }
}

/// Does the share take so much of the round that it may keep the whole in memory?
fn is_dense(round: &Round, share: &[At], total: usize) -> bool {
    share.iter().map(|&at| round.record(at).size()).sum::<usize>() * 4 >= total
}

/// The share alone, so that the round's memory is not kept for a few records.
fn copied(round: &Round, share: &[At]) -> Parcel {
    let mut pages: Vec<(u32, Page)> = Vec::new();
    let mut picks = Vec::with_capacity(share.len());
    for &at in share {
        let record = round.record(at);
        let place = pages.iter().position(|(source, _)| *source == at.page).unwrap_or_else(|| {
            pages.push((at.page, round.twin(at.page)));
            pages.len() - 1
        });
        let pick = pages[place].1.copy(&record);
        picks.push(At { page: u32::try_from(place).unwrap_or(u32::MAX), pick });
    }
    let round = Round::new(pages.into_iter().map(|(_, page)| page).collect(), None);
    Parcel { bytes: round.pinned(), round, picks: picks.into(), shared: None }
}

/// The places in `new` of the destinations that `mask` names in `old`.
fn translate(old: &Plan, mask: Mask, new: &Plan) -> Mask {
    old.each(mask).fold(0, |moved, (_, destination)| {
        let same = new.destinations().iter().position(|other| Arc::ptr_eq(&other.outlet, &destination.outlet));
        moved | same.map_or(0, |place| 1 << place)
    })
}
