//! One pass: redact, enrich, route, and hand over.

mod older;

use super::filters::Filters;
use super::merge;
use super::recorder::Recorder;
use crate::buffer::Taken;
use crate::hub::Hub;
use crate::plan::{Attached, Mask, Plan, Unknown};
use crate::redact::{RedactCache, RedactScratch};
use crate::round::{At, Encoded, Parcel, Recycle, Round};
use crate::selflog::SelfLogSource;
use crate::{alerts, errors, roles};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use tracework_core::{Callsite, Draft, Enrichment, Kind, Page, Pick, Record, nearest};

/// What the engine keeps from pass to pass.
pub(super) struct Dispatcher {
    hub: Arc<Hub>,
    pub(super) filters: Filters,
    pub(super) recorder: Option<Recorder>,
    plans: VecDeque<Arc<Plan>>,
    /// By callsite: the generation of the plan that was asked, and its answer.
    fixed: Vec<Option<(u32, Option<Mask>)>>,
    redaction: RedactCache,
    scratch: RedactScratch,
    pub(super) draft: Draft,
    /// The destinations of the newest plan, in their places, then those of older plans that are still being drained;
    /// each with the records it gets.
    shares: Vec<Share>,
    /// By callsite: its records so far.
    counts: Vec<u64>,
}

/// What one destination gets of a pass.
struct Share {
    destination: Arc<Attached>,
    records: Vec<At>,
}

/// Records of the pass that were written anew, with a secret hidden or metadata added: a page for each page they came
/// from.
pub(super) struct Rewritten {
    pub(super) pages: Vec<Page>,
    /// By page: the place among `pages`, plus one.
    of: Vec<usize>,
}

impl Dispatcher {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        let plan = hub.plan();
        let mut filters = Filters::default();
        filters.adopt(&plan);
        Self {
            draft: Draft::new(*plan.limits()),
            plans: VecDeque::from([plan]),
            hub,
            filters,
            recorder: None,
            fixed: Vec::new(),
            redaction: RedactCache::default(),
            scratch: RedactScratch::new(),
            shares: Vec::new(),
            counts: Vec::new(),
        }
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Is there anything to do though nothing was taken? `all` asks for what is held back, too.
    pub(super) fn has_work(&self, all: bool) -> bool {
        if !self.is_watched() {
            return false;
        }
        let now = self.hub.clock().now();
        let changed = self.hub.generation() != self.plans[0].generation();
        all || changed || self.filters.is_due(now) || self.recorder_is_due(now)
    }

    /// Does anything look at each record on its way?
    fn is_watched(&self) -> bool {
        self.filters.any() || self.recorder.is_some()
    }

    /// Routes what was taken from the lanes. `all` lets go of what is held back.
    pub(super) fn pass(&mut self, taken: Vec<Taken>, all: bool) {
        self.remember();
        let newest = Arc::clone(&self.plans[0]);
        self.adopt_recorder(&newest);
        let mut lanes = Vec::with_capacity(taken.len());
        let mut pages = Vec::with_capacity(taken.len());
        for lane in taken {
            let first = pages.len();
            pages.extend(lane.pages.into_iter().map(|page| self.compact(page)));
            lanes.push(first..pages.len());
        }
        let metadata = newest.has_layer(roles::METADATA).then(|| Arc::clone(newest.metadata()));
        for page in &mut pages {
            page.set_metadata_for(metadata.clone(), roles::METADATA);
        }
        self.begin_shares(&newest);
        let mut rewritten = Rewritten { pages: Vec::new(), of: vec![0; pages.len()] };
        if self.is_watched() {
            self.pass_watched((&pages, &lanes), &newest, &mut rewritten, all);
        } else {
            merge::in_order(&pages, &lanes, |page, pick, record| {
                self.record(&pages, (page, pick), &record, &newest, &mut rewritten);
            });
        }
        pages.append(&mut rewritten.pages);
        self.hub.counters().set_routed(&self.counts);
        self.hand_over(&newest, pages);
    }

    /// Takes up the plans that came since the pass before: a record of the shortest-lived of them finds its own.
    fn remember(&mut self) {
        for plan in self.hub.take_past() {
            self.draft.set_limits(*plan.limits());
            self.filters.adopt(&plan);
            self.plans.push_front(plan);
        }
        self.plans.truncate(Hub::PAST);
    }

