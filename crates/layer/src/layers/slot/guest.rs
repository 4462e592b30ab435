//! A foreign layer, and calling it without harm.

use super::aside;
use super::thread::{self, Inside};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework_engine::own::InCallback;
use tracework_engine::{Guest, Hub, SelfLogSource};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};

/// A foreign layer, with its filter if it came with one.
pub(super) trait Foreign<S: Subscriber>: Send + Sync {
    fn layer(&self) -> &dyn Layer<S>;
    fn filter(&self) -> Option<&dyn Filter<S>>;
}

/// A layer without a filter.
pub(super) struct Bare<L>(pub(super) L);

impl<S: Subscriber, L: Layer<S> + Send + Sync> Foreign<S> for Bare<L> {
    fn layer(&self) -> &dyn Layer<S> {
        &self.0
    }

    fn filter(&self) -> Option<&dyn Filter<S>> {
        None
    }
}

/// `Filtered` itself is never called: it has no number with `tracing`. Its parts are.
impl<S, L, F> Foreign<S> for Filtered<L, F, S>
where
    S: Subscriber,
    L: Layer<S> + Send + Sync,
    F: Filter<S> + Send + Sync + 'static,
{
    fn layer(&self) -> &dyn Layer<S> {
        self.inner()
    }

    fn filter(&self) -> Option<&dyn Filter<S>> {
        Some(self.filter())
    }
}

/// A foreign layer whose panics stay in it, also that of its end.
pub(super) struct Contained<S: Subscriber> {
    foreign: Option<Box<dyn Foreign<S>>>,
}

impl<S: Subscriber> Contained<S> {
    pub(super) fn new(foreign: Box<dyn Foreign<S>>) -> Arc<Self> {
        Arc::new(Self { foreign: Some(foreign) })
    }

    /// Runs `work` with it; if that panics, what it said.
    pub(super) fn run<T>(&self, work: impl FnOnce(&dyn Foreign<S>) -> T) -> Result<T, String> {
        let Some(foreign) = self.foreign.as_deref() else { return Err(String::new()) };
        catch_unwind(AssertUnwindSafe(|| work(foreign))).map_err(said)
    }
}

impl<S: Subscriber> Drop for Contained<S> {
    fn drop(&mut self) {
        let foreign = self.foreign.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(foreign))) {
            said(panic);
        }
    }
}

/// What a panic said.
fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("a panic that is no text").to_owned();
    // What a panic carries may panic when it goes.
    _ = catch_unwind(AssertUnwindSafe(|| drop(panic)));
    text
}

/// A layer in a seat.
pub(super) struct Tenant<S: Subscriber> {
    contained: Arc<Contained<S>>,
    guest: Arc<Guest>,
    hub: Arc<Hub>,
    /// Which of the layers that ever came it is.
    number: u64,
    /// Which of those that sat here it is.
    pub(super) epoch: u32,
    /// Was it told of its stack?
    told: AtomicBool,
    leaving: AtomicBool,
}

impl<S: Subscriber> fmt::Debug for Tenant<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").field("guest", &self.guest).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl<S: Subscriber> Tenant<S> {
    pub(super) fn new(
        (contained, told): (&Arc<Contained<S>>, bool),
        guest: &Arc<Guest>,
        hub: &Arc<Hub>,
        epoch: u32,
    ) -> Self {
        Self {
            contained: Arc::clone(contained),
            guest: Arc::clone(guest),
            hub: Arc::clone(hub),
            number: thread::next(),
            epoch,
            told: AtomicBool::new(told),
            leaving: AtomicBool::new(false),
        }
    }

    pub(super) fn guest(&self) -> &Arc<Guest> {
        &self.guest
    }

    /// It is taken out: it sees its spans to their end, and nothing new.
    pub(super) fn leave(&self) {
        self.leaving.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::SeqCst)
    }

    /// Calls it. After a panic it is not called again.
    pub(super) fn call(&self, work: impl FnOnce(&dyn Foreign<S>)) {
        self.ask((), work);
    }

    fn ask<T>(&self, otherwise: T, work: impl FnOnce(&dyn Foreign<S>) -> T) -> T {
        if self.guest.has_failed() {
            return otherwise;
        }
        // Whatever it does to its own slot is not waited for inside it.
        let _callback = InCallback::enter();
        let _inside = Inside::enter(self.number);
        match self.contained.run(work) {
            Ok(answer) => answer,
            Err(panic) => {
                self.fail(&panic);
                otherwise
            }
        }
    }

    #[cold]
    fn fail(&self, panic: &str) {
        if self.guest.fail() {
            let message = format!("it panicked, and is switched off: {panic}");
            self.hub.note(SelfLogSource::Layer(self.guest.name().to_owned()), &message);
            // Callsites that nobody else wants can sleep again.
            self.hub.request_rebuild();
        }
    }

    /// Tells it which stack it stands in, once.
    pub(super) fn tell(&self, stack: &Dispatch) {
        if !self.told.swap(true, Ordering::AcqRel) {
            self.call(|foreign| foreign.layer().on_register_dispatch(stack));
        }
    }

    /// Does it take anything new, here on this thread?
    pub(super) fn is_taking(&self) -> bool {
        self.guest.is_on() && !thread::is_inside(self.number)
    }

    /// Was it there when this thread asked whether what comes is wanted?
    pub(super) fn was_asked(&self) -> bool {
        thread::asked_since(self.number)
    }

    /// `sometimes` if it may want what this callsite makes, or `never`.
    pub(super) fn interest(&self, metadata: &'static Metadata<'static>) -> Interest {
        if !self.guest.is_on() {
            return Interest::never();
        }
        let ask = || {
            self.ask(false, |foreign| {
                let by_filter = foreign.filter().is_none_or(|filter| !filter.callsite_enabled(metadata).is_never());
                by_filter && !foreign.layer().register_callsite(metadata).is_never()
            })
        };
        let may = aside::apart(ask);
        if may { Interest::sometimes() } else { Interest::never() }
    }

    pub(super) fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        thread::note_question();
        self.ask(false, |foreign| {
            foreign.filter().is_none_or(|filter| filter.enabled(metadata, context))
                && foreign.layer().enabled(metadata, context.clone())
        })
    }

    pub(super) fn event_enabled(&self, event: &tracing::Event<'_>, context: &Context<'_, S>) -> bool {
        self.ask(false, |foreign| {
            foreign.filter().is_none_or(|filter| filter.event_enabled(event, context))
                && foreign.layer().event_enabled(event, context.clone())
        })
    }

    pub(super) fn max_level_hint(&self) -> Option<LevelFilter> {
        if !self.guest.is_on() {
            return Some(LevelFilter::OFF);
        }
        self.ask(Some(LevelFilter::OFF), |foreign| {
            let filter = foreign.filter().and_then(Filter::max_level_hint);
            match (filter, foreign.layer().max_level_hint()) {
                (Some(filter), Some(layer)) => Some(filter.min(layer)),
                (one, other) => one.or(other),
            }
        })
    }
}
