//! What the layers, the engine's thread and [`Control`](crate::Control) share.

use crate::beside::Beside;
use crate::buffer::{Buffer, Lane, SharedBufferSettings};
use crate::control::ConfigHealth;
use crate::plan::{Plan, PlanSpec, ReservedNames, switch_guests};
use crate::retired::Retired;
use crate::{Clock, PlanError, process};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Record, Severity, Thread};

/// What the layers, the engine's thread and [`Control`](crate::Control) share. Layers reach it through
/// [`Control::hub`](crate::Control::hub); a program does not need it.
#[derive(Debug)]
pub struct Hub {
    clock: Clock,
    names: ReservedNames,
    plan: ArcSwap<Plan>,
    generation: AtomicU32,
    /// The plans that held since the engine last looked, the oldest first: it routes each record by its own.
    past: Mutex<VecDeque<Arc<Plan>>>,
    /// One change at a time. Nobody waits for the engine while holding it.
    changing: Mutex<()>,
    /// One change of which destinations there are at a time, what is started for it included. Taken before `changing`.
    pub(crate) reshaping: Mutex<()>,
    /// Destinations that are no longer in the plan.
    pub(crate) retired: Retired,
    /// What became of the configs so far.
    pub(crate) config: Mutex<Option<ConfigHealth>>,
    pub(crate) buffer: Buffer,
    pub(crate) requests: Requests,
    pub(crate) hooks: Hooks,
    pub(crate) counters: Counters,
    /// The number of the least serious severity that a span's `log.level` asked for; 255 if none did.
    floor: AtomicU8,
    fork: u32,
    /// A random number of its own.
    run: u64,
    stopped: AtomicBool,
    layers: AtomicU32,
    watched: AtomicBool,
    /// How often a callsite was answered on a thread of the program's.
    answers: AtomicU64,
    /// What stands beside the way of the data.
    pub(crate) beside: Beside,
    /// Does anybody want to know when spans close?
    closings: AtomicBool,
}

/// What the engine is asked to do, beside its work.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    state: Mutex<Tickets>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct Tickets {
    passes_wanted: u64,
    passes_done: u64,
    rebuilds_wanted: u64,
    rebuilds_done: u64,
    stop: bool,
    ended: bool,
}

/// What is run after each swap of the plan, on the engine's thread: layers have `tracing` ask its callsites anew.
pub(crate) struct Hooks(Mutex<Vec<Hook>>);

type Hook = Box<dyn Fn(&Plan) + Send>;

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hooks")
    }
}

/// Figures of the whole process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events whose callsite was not in their thread's table and had to be looked up.
    pub callsite_misses: AtomicU64,
    /// Errors of the pipeline's own parts: enrichers that panicked, notices that could not be given.
    pub errors: AtomicU64,
    /// Names in `destinations` fields that nothing has, each with how often.
    pub(crate) unknown: Mutex<BTreeMap<String, u64>>,
    /// How the flight recorder is, if there is one.
    pub(crate) recorder: Mutex<Option<RecorderHealth>>,
    /// By callsite: the records that were routed.
    routed: Mutex<Vec<u64>>,
}

/// How the flight recorder is, as of the engine's last pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RecorderHealth {
    /// Keys that have records.
    pub keys: u64,
    /// Bytes of memory that these take.
    pub bytes: usize,
    /// Records that were written since something had gone wrong.
    pub written: u64,
    /// Keys that were let go of to make room.
    pub forgotten: u64,
}

impl Counters {
    /// How many unknown names are told apart; more are counted under `...`.
    const UNKNOWN: usize = 64;

    pub(crate) fn set_routed(&self, counts: &[u64]) {
        let mut routed = self.routed.lock().unwrap_or_else(PoisonError::into_inner);
        routed.clear();
        routed.extend_from_slice(counts);
    }