    /// A page that is hardly used is copied, so that its memory goes back at once.
    fn compact(&self, page: Page) -> Page {
        if page.len() * 2 >= page.capacity() {
            return page;
        }
        let small = page.compact();
        self.hub.buffer.pool().recycle(page);
        small
    }

    #[inline]
    fn record(
        &mut self,
        pages: &[Page],
        (page, pick): (usize, Pick),
        record: &Record<'_>,
        newest: &Arc<Plan>,
        rewritten: &mut Rewritten,
    ) {
        self.count(record);
        if self.needs_rewriting(record, newest) {
            let slot = rewritten.slot(page, &pages[page]);
            let pick = rewritten.pages[slot].push(&self.draft, record.span_node());
            let at = At { page: u32::try_from(pages.len() + slot).unwrap_or(u32::MAX), pick };
            let record = rewritten.pages[slot].record(pick);
            self.watch_for_errors(&record, newest);
            self.share(&record, at, newest);
            return;
        }
        self.watch_for_errors(record, newest);
        self.share(record, At { page: u32::try_from(page).unwrap_or(u32::MAX), pick }, newest);
    }

    /// Does the record hold a secret, or does anything add to it? It is then in the draft, written anew.
    #[inline]
    pub(super) fn needs_rewriting(&mut self, record: &Record<'_>, newest: &Plan) -> bool {
        let enriches = !newest.spec().enrichers.is_empty() && newest.roles_of(record) & roles::METADATA != 0;
        let error = record.has_error();
        (enriches || error || newest.redactor().needs(record, &mut self.redaction))
            && self.rewrite(record, newest, (enriches, error))
    }

    /// How many records each share has.
    pub(super) fn share_lengths(&self) -> Vec<usize> {
        self.shares.iter().map(|share| share.records.len()).collect()
    }

    /// Puts records into shares, each into those of its mask, behind so many of each share.
    pub(super) fn insert_shares(&mut self, behind: &[usize], records: &[(At, Mask)]) {
        for (place, share) in self.shares.iter_mut().enumerate().take(Mask::BITS as usize) {
            let at = behind.get(place).copied().unwrap_or(0);
            let new = records.iter().filter(|(_, mask)| mask & 1 << place != 0).map(|(at, _)| *at);
            share.records.splice(at..at, new);
        }
    }

    /// Empties the shares, keeping their memory while the plan stays.
    fn begin_shares(&mut self, newest: &Plan) {
        let places = newest.destinations().iter();
        let same = self.shares.len() == places.len()
            && places.clone().zip(&self.shares).all(|(place, share)| Arc::ptr_eq(place, &share.destination));
        if same {
            self.shares.iter_mut().for_each(|share| share.records.clear());
        } else {
            let share = |place: &Arc<Attached>| Share { destination: Arc::clone(place), records: Vec::new() };
            self.shares = places.map(share).collect();
        }
    }

    #[inline]
    pub(super) fn count(&mut self, record: &Record<'_>) {
        if let Some(callsite) = record.callsite() {
            let place = callsite.id().number() as usize;
            if self.counts.len() <= place {
                self.counts.resize(place + 1, 0);
            }
            self.counts[place] += 1;
        }
    }

    /// Puts the record into the shares of its destinations.
    #[inline]
    fn share(&mut self, record: &Record<'_>, at: At, newest: &Arc<Plan>) {
        if record.generation() == newest.generation()
            && let Some(mask) = self.fixed_mask(record, newest)
        {
            self.share_among(mask, at);
        } else {
            self.share_by_asking(record, at, newest);
        }
    }

    #[inline]
    pub(super) fn share_among(&mut self, mut mask: Mask, at: At) {
        while mask != 0 {
            let place = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            self.shares[place].records.push(at);
        }
    }

    /// Writes the record anew into the draft, secrets hidden and metadata added; `false` if nothing changed.
    fn rewrite(&mut self, record: &Record<'_>, plan: &Plan, (enriches, error): (bool, bool)) -> bool {
        let redacted = plan.redactor().rewrite(record, &mut self.redaction, &mut self.draft);
        if enriches {
            self.enrich(record, plan);
        }
        if error {
            errors::mark_group(&mut self.draft);
        }
        redacted || enriches || error
    }

