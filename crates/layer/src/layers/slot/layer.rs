//! The slot as a layer in the stack.

use super::handle::{Shared, SlotHandle};
use super::place::Place;
use super::seat::{InStack, in_stack};
use super::thread;
use crate::layers::base::part_of;
use crate::layers::{downcast_by, rebuild};
use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use tracework_engine::Control;
use tracework_engine::own::is_own_thread;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A place in the stack for layers of others, which come and go while the program runs.
///
/// The stack is made once; what `tracing-subscriber` offers for later, `reload`, panics or loses spans and filters. A slot
/// has a few seats instead, four unless told otherwise. [`SlotHandle::put`] gives a layer a seat, [`SlotHandle::take`]
/// takes it out.
///
/// - A layer sees what begins after it came: no span older than it, neither by a callback nor around an event. So
///   nothing that it expects of its spans is missing.
/// - What it does not want is its own concern: its filter, its level, and its interest in callsites hold for it alone, and
///   never switch anything off for others.
/// - Taken out, it sees no new span and no event, but the spans that it has seen to their end. Then it is dropped, on
///   the thread that closed the last of them, and the seat is free. A span that never closes holds its seat.
/// - Any thread may put and take, at any place: inside a layer's callback, or in a destination. Nothing is locked while a
///   foreign layer runs.
/// - A layer that panics is switched off, and the self-log says so; the program goes on.
/// - What it logs itself, while it is called, does not come back to it.
///
/// [`Control::layers`] lists the layers in slots by name, and [`Control::disable_layer`] and
/// [`enable_layer`](Control::enable_layer) switch them.
///
/// What a slot cannot do: a layer in it is not found by `Dispatch::downcast_ref`, since it may be gone the next moment; so
/// `OpenTelemetrySpanExt` does not see a tracing-opentelemetry layer that came by a slot. Two `fmt` layers share what
/// they write of a span's fields, in a slot as in any stack.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use tracework_engine::Control;
/// use tracework_layer::LayerSlot;
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::layer::Context;
/// use tracing_subscriber::{Layer, prelude::*};
///
/// /// Any layer: that of `fmt`, of tracing-opentelemetry, or this one, which counts events.
/// #[derive(Clone, Default)]
/// struct Counts(Arc<AtomicU64>);
///
/// impl<S: tracing::Subscriber> Layer<S> for Counts {
///     fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let control = Control::new();
/// let slot = LayerSlot::new(&control);
/// let handle = slot.handle();
/// let [all, errors] = [Counts::default(), Counts::default()];
/// tracing::subscriber::with_default(tracing_subscriber::registry().with(slot), || {
///     handle.put("all", all.clone())?;
///     handle.put_filtered("errors", errors.clone().with_filter(LevelFilter::ERROR))?;
///     tracing::info!("for `all`");
///     control.disable_layer("all")?;
///     tracing::error!("for `errors`");
///     handle.take("errors")?;
///     tracing::error!("for nobody");
///     Ok::<(), Box<dyn std::error::Error>>(())
/// })?;
/// assert_eq!((all.0.load(Ordering::Relaxed), errors.0.load(Ordering::Relaxed)), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LayerSlot<S: Subscriber> {
    shared: Arc<Shared<S>>,
    seats: Vec<(Arc<Place<S>>, InStack<S>)>,
}

impl<S: Subscriber> fmt::Debug for LayerSlot<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerSlot").field("seats", &self.seats.len()).finish_non_exhaustive()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> LayerSlot<S> {
    /// How many seats a slot has, if nothing else is said.
    pub const SEATS: usize = 4;

    /// A slot with [`LayerSlot::SEATS`] seats, whose layers `control` lists and switches.
    #[must_use]
    pub fn new(control: &Control) -> Self {
        Self::with_seats(control, Self::SEATS)
    }

    /// A slot with `seats` seats. Each takes one of the 64 per-layer filters that a stack may have, and each costs every
    /// event a little; see `docs/how-to/layers.md`.
    ///
    /// # Panics
    ///
    /// If `seats` is none, or more than 60. The stack panics if all its layers together have more than 64 filters.
    #[must_use]
    pub fn with_seats(control: &Control, seats: usize) -> Self {
        assert!((1..=60).contains(&seats), "a slot has 1 to 60 seats, and not {seats}");
        rebuild::watch_swaps(control.hub());
        let places: Vec<_> = (0..seats).map(|_| Arc::new(Place::new())).collect();
        let seats = places.iter().map(|place| (Arc::clone(place), in_stack(place))).collect();
        Self { shared: Shared::new(control, places), seats }
    }

    /// Puts layers in, and takes them out. It does not keep the stack alive.
    #[must_use]
    pub fn handle(&self) -> SlotHandle<S> {
        SlotHandle::new(&self.shared)
    }

    /// What is found in the slot: a seat, and that it has a filter. What sits there, and may go, is not.
    fn parts(&self, id: TypeId) -> Option<*const ()> {
        self.seats.first().and_then(|(_, seat)| part_of(seat, id))
    }

    /// The seats whose layers may have seen a span: in the others nobody is to be told of it.
    fn used(&self) -> impl Iterator<Item = &InStack<S>> {
        self.seats.iter().filter(|(place, _)| !place.is_free()).map(|(_, seat)| seat)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LayerSlot<S> {
    fn on_layer(&mut self, subscriber: &mut S) {
        self.seats.iter_mut().for_each(|(_, seat)| seat.on_layer(subscriber));
    }

    fn on_register_dispatch(&self, stack: &Dispatch) {
        rebuild::know(stack);
        self.shared.stands_in(stack);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if !is_own_thread() {
            self.shared.hub().note_answer();
        }
        for (_, seat) in &self.seats {
            seat.register_callsite(metadata);
        }
        // The seats have answered by their filters.
        Interest::always()
    }

    fn enabled(&self, metadata: &Metadata<'_>, context: Context<'_, S>) -> bool {
        thread::count_question();
        // A seat's answer is in its filter; what it gives back is always `true`.
        !is_own_thread() && self.seats.iter().all(|(_, seat)| seat.enabled(metadata, context.clone()))
    }

    fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        thread::note_event(event);
        self.seats.iter().all(|(_, seat)| seat.event_enabled(event, context.clone()))
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let questions = thread::questions_at(event);
        for (_, seat) in &self.seats {
            // A layer has logged meanwhile: `tracing` keeps one set of answers, and those to this event are gone. Of a
            // record of `log` nothing is known here any more that could be asked about.
            if thread::was_asked_since(questions) && event.metadata().target() != "log" {
                thread::forget_question();
            }
            seat.on_event(event, context.clone());
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let hints = self.seats.iter().map(|(_, seat)| seat.max_level_hint());
        hints.reduce(|one, other| Some(one?.max(other?))).flatten()
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        for (place, seat) in &self.seats {
            let before = thread::set_belongs(false);
            if !place.is_free() {
                seat.on_id_change(id, id, context.clone());
            }
            seat.on_new_span(attributes, id, context.clone());
            if thread::belongs() {
                // A layer further in has logged meanwhile, and whom the span is for was forgotten.
                seat.on_new_span(attributes, id, context.clone());
            }
            thread::set_belongs(before);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_record(id, values, context.clone()));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_follows_from(id, follows, context.clone()));
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_enter(id, context.clone()));
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_exit(id, context.clone()));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_close(id.clone(), context.clone()));
    }

    fn on_id_change(&self, old: &Id, new: &Id, context: Context<'_, S>) {
        self.used().for_each(|seat| seat.on_id_change(old, new, context.clone()));
    }

    downcast_by!(parts);
}
