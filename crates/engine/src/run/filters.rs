//! Asking the filters with a memory, and what they hold back.

use super::dispatch::Dispatcher;
use super::watched::Pass;
use crate::plan::{Mask, Plan, Ways, roles};
use crate::round::At;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tracework_core::{Decision, FilterCounts, Mark, NamedFilter, Page, Pick, Record, StatefulFilter, Timestamp, Value};

/// Bytes of records that one filter may hold; of more, the oldest go on before their time.
const MOST_HELD: usize = 1 << 20;

/// So few entries of what went on are not worth a look.
const FEW: usize = 64;

/// The filters that run: those of the plans whose records may still come.
#[derive(Default)]
pub(super) struct Filters {
    running: Vec<Running>,
    /// The time of this pass.
    now: Timestamp,
}

struct Running {
    named: NamedFilter,
    filter: Box<dyn StatefulFilter>,
    held: HashMap<u64, Held>,
    /// When what is held must go on, the earliest first; with entries of what went on before its time.
    due: BinaryHeap<Reverse<(Timestamp, u64)>>,
    bytes: usize,
    counts: FilterCounts,
    /// The longest that anything was to be held. What must wait for longer than that was put there before the clock
    /// was set back.
    longest: Duration,
}

/// A record that waits.
struct Held {
    page: Page,
    pick: Pick,
    mark: Mark,
    due: Timestamp,
    plan: Arc<Plan>,
    way: Way,
}

/// How far a record came, and where it was going.
#[derive(Clone, Copy)]
struct Way {
    /// The filter that holds it.
    at: Stop,
    mask: Mask,
    named: Mask,
}

/// A filter in a plan, by its number in its list.
#[derive(Clone, Copy)]
enum Stop {
    Pipeline(usize),
    Route(usize, usize),
    Destination(usize, usize),
}

/// What a filter asks for that holds a record.
struct Wish {
    slot: u64,
    within: Duration,
    mark: Mark,
}

/// What a filter made of a record.
enum Answer {
    /// It goes on, perhaps in another place since it was written anew.
    Goes(At),
    Held,
    Gone,
}

impl Filters {
    /// Does any filter run?
    pub(super) fn any(&self) -> bool {
        !self.running.is_empty()
    }

    /// Starts the filters of a plan that do not run yet.
    pub(super) fn adopt(&mut self, plan: &Plan) {
        if !plan.stages().any {
            return;
        }
        for (_, named) in plan.spec().stateful_filters() {
            if let Some(filter) = named.take() {
                self.running.push(Running::new(named.clone(), filter));
            }
        }
    }

    /// Is it time for anything that is held?
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.running.iter().any(|running| running.is_due(now))
    }

    pub(super) fn begin(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Tells what each did.
    pub(super) fn tell(&self) {
        for running in &self.running {
            let forgotten = running.filter.forgotten();
            running.named.set_counts(FilterCounts { forgotten, held: running.held.len() as u64, ..running.counts });
        }
    }

    fn find(&self, named: &NamedFilter) -> Option<usize> {
        self.running.iter().position(|running| running.named.is(named))
    }
}

impl Running {
    fn new(named: NamedFilter, filter: Box<dyn StatefulFilter>) -> Self {
        let counts = named.counts();
        let (held, due, longest) = (HashMap::new(), BinaryHeap::new(), Duration::ZERO);
        Self { named, filter, held, due, bytes: 0, counts, longest }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.due.peek().is_some_and(|Reverse((due, _))| *due <= now || due.since(now) > self.longest)
    }

    /// A slot whose time is over; of all of them, if `all`.
    fn next_due(&mut self, now: Timestamp, all: bool) -> Option<u64> {
        while all || self.is_due(now) || self.bytes > MOST_HELD {
            let Reverse((due, slot)) = self.due.pop()?;
            if self.held.get(&slot).is_some_and(|held| held.due == due) {
                return Some(slot);
            }
        }
        None
    }