    pub(crate) fn routed(&self) -> Vec<u64> {
        self.routed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a name that no destination has; `true` the first time.
    pub(crate) fn unknown(&self, name: &str) -> bool {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = unknown.get_mut(name) {
            *count += 1;
            return false;
        }
        let name = if unknown.len() < Self::UNKNOWN { name } else { "..." };
        let count = unknown.entry(name.to_owned()).or_insert(0);
        *count += 1;
        *count == 1
    }
}

impl Hub {
    /// How many plans are remembered for records that were captured under them.
    pub(crate) const PAST: usize = 64;

    pub(crate) fn new(
        spec: PlanSpec,
        names: ReservedNames,
        buffer: SharedBufferSettings,
        clock: Clock,
    ) -> Result<Self, PlanError> {
        let time = clock.clone();
        let plan = Plan::compile(spec, 1, None)?;
        let buffer = Buffer::new(buffer);
        buffer.pool().set_holding(plan.is_holding());
        Ok(Self {
            clock,
            names,
            closings: AtomicBool::new(plan.spec().recorder.is_some()),
            plan: ArcSwap::from_pointee(plan),
            generation: AtomicU32::new(1),
            past: Mutex::default(),
            changing: Mutex::new(()),
            reshaping: Mutex::new(()),
            retired: Retired::default(),
            config: Mutex::new(None),
            buffer,
            requests: Requests::default(),
            hooks: Hooks(Mutex::default()),
            counters: Counters::default(),
            floor: AtomicU8::new(u8::MAX),
            fork: process::forks(),
            run: process::random(),
            stopped: AtomicBool::new(false),
            layers: AtomicU32::new(0),
            watched: AtomicBool::new(false),
            answers: AtomicU64::new(0),
            beside: Beside::new(time),
        })
    }

    /// What time it is.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The names of the reserved fields.
    #[must_use]
    pub fn names(&self) -> &ReservedNames {
        &self.names
    }

    /// The shared buffer's settings.
    #[must_use]
    pub fn buffer_settings(&self) -> SharedBufferSettings {
        self.buffer.pool().settings()
    }

    /// The plan that holds now.
    #[must_use]
    pub fn plan(&self) -> Arc<Plan> {
        self.plan.load_full()
    }

    /// The number of the plan that holds now; it changes with each swap.
    #[inline]
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }

    /// Figures of the whole process.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Was this process forked off since the hub was made? Its threads are then on the other side: nothing may be
    /// captured.
    #[inline]
    #[must_use]
    pub fn is_forked(&self) -> bool {
        self.fork != process::forks()
    }

    /// Counts a layer in that feeds the pipeline, with its role.
    pub fn add_layer(&self, role: u8) {
        self.beside.add_layer(role);
        self.layers.fetch_add(1, Ordering::AcqRel);
    }

    /// Counts a layer out.
    pub fn remove_layer(&self, role: u8) {
        self.beside.remove_layer(role);
        self.layers.fetch_sub(1, Ordering::AcqRel);
    }

    /// How many layers feed the pipeline.
    #[inline]
    #[must_use]
    pub fn layers(&self) -> u32 {
        self.layers.load(Ordering::Relaxed)
    }

    /// Are callsites asked anew after each swap? `false` the first time, and `true` from then on.
    pub fn is_watched(&self) -> bool {
        self.watched.swap(true, Ordering::AcqRel)
    }

    /// Does anybody want to know when spans close?
    #[inline]
    #[must_use]
    pub fn wants_closings(&self) -> bool {
        self.closings.load(Ordering::Relaxed)
    }

    /// Was it shut down?
    #[inline]
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// A lane of the shared buffer for the thread that calls.
    #[must_use]
    pub fn open_lane(&self) -> Lane {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let name = std::thread::current().name().map(Into::into);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        self.buffer.open(Thread { name, number, run: self.run })
    }

    /// A lane of the shared buffer for records that come from no thread of the program, such as those of a pipe.
    #[must_use]
    pub fn open_nameless_lane(&self) -> Lane {
        self.buffer.open(Thread { run: self.run, ..Thread::default() })
    }

