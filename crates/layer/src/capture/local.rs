//! What each thread keeps.

use super::sites::{self, Site};
use super::{Sites, event::Pending};
use std::cell::RefCell;
use std::sync::Arc;
use tracework_core::{Draft, SpanNode};
use tracework_engine::{Hub, Lane, Plan, RedactScratch, Verdict};
use tracing::Metadata;

thread_local! {
    static LOCAL: RefCell<Locals> = const { RefCell::new(Locals(Vec::new())) };
}

/// A layer of ours in a stack: a number of its own in its hub, and its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerId(pub(crate) u32);

/// What this thread keeps for each pipeline it logs to; almost always one.
struct Locals(Vec<Local>);

/// What this thread keeps for one pipeline.
pub(crate) struct Local {
    pub(crate) hub: Arc<Hub>,
    pub(crate) plan: Arc<Plan>,
    lane: Option<Lane>,
    seen: Box<[Option<Seen>; SEEN]>,
    /// The spans and contexts entered on this thread, the innermost last.
    pub(crate) entered: Vec<Entered>,
    /// Drafts not in use.
    #[expect(clippy::vec_box, reason = "drafts move in and out of here at each event")]
    drafts: Vec<Box<Draft>>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) redaction: RedactScratch,
}

/// A span that was entered on this thread.
pub(crate) struct Entered {
    pub(crate) span: u64,
    pub(crate) owner: LayerId,
    pub(crate) node: Arc<SpanNode>,
}

/// A callsite in a thread's table.
#[derive(Clone, Copy)]
struct Seen {
    key: usize,
    generation: u32,
    site: &'static Site,
    verdict: Verdict,
    /// The destinations that its plain records may reach, a bit each.
    reach: u64,
}

/// The places of a thread's table of callsites.
const SEEN: usize = 256;

/// Runs `work` with what this thread keeps for `hub`. `None` if the thread is so far in its end that nothing can be
/// kept any more, or if `work` is running already.
#[inline]
pub(crate) fn with_local<T>(hub: &Arc<Hub>, work: impl FnOnce(&mut Local) -> T) -> Option<T> {
    LOCAL
        .try_with(|locals| {
            let mut locals = locals.try_borrow_mut().ok()?;
            Some(work(locals.of(hub)))
        })
        .ok()
        .flatten()
}

impl Locals {
    #[inline]
    fn of(&mut self, hub: &Arc<Hub>) -> &mut Local {
        let place = match self.0.iter().position(|local| Arc::ptr_eq(&local.hub, hub)) {
            Some(place) => place,
            None => self.add(hub),
        };
        &mut self.0[place]
    }

    #[cold]
    fn add(&mut self, hub: &Arc<Hub>) -> usize {
        // Pipelines that ended, as those of earlier tests on this thread, make room.
        self.0.retain(|local| !local.hub.is_stopped() || !local.entered.is_empty());
        self.0.push(Local {
            plan: hub.plan(),
            hub: Arc::clone(hub),
            lane: None,
            seen: Box::new([None; SEEN]),
            entered: Vec::with_capacity(16),
            drafts: Vec::new(),
            pending: Vec::new(),
            redaction: RedactScratch::new(),
        });
        self.0.len() - 1
    }
}

impl Local {
    /// Takes up the plan that holds now.
    #[inline]
    pub(crate) fn refresh(&mut self) {
        if self.plan.generation() != self.hub.generation() {
            self.plan = self.hub.plan();
            let limits = *self.plan.limits();
            self.drafts.iter_mut().for_each(|draft| draft.set_limits(limits));
        }
    }

    /// The site of `metadata`, and what the plan makes of it.
    #[inline]
    pub(crate) fn site(&mut self, metadata: &'static Metadata<'static>) -> (&'static Site, Verdict, u64) {
        let key = sites::key(metadata);
        let place = (key >> 4 ^ key >> 12) % SEEN;
        match self.seen[place] {
            Some(seen) if seen.key == key && seen.generation == self.plan.generation() => {
                (seen.site, seen.verdict, seen.reach)
            }
            _ => self.look_up(metadata, key, place),
        }
    }

    #[cold]
    fn look_up(
        &mut self,
        metadata: &'static Metadata<'static>,
        key: usize,
        place: usize,
    ) -> (&'static Site, Verdict, u64) {
        self.hub.counters().callsite_misses.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let site = Sites::get(&self.hub, metadata);
        let verdict = Sites::verdict(&self.hub, metadata);
        // The real target of a `log` record is known only with the record.
        let reach = site.callsite.filter(|_| !site.is_log).map_or(u64::MAX, |callsite| self.plan.reach(callsite));
        self.seen[place] = Some(Seen { key, generation: self.plan.generation(), site, verdict, reach });
        (site, verdict, reach)
    }

    /// A draft to write with; give it back with [`Local::keep_draft`].
    #[inline]
    pub(crate) fn draft(&mut self) -> Box<Draft> {
        self.drafts.pop().unwrap_or_else(|| Box::new(Draft::new(*self.plan.limits())))
    }

    #[inline]
    pub(crate) fn keep_draft(&mut self, draft: Box<Draft>) {
        if self.drafts.len() < usize::from(tracework_engine::own::MAX_DEPTH) {
            self.drafts.push(draft);
        }
    }

    /// This thread's part of the shared buffer.
    #[inline]
    pub(crate) fn lane(&mut self) -> &mut Lane {
        self.lane.get_or_insert_with(|| self.hub.open_lane())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        super::settle(self);
    }
}