    fn hold(&mut self, (record, page): (&Record<'_>, &Page), wish: &Wish, plan: &Arc<Plan>, now: Timestamp, way: Way) {
        let &Wish { slot, within, mark } = wish;
        let due = Timestamp(now.0.saturating_add(i64::try_from(within.as_nanos()).unwrap_or(i64::MAX)));
        self.longest = self.longest.max(within);
        match self.held.get_mut(&slot) {
            Some(held) => {
                self.counts.suppressed += 1;
                self.bytes -= held.page.capacity();
                held.page.reset(Arc::clone(page.thread()));
                (held.mark, held.way) = (mark, way);
                if !Arc::ptr_eq(&held.plan, plan) {
                    held.plan = Arc::clone(plan);
                }
                held.page.set_metadata_for(page.metadata().cloned(), roles::METADATA);
                held.pick = held.page.copy(record);
                self.bytes += held.page.capacity();
            }
            None => {
                let mut page = page.twin();
                let pick = page.copy(record);
                self.bytes += page.capacity();
                self.due.push(Reverse((due, slot)));
                self.held.insert(slot, Held { page, pick, mark, due, plan: Arc::clone(plan), way });
            }
        }
    }

    /// What went on before its time would otherwise be kept in mind until then.
    fn forget_gone(&mut self) {
        if self.due.len() > 2 * self.held.len() + FEW {
            let held = &self.held;
            self.due.retain(|Reverse((due, slot))| held.get(slot).is_some_and(|held| held.due == *due));
        }
    }

    fn let_go(&mut self, slot: u64) -> Option<Held> {
        let held = self.held.remove(&slot)?;
        self.bytes -= held.page.capacity();
        self.counts.kept += 1;
        self.forget_gone();
        // A filter that panics here is asked again with the next record, and caught there too.
        let filter = &mut self.filter;
        _ = catch_unwind(AssertUnwindSafe(|| filter.released(slot)));
        Some(held)
    }
}

impl Dispatcher {
    /// Brings a record, whose destinations `plan` told, past the filters to its destinations. Gives those that get it, now
    /// or later.
    pub(super) fn filter(&mut self, pass: &mut Pass<'_>, at: At, plan: &Arc<Plan>, mask: Mask) -> Mask {
        if plan.stages().any && mask != 0 {
            self.past_pipeline(pass, at, plan, 0, mask)
        } else {
            self.give(pass, at, plan, mask);
            mask
        }
    }

    fn past_pipeline(&mut self, pass: &mut Pass<'_>, mut at: At, plan: &Arc<Plan>, first: usize, mask: Mask) -> Mask {
        for (number, filter) in plan.spec().stateful.iter().enumerate().skip(first) {
            let way = Way { at: Stop::Pipeline(number), mask, named: 0 };
            match self.ask(pass, at, plan, filter, way) {
                Answer::Goes(next) => at = next,
                Answer::Held => return mask,
                Answer::Gone => return 0,
            }
        }
        let Ways { free, named, routes } = plan.ways(&pass.record(at));
        let mut given = self.past_destinations(pass, at, plan, mask & free, named);
        let mut settled = free;
        for route in routes {
            let open = mask & plan.route_to(route) & !settled;
            if open != 0 {
                let (gone, got) =
                    self.past_route(pass, at, plan, (route, 0), Way { at: Stop::Route(route, 0), mask: open, named });
                settled |= if gone { 0 } else { open };
                given |= got;
            }
        }
        given
    }

    /// Brings a record past the filters of a route. Did they drop it, and who gets it?
    fn past_route(
        &mut self,
        pass: &mut Pass<'_>,
        mut at: At,
        plan: &Arc<Plan>,
        (route, first): (usize, usize),
        way: Way,
    ) -> (bool, Mask) {
        let filters = plan.spec().routes.get(route).map_or(&[][..], |route| &route.filters);
        for (number, filter) in filters.iter().enumerate().skip(first) {
            match self.ask(pass, at, plan, filter, Way { at: Stop::Route(route, number), ..way }) {
                Answer::Goes(next) => at = next,
                Answer::Held => return (false, way.mask),
                Answer::Gone => return (true, 0),
            }
        }
        (false, self.past_destinations(pass, at, plan, way.mask, way.named))
    }

    fn past_destinations(&mut self, pass: &mut Pass<'_>, at: At, plan: &Arc<Plan>, mask: Mask, named: Mask) -> Mask {
        let filtered = mask & plan.stages().destinations & !named;
        self.give(pass, at, plan, mask & !filtered);
        let mut given = mask & !filtered;
        for (place, _) in plan.each(filtered) {
            given |= self.past_destination(pass, at, plan, (place, 0));
        }
        given
    }

    fn past_destination(
        &mut self,
        pass: &mut Pass<'_>,
        mut at: At,
        plan: &Arc<Plan>,
        (place, first): (usize, usize),
    ) -> Mask {
        let mask = 1 << place;
        let filters = plan.destinations().get(place).map_or(&[][..], |destination| &destination.settings.stateful);
        for (number, filter) in filters.iter().enumerate().skip(first) {
            let way = Way { at: Stop::Destination(place, number), mask, named: 0 };
            match self.ask(pass, at, plan, filter, way) {
                Answer::Goes(next) => at = next,
                Answer::Held => return mask,
                Answer::Gone => return 0,
            }
        }
        self.give(pass, at, plan, mask);
        mask
    }