    /// Wakes the engine before its tick: for a record that should not wait.
    pub fn wake(&self) {
        self.buffer.pool().wake_engine();
    }

    /// Is any destination of the plan that holds now full, so that callers must wait? Of those in `reach`, a bit each.
    #[inline]
    #[must_use]
    pub fn is_congested(plan: &Plan, reach: u64) -> bool {
        plan.congested.load(Ordering::Relaxed) & reach != 0
    }

    /// Waits until the destinations that `record` goes to have room, as their policies say.
    #[cold]
    pub fn wait_for_room(&self, plan: &Plan, record: &Record<'_>) {
        let held_up = plan.holding_up(record);
        for (place, destination) in plan.each(held_up) {
            destination.outlet.wait_for_room();
            if !destination.outlet.is_congested() {
                plan.congested.fetch_and(!(1 << place), Ordering::Relaxed);
            }
        }
    }

    /// The least serious severity that a span's `log.level` asked for so far.
    #[inline]
    #[must_use]
    pub fn floor(&self) -> Option<Severity> {
        Severity::from_number(self.floor.load(Ordering::Relaxed))
    }

    /// Says that a span asks for `level`. The first time that this lowers the floor, callsites are asked anew, and the
    /// caller waits for that, a tenth of a second at the most: what is emitted inside the span is then awake.
    pub fn lower_floor(&self, level: Severity) {
        if self.floor.fetch_min(level.number(), Ordering::AcqRel) > level.number() {
            self.request_rebuild();
            if !crate::own::is_own_thread() {
                self.requests.wait_rebuild(Instant::now() + Duration::from_millis(100));
            }
        }
    }

