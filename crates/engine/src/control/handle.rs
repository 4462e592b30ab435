//! The handle itself.

use crate::buffer::SharedBufferSettings;
use crate::hub::Hub;
use crate::own;
use crate::plan::{Explanation, Plan, PlanError, PlanSpec, Query, ReservedNames};
use crate::{Clock, process, run};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The handle that changes the plan of a running program. Clone it freely, call it from any thread, sync or async.
///
/// Every change makes a new plan and swaps it for the one before; one that cannot be made changes nothing. When a
/// call returns, callsites that the new plan wants are awake.
///
/// The last handle, counting those in layers, closes the pipeline in the background when it goes: what is queued is
/// still delivered. To wait for that, and to hear what became of it, call [`Control::shutdown`] or keep a
/// [`Control::guard`].
#[derive(Clone, Debug)]
pub struct Control(Arc<Handle>);

#[derive(Debug)]
struct Handle {
    hub: Arc<Hub>,
    engine: Mutex<bool>,
}

/// Sets what cannot change later.
#[derive(Debug, Default)]
pub struct ControlBuilder {
    names: ReservedNames,
    buffer: SharedBufferSettings,
    clock: Option<Clock>,
    spec: PlanSpec,
}

impl ControlBuilder {
    /// The names of the reserved fields.
    #[must_use]
    pub fn names(mut self, names: ReservedNames) -> Self {
        self.names = names;
        self
    }

    /// The shared buffer.
    #[must_use]
    pub fn buffer(mut self, buffer: SharedBufferSettings) -> Self {
        self.buffer = buffer;
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The first plan.
    #[must_use]
    pub fn plan(mut self, spec: PlanSpec) -> Self {
        self.spec = spec;
        self
    }

    /// The handle.
    ///
    /// # Errors
    ///
    /// If the plan cannot be made.
    pub fn build(self) -> Result<Control, PlanError> {
        process::watch_forks();
        let clock = self.clock.unwrap_or_else(Clock::system);
        let hub = Arc::new(Hub::new(self.spec, self.names, self.buffer, clock)?);
        Ok(Control(Arc::new(Handle { hub, engine: Mutex::new(false) })))
    }
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

impl Control {
    /// A pipeline with nothing attached yet.
    ///
    /// # Panics
    ///
    /// Never: the plan that a program starts with can be made.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build().expect("the first plan has nothing in it that could be wrong")
    }

    /// A pipeline whose buffer, clock or names differ from the usual.
    #[must_use]
    pub fn builder() -> ControlBuilder {
        ControlBuilder::default()
    }

    /// What layers share with it.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// The plan that holds now.
    #[must_use]
    pub fn plan(&self) -> Arc<Plan> {
        self.0.hub.plan()
    }

    /// Makes a plan of the changed spec and swaps it; several changes at once are one swap.
    ///
    /// # Errors
    ///
    /// If the plan cannot be made, or `change` itself fails. Nothing is changed then.
    pub fn change<T>(&self, change: impl FnOnce(&mut PlanSpec) -> Result<T, PlanError>) -> Result<T, PlanError> {
        self.change_and(change, |_| {})
    }

    /// The same, and when the plan is made, but before it is swapped, `then`.
    pub(super) fn change_and<T>(
        &self,
        change: impl FnOnce(&mut PlanSpec) -> Result<T, PlanError>,
        then: impl FnOnce(&mut T),
    ) -> Result<T, PlanError> {
        self.start_engine()?;
        let told = self.0.hub.change_and(change, then)?;
        self.settle();
        Ok(told)
    }

    /// Changes the size of the shared buffer, and what happens when it is full.
    pub fn set_shared_buffer(&self, settings: SharedBufferSettings) {
        self.0.hub.buffer.pool().set(settings);
    }

    /// Waits until callsites were asked anew. Inside a callback of a layer nobody may wait for that: it is done soon
    /// after.
    pub(super) fn settle(&self) {
        if !own::is_own_thread() && !own::is_in_callback() {
            let _ = self.0.hub.requests.wait_rebuild(Instant::now() + Duration::from_secs(1));
        }
    }

    pub(super) fn start_engine(&self) -> Result<(), PlanError> {
        let mut started = self.0.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if !*started {
            run::start(Arc::clone(&self.0.hub)).map_err(PlanError::Thread)?;
            *started = true;
        }
        Ok(())
    }

    pub(super) fn is_started(&self) -> bool {
        *self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the engine route everything that was emitted before.
    pub(super) fn route_all(&self, deadline: Instant) -> bool {
        if !self.is_started() || own::is_own_thread() {
            return true;
        }
        let ticket = self.0.hub.requests.ask_pass();
        self.0.hub.wake();
        self.0.hub.requests.wait_pass(ticket, deadline)
    }

    /// Where a record like `query` goes, and why. It asks the same code as the engine.
    ///
    /// ```
    /// use tracework_engine::{Control, Query, SpanQuery};
    ///
    /// let control = Control::new();
    /// let request = SpanQuery { name: "request".to_owned(), fields: Vec::new() };
    /// let told = control.explain(&Query { spans: vec![request], ..Query::default() });
    /// assert!(told.destinations.is_empty(), "nothing is attached yet");
    /// ```
    #[must_use]
    pub fn explain(&self, query: &Query) -> Explanation {
        let static_max_level = query.static_max_level.or_else(|| self.hub().static_least());
        self.plan().explain_by(&Query { static_max_level, ..query.clone() }, self.hub().names())
    }

    /// A guard that shuts the pipeline down when it goes out of scope, within `timeout`.
    #[must_use = "a guard that is not kept shuts down at once"]
    pub fn guard(&self, timeout: Duration) -> Guard {
        Guard { control: self.clone(), timeout }
    }
}

/// Shuts the pipeline down when it goes out of scope: what is queued is delivered within its time, and what was not is
/// told on standard error.
#[derive(Debug)]
pub struct Guard {
    control: Control,
    timeout: Duration,
}

impl Guard {
    /// The handle.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let report = self.control.shutdown(self.timeout);
        if let Err(unclean) = report.into_result() {
            // The stream is gone by now; a closed standard error is nobody's concern.
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("tracework: {unclean}\n"));
        }
    }
}

impl Drop for Handle {
    /// Nobody can log or change anything any more: the rest is delivered in the background.
    fn drop(&mut self) {
        if !*self.engine.get_mut().unwrap_or_else(PoisonError::into_inner) || self.hub.is_forked() {
            return;
        }
        let hub = Arc::clone(&self.hub);
        let close = move || {
            own::mark_own_thread();
            let _ = super::flush::close_all(&hub, Instant::now() + Duration::from_secs(5));
        };
        // Without a thread, what is queued is still delivered by the workers until the process ends.
        let _ = std::thread::Builder::new().name("tracework-close".into()).spawn(close);
    }
}
