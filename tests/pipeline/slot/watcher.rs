//! A layer of our own that holds `tracing` to its promises.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// What a watcher saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The spans that have begun and not closed.
    open: Mutex<HashSet<u64>>,
    events: Mutex<Vec<String>>,
    begun: AtomicU64,
    closed: AtomicU64,
    entered: AtomicU64,
    strange: Mutex<Vec<String>>,
    told: AtomicU64,
    gone: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    pub(super) fn events(&self) -> Vec<String> {
        lock(&self.events).clone()
    }

    /// How many spans began and closed.
    pub(super) fn spans(&self) -> (u64, u64) {
        (self.begun.load(Ordering::SeqCst), self.closed.load(Ordering::SeqCst))
    }

    /// Was there anything that a layer must not see?
    pub(super) fn strange(&self) -> Vec<String> {
        lock(&self.strange).clone()
    }

    /// How many events, beginnings and entries it was told of.
    pub(super) fn told(&self) -> u64 {
        lock(&self.events).len() as u64 + self.begun.load(Ordering::SeqCst) + self.entered.load(Ordering::SeqCst)
    }

    /// How often it was told its stack.
    pub(super) fn stacks(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    /// Was the layer dropped?
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    fn must_know(&self, id: &Id, what: &str) {
        if !lock(&self.open).contains(&id.into_u64()) {
            lock(&self.strange).push(format!("{what} of a span that it did not see begin"));
        }
    }
}

/// A layer that sees everything, and what it saw.
pub(super) fn watcher() -> (Watcher, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    (Watcher(Arc::clone(&seen)), seen)
}

pub(super) struct Watcher(Arc<Seen>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::SeqCst);
    }
}

/// Takes the message out of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watcher {
    fn on_register_dispatch(&self, _: &tracing::Dispatch) {
        self.0.told.fetch_add(1, Ordering::SeqCst);
    }

    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        if !lock(&self.0.open).insert(id.into_u64()) {
            lock(&self.0.strange).push("a span began twice".into());
        }
        if context.span(id).is_none() {
            lock(&self.0.strange).push("a span began that is not there".into());
        }
    }

    fn on_record(&self, id: &Id, _: &Record<'_>, _: Context<'_, S>) {
        self.0.must_know(id, "a field");
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        lock(&self.0.events).push(message.0);
        let around = context.event_scope(event).into_iter().flatten();
        around.for_each(|span| self.0.must_know(&span.id(), "an event inside"));
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.0.entered.fetch_add(1, Ordering::SeqCst);
        self.0.must_know(id, "the entry");
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        self.0.must_know(id, "the exit");
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.0.must_know(&id, "the end");
        lock(&self.0.open).remove(&id.into_u64());
        self.0.closed.fetch_add(1, Ordering::SeqCst);
    }
}