    fn ask(&mut self, pass: &mut Pass<'_>, at: At, plan: &Arc<Plan>, filter: &NamedFilter, way: Way) -> Answer {
        // One that was removed since lets everything pass.
        let Some(number) = self.filters.find(filter) else { return Answer::Goes(at) };
        let now = self.filters.now;
        let running = &mut self.filters.running[number];
        let record = pass.record(at);
        let decision = catch_unwind(AssertUnwindSafe(|| running.filter.decide(&record, record.time().min(now))));
        match decision {
            Ok(Decision::Drop) => {
                running.counts.suppressed += 1;
                return Answer::Gone;
            }
            Ok(Decision::Hold { slot, within, mark }) => {
                running.hold((&record, pass.page(at)), &Wish { slot, within, mark }, plan, now, way);
                self.let_go_of(pass, number, false);
                return Answer::Held;
            }
            _ => running.counts.kept += 1,
        }
        match decision {
            Ok(Decision::KeepWith(mark)) => Answer::Goes(self.marked(pass, at, mark.key, Value::U64(mark.number))),
            Ok(Decision::KeepAfter(slot)) => {
                self.release(pass, number, slot);
                Answer::Goes(at)
            }
            Ok(_) => Answer::Goes(at),
            Err(_) => {
                self.hub().counters.errors.fetch_add(1, Ordering::Relaxed);
                Answer::Goes(at)
            }
        }
    }

    /// Lets go of what is held and due; of everything, if `all`.
    pub(super) fn release_due(&mut self, pass: &mut Pass<'_>, all: bool) {
        for number in 0..self.filters.running.len() {
            self.let_go_of(pass, number, all);
        }
    }

    fn let_go_of(&mut self, pass: &mut Pass<'_>, number: usize, all: bool) {
        let now = self.filters.now;
        while let Some(slot) = self.filters.running[number].next_due(now, all) {
            self.release(pass, number, slot);
        }
    }

    /// Lets go of what is held under a slot: it goes on behind the filter that held it.
    fn release(&mut self, pass: &mut Pass<'_>, number: usize, slot: u64) {
        let Some(Held { page, pick, mark, plan, way, .. }) = self.filters.running[number].let_go(slot) else { return };
        let at = pass.add(page, pick);
        let at = self.marked(pass, at, mark.key, Value::U64(mark.number));
        match way.at {
            Stop::Pipeline(number) => _ = self.past_pipeline(pass, at, &plan, number + 1, way.mask),
            Stop::Route(route, number) => _ = self.past_route(pass, at, &plan, (route, number + 1), way),
            Stop::Destination(place, number) => _ = self.past_destination(pass, at, &plan, (place, number + 1)),
        }
    }

    /// Ends the filters that `newest` does not have any more: what they hold goes on.
    pub(super) fn retire_filters(&mut self, pass: &mut Pass<'_>) {
        let newest = Arc::clone(pass.newest);
        let stands = |running: &Running| newest.spec().stateful_filters().any(|(_, filter)| filter.is(&running.named));
        let gone: Vec<_> =
            self.filters.running.iter().map(|running| !newest.stages().any || !stands(running)).collect();
        for (number, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
            self.let_go_of(pass, number, true);
        }
        let mut gone = gone.into_iter();
        for running in std::mem::take(&mut self.filters.running) {
            match gone.next() {
                Some(true) => running.end(),
                _ => self.filters.running.push(running),
            }
        }
    }
}

impl Running {
    /// Tells its last counts. The filter may come back, with a plan that has it again.
    fn end(self) {
        self.named.set_counts(FilterCounts { forgotten: self.filter.forgotten(), held: 0, ..self.counts });
        self.named.give_back(self.filter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Control;
    use tracework_core::{Draft, Head, Kind, Limits, Severity};

    /// One that says nothing of itself: what is held and let go is the test's to say.
    struct Quiet;

    impl StatefulFilter for Quiet {
        fn decide(&mut self, _: &Record<'_>, _: Timestamp) -> Decision {
            Decision::Keep
        }
    }

    #[test]
    fn what_went_on_before_its_time_is_forgotten() {
        let named = NamedFilter::new("quiet", Quiet);
        let filter = named.take().expect("it is there once");
        let mut running = Running::new(named, filter);
        let plan = Control::new().plan();
        let mut draft = Draft::new(Limits::default());
        let (severity, kind) = (Severity::INFO, Kind::Log);
        draft.begin(Head { time: Timestamp(0), severity, kind, callsite: None, generation: 0, roles: 0 });
        draft.message_str("again");
        let mut page = Page::new(Arc::default());
        let pick = page.push(&draft, None);
        let way = Way { at: Stop::Pipeline(0), mask: 1, named: 0 };
        for slot in 0..10_000 {
            let wish = Wish { slot, within: Duration::from_secs(3_600), mark: Mark { key: "repeated", number: 1 } };
            running.hold((&page.record(pick), &page), &wish, &plan, Timestamp(0), way);
            if slot >= 10 {
                assert!(running.let_go(slot - 10).is_some());
            }
            assert!(running.due.len() <= 2 * running.held.len() + FEW + 1, "{}", running.due.len());
        }
        let due: Vec<_> = std::iter::from_fn(|| running.next_due(Timestamp(i64::MAX), false)).collect();
        assert_eq!(due, (9_990..10_000).collect::<Vec<_>>(), "what is held still comes in its order");
    }
}