    /// Has `hook` run after each swap of the plan, on the engine's thread, and not inside any callback of `tracing`.
    pub fn on_swap(&self, hook: impl Fn(&Plan) + Send + 'static) {
        self.hooks.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(hook));
    }

    /// Has the hooks run once more, soon: a callsite answered from an older plan.
    pub fn request_rebuild(&self) {
        self.requests.lock().rebuilds_wanted += 1;
        self.wake();
    }

    /// Says that a callsite is about to be answered on a thread of the program's. `tracing` stores the answer a moment
    /// later, perhaps after a swap and its rebuild; so a rebuild that finds new answers is done once more.
    pub fn note_answer(&self) {
        self.answers.fetch_add(1, Ordering::AcqRel);
    }

    /// How often a callsite was answered. Whoever answers after this was read sees the plan that its reader saw: both
    /// write, so that one of them comes first.
    pub(crate) fn answers(&self) -> u64 {
        self.answers.fetch_add(0, Ordering::AcqRel)
    }

    pub(crate) fn run_hooks(&self) {
        let plan = self.plan();
        let hooks = self.hooks.0.lock().unwrap_or_else(PoisonError::into_inner);
        process::away_from_forks(|| hooks.iter().for_each(|hook| hook(&plan)));
    }

    /// Makes a plan of the changed spec and swaps it. An error changes nothing.
    pub(crate) fn change<T, E: From<PlanError>>(
        &self,
        change: impl FnOnce(&mut PlanSpec) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change_and(change, |_| {})
    }

    /// The same, and when the plan is made, but before it is swapped, `then`.
    pub(crate) fn change_and<T, E: From<PlanError>>(
        &self,
        change: impl FnOnce(&mut PlanSpec) -> Result<T, E>,
        then: impl FnOnce(&mut T),
    ) -> Result<T, E> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_stopped() {
            return Err(PlanError::ShutDown.into());
        }
        let before = self.plan();
        let mut spec = before.spec().clone();
        let mut told = change(&mut spec)?;
        let plan = Plan::compile(spec, before.generation() + 1, Some(&before))?;
        then(&mut told);
        set_outlets(&plan, &before);
        self.swap(plan);
        Ok(told)
    }

    fn swap(&self, plan: Plan) {
        let generation = plan.generation();
        connect_failovers(&plan);
        switch_guests(&plan, &self.plan());
        let plan = Arc::new(plan);
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.push_back(Arc::clone(&plan));
        let forgotten = if past.len() > Self::PAST { past.pop_front() } else { None };
        drop(past);
        drop(forgotten);
        self.buffer.pool().set_holding(plan.is_holding());
        self.closings.store(plan.spec().recorder.is_some(), Ordering::Relaxed);
        self.plan.store(plan);
        self.generation.store(generation, Ordering::Release);
        self.request_rebuild();
    }

    /// The plans that came since this was last asked, the oldest first.
    pub(crate) fn take_past(&self) -> VecDeque<Arc<Plan>> {
        std::mem::take(&mut *self.past.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps to a plan without destinations, for good. `false` if that was done already.
    pub(crate) fn stop_capture(&self) -> bool {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.plan();
        let first = !self.stopped.swap(true, Ordering::AcqRel);
        if first {
            self.retired.begin(before.destinations().iter().cloned());
            self.beside.set_last_plan(&before);
            let spec =
                PlanSpec { destinations: Vec::new(), default: Vec::new(), routes: Vec::new(), ..before.spec().clone() };
            if let Ok(plan) = Plan::compile(spec, before.generation() + 1, Some(&before)) {
                self.swap(plan);
            }
        }
        first
    }
}

/// Tells the workers what is set anew for their destinations.
fn set_outlets(plan: &Plan, before: &Plan) {
    for destination in plan.destinations() {
        if !before.destinations().iter().any(|other| Arc::ptr_eq(other, destination)) {
            destination.outlet.set(&destination.settings);
        }
    }
}

/// Tells each destination's worker which one takes over.
fn connect_failovers(plan: &Plan) {
    for destination in plan.destinations() {
        let failover = destination.settings.failover.as_deref().and_then(|name| plan.place(name));
        destination.outlet.set_failover(failover.map(|place| &plan.destinations()[place].outlet));
    }
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Tickets> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a pass over all lanes; gives a ticket to wait with.
    pub(crate) fn ask_pass(&self) -> u64 {
        let mut tickets = self.lock();
        tickets.passes_wanted += 1;
        tickets.passes_wanted
    }

    fn wait(&self, deadline: Instant, done: impl Fn(&Tickets) -> bool) -> bool {
        let mut tickets = self.lock();
        loop {
            if done(&tickets) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO || tickets.ended {
                return false;
            }
            tickets = self.answered.wait_timeout(tickets, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the pass of `ticket` was made.
    pub(crate) fn wait_pass(&self, ticket: u64, deadline: Instant) -> bool {
        self.wait(deadline, |tickets| tickets.passes_done >= ticket)
    }

    /// Waits until the hooks were run that are wanted now.
    pub(crate) fn wait_rebuild(&self, deadline: Instant) -> bool {
        let wanted = self.lock().rebuilds_wanted;
        self.wait(deadline, |tickets| tickets.rebuilds_done >= wanted)
    }

    /// What the engine is asked: the ticket of the pass if one is wanted, that of the rebuild if one is, and to stop.
    pub(crate) fn read(&self) -> (Option<u64>, Option<u64>, bool) {
        let tickets = self.lock();
        let pass = (tickets.passes_wanted > tickets.passes_done).then_some(tickets.passes_wanted);
        let rebuild = (tickets.rebuilds_wanted > tickets.rebuilds_done).then_some(tickets.rebuilds_wanted);
        (pass, rebuild, tickets.stop)
    }

    pub(crate) fn answer(&self, pass: Option<u64>, rebuild: Option<u64>) {
        if pass.is_none() && rebuild.is_none() {
            return;
        }
        let mut tickets = self.lock();
        tickets.passes_done = pass.unwrap_or(tickets.passes_done);
        tickets.rebuilds_done = rebuild.unwrap_or(tickets.rebuilds_done);
        self.answered.notify_all();
    }

    pub(crate) fn stop(&self) {
        self.lock().stop = true;
    }

    /// Says that the engine's thread ended: nobody answers any more.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.answered.notify_all();
    }
}