    /// Has the enrichers add to the draft.
    fn enrich(&mut self, record: &Record<'_>, plan: &Plan) {
        for (name, enricher) in &plan.spec().enrichers {
            let mut metadata = Enrichment::new(&mut self.draft);
            if catch_unwind(AssertUnwindSafe(|| enricher.enrich(record, &mut metadata))).is_err() {
                self.hub.counters.errors.fetch_add(1, Ordering::Relaxed);
                self.hub.note(SelfLogSource::Enricher(name.clone()), "the enricher panicked");
            }
        }
        // What was added may hold a secret as well.
        plan.redactor().redact_draft(&mut self.draft, &mut self.scratch);
    }

    /// Counts the error that a record carries, and raises the alerts that it is for.
    #[inline]
    pub(super) fn watch_for_errors(&self, record: &Record<'_>, newest: &Plan) {
        if record.has_error() {
            errors::count(&self.hub, record);
        }
        if !newest.spec().alerts.is_empty() {
            alerts::raise(newest, record);
        }
    }

    /// The mask by the callsite alone, if the record and its spans say nothing about themselves.
    #[inline]
    pub(super) fn fixed_mask(&mut self, record: &Record<'_>, plan: &Plan) -> Option<Mask> {
        if record.has_reserved() || record.span_node().is_some_and(|span| span.may_say()) {
            return None;
        }
        let callsite = record.callsite()?;
        if record.severity() != callsite.severity
            || record.kind() != Kind::Log
            || plan.roles_of(record) & roles::DESTINATION == 0
        {
            return None;
        }
        if plan.roles_of(record) & roles::TAG_FILTER != 0 && !plan.takes_tagless() {
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

    /// The plan that the record was captured under, unless that is the newest or too old to be remembered.
    pub(super) fn older_plan(&self, record: &Record<'_>, newest: &Plan) -> Option<Arc<Plan>> {
        let own = self.plans.iter().find(|plan| plan.generation() <= record.generation())?;
        // What waited for the config is routed by it.
        (own.generation() != newest.generation() && !own.is_holding()).then(|| Arc::clone(own))
    }

    /// Asks the plan that the record was captured under.
    fn share_by_asking(&mut self, record: &Record<'_>, at: At, newest: &Arc<Plan>) {
        let mut unknown = Unknown::default();
        match self.older_plan(record, newest) {
            Some(plan) => {
                let mask = plan.route(record, &mut unknown);
                self.share_as_before(record, at, (&plan, mask), newest);
            }
            None => self.share_among(newest.route(record, &mut unknown), at),
        }
        self.note_unknown(unknown);
    }

    pub(super) fn note_unknown(&self, unknown: Unknown) {
        for name in unknown.0 {
            if !self.hub.counters.unknown(&name) {
                continue;
            }
            let plan = self.hub.plan();
            let near = nearest(&name, plan.spec().destinations());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let told = format!("an event or a span names the destination `{name}`, and there is none{near}");
            self.hub.note(SelfLogSource::Engine, &told);
        }
    }

    /// Shares a record among the destinations of an older plan. One that was detached since still gets it, unless it is
    /// closed by now; then what took its name gets it, and a record that would go nowhere is routed by the newest plan.
    pub(super) fn share_as_before(
        &mut self,
        record: &Record<'_>,
        at: At,
        (plan, mask): (&Plan, Mask),
        newest: &Arc<Plan>,
    ) {
        let mut given = mask == 0;
        for (_, destination) in plan.each(mask) {
            let place = self.place_of(destination).or_else(|| {
                let heir = self.heir(&destination.name, record)?;
                self.place_of(&heir)
            });
            if let Some(place) = place {
                self.shares[place].records.push(at);
                given = true;
            }
        }
        if !given {
            self.share_among(newest.route(record, &mut Unknown::default()), at);
        }
    }

    /// The share of a destination of an older plan; `None` if it is closed.
    fn place_of(&mut self, destination: &Arc<Attached>) -> Option<usize> {
        let known = self.shares.iter().position(|share| Arc::ptr_eq(&share.destination.outlet, &destination.outlet));
        if known.is_some() || destination.outlet.is_closed() {
            return known;
        }
        self.shares.push(Share { destination: Arc::clone(destination), records: Vec::new() });
        Some(self.shares.len() - 1)
    }

    /// Hands each destination its share of the round, in parcels that a worker encodes within its processor's cache.
    fn hand_over(&mut self, plan: &Plan, pages: Vec<Page>) {
        let total: usize = pages.iter().map(Page::len).sum();
        let round = Round::new(pages, Some(self.hub.buffer.pool().clone()));
        let pinned = round.pinned();
        self.hand_over_old(plan, &round);
        let mut sharing = Sharing::default();
        for share in self.shares.iter().filter(|share| !share.records.is_empty()) {
            let outlet = &share.destination.outlet;
            if share.records.len() <= SPARSE || !is_dense(&round, &share.records, total) {
                outlet.push(copied(&round, share));
                continue;
            }
            let twins = self.shares.iter().filter(|other| other.destination.format == share.destination.format);
            let twins = twins.count() > 1;
            let parcels = total.div_ceil(PARCEL);
            for records in share.records.chunks(share.records.len().div_ceil(parcels)) {
                let (picks, shared) = sharing.picks(&share.destination.format, records, twins);
                let format = share.destination.format_version;
                outlet.push(Parcel { round: Arc::clone(&round), picks, bytes: pinned / parcels, format, shared });
            }
        }
        let places = self.shares.iter().take(plan.destinations().len()).enumerate();
        let congested = places.filter(|(_, share)| share.destination.outlet.is_congested());
        plan.congested.store(congested.fold(0, |mask, (place, _)| mask | 1 << place), Ordering::Relaxed);
    }
}

/// About so many bytes of records go into one parcel.
const PARCEL: usize = 128 << 10;

/// So few records are copied, however small the round.
const SPARSE: usize = 4;

/// Finds destinations with an equal format and equal records, so that they encode them once.
#[derive(Default)]
struct Sharing(Vec<Shared>);

/// Records that are encoded once, for every destination of a format.
struct Shared {
    format: Option<String>,
    picks: Arc<[At]>,
    bytes: Arc<OnceLock<Encoded>>,
}

impl Sharing {
    /// The records of one parcel, and where its bytes are shared if there may be `twins`.
    fn picks(
        &mut self,
        format: &Option<String>,
        records: &[At],
        twins: bool,
    ) -> (Arc<[At]>, Option<Arc<OnceLock<Encoded>>>) {
        if !twins || format.is_none() {
            return (records.into(), None);
        }
        let known = self.0.iter().find(|shared| shared.format == *format && shared.picks[..] == *records);
        if let Some(Shared { picks, bytes, .. }) = known {
            return (Arc::clone(picks), Some(Arc::clone(bytes)));
        }
        let (picks, bytes): (Arc<[At]>, Arc<OnceLock<Encoded>>) = (records.into(), Arc::default());
        self.0.push(Shared { format: format.clone(), picks: Arc::clone(&picks), bytes: Arc::clone(&bytes) });
        (picks, Some(bytes))
    }
}

impl Rewritten {
    pub(super) fn slot(&mut self, page: usize, source: &Page) -> usize {
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
fn copied(round: &Round, share: &Share) -> Parcel {
    let mut pages: Vec<(u32, Page)> = Vec::new();
    let mut picks = Vec::with_capacity(share.records.len());
    for &at in &share.records {
        let record = round.record(at);
        let place = pages.iter().position(|(source, _)| *source == at.page).unwrap_or_else(|| {
            pages.push((at.page, round.twin(at.page)));
            pages.len() - 1
        });
        let pick = pages[place].1.copy(&record);
        picks.push(At { page: u32::try_from(place).unwrap_or(u32::MAX), pick });
    }
    let round = Round::new(pages.into_iter().map(|(_, page)| page).collect(), None);
    let format = share.destination.format_version;
    Parcel { bytes: round.pinned(), round, picks: picks.into(), format, shared: None }
}
