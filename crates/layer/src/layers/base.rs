//! What every layer of ours does alike.

use super::rebuild;
use crate::capture::{self, LayerId, Stack};
use crate::companion::{Companion, companion};
use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tracework_core::Severity;
use tracework_engine::own::is_own_thread;
use tracework_engine::{Control, Hub};
use tracing::level_filters::STATIC_MAX_LEVEL;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// What every layer of ours does alike: one captures for all, each adds its role.
pub(crate) struct Base<S> {
    /// Keeps the pipeline open while the layer stands.
    control: Control,
    id: LayerId,
    role: u8,
    companion: Companion<S>,
}

impl<S> fmt::Debug for Base<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Base<S> {
    pub(crate) fn new(control: &Control, role: u8) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let hub = control.hub();
        rebuild::watch_swaps(hub);
        hub.add_layer(role);
        hub.set_static_least(static_least());
        Self {
            control: control.clone(),
            id: LayerId(NEXT.fetch_add(1, Ordering::Relaxed)),
            role,
            companion: companion(hub),
        }
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        self.control.hub()
    }

    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    pub(crate) fn on_layer(&mut self, subscriber: &mut S) {
        self.companion.on_layer(subscriber);
    }

    pub(crate) fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.companion.register_callsite(metadata)
    }

    pub(crate) fn enabled(&self, metadata: &Metadata<'_>, context: Context<'_, S>) -> bool {
        !is_own_thread() && self.companion.enabled(metadata, context)
    }

    pub(crate) fn event_enabled(&self, event: &Event<'_>, context: Context<'_, S>) -> bool {
        if !self.is_alone() {
            Stack::count_in(self.hub(), self.id, event);
        }
        self.companion.event_enabled(event, context)
    }

    #[inline]
    pub(crate) fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        capture::on_event(self.hub(), (self.id, self.role), self.is_alone(), event, &context);
        self.companion.on_event(event, context);
    }

    /// Is it the only layer of ours that feeds the pipeline?
    #[inline]
    fn is_alone(&self) -> bool {
        self.hub().layers() == 1
    }

    pub(crate) fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !is_own_thread() && !self.hub().is_forked() {
            capture::on_new_span(self.hub(), self.id, attributes, id, &context);
        }
        self.companion.on_new_span(attributes, id, context);
    }

    pub(crate) fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if !is_own_thread() && !self.hub().is_forked() {
            capture::on_record(self.hub(), self.id, id, values, &context);
        }
        self.companion.on_record(id, values, context);
    }

    pub(crate) fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        capture::on_enter(self.hub(), self.id, id, &context);
        self.companion.on_enter(id, context);
    }

    pub(crate) fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        capture::on_exit(self.hub(), self.id, id);
        self.companion.on_exit(id, context);
    }

    pub(crate) fn on_close(&self, id: Id, context: Context<'_, S>) {
        if self.hub().wants_closings() {
            capture::on_close(self.hub(), self.id, &id, &context);
        }
        self.companion.on_close(id, context);
    }

    pub(crate) fn companion_downcast(&self, id: TypeId) -> Option<*const ()> {
        // Whoever has the stack finds the pipeline by it.
        if id == TypeId::of::<Arc<Hub>>() {
            return Some(std::ptr::from_ref(self.hub()).cast());
        }
        part_of(&self.companion, id)
    }
}

/// The part of a filtered layer of ours that is of the type `id`, as `tracing` looks for it.
#[expect(unsafe_code, reason = "`tracing` finds a per-layer filter by this call alone")]
pub(crate) fn part_of<S: Subscriber>(filtered: &impl Layer<S>, id: TypeId) -> Option<*const ()> {
    // SAFETY: a filtered layer gives out pointers to itself and its parts, which live as long as it.
    unsafe { filtered.downcast_raw(id) }
}

/// Implements `Layer::downcast_raw`, by a method that gives the parts of a layer.
macro_rules! downcast_by {
    ($parts:ident) => {
        #[expect(unsafe_code, reason = "`tracing` finds layers and their filters by this call alone")]
        unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
            // The pointers given out are to this layer and its parts, which live as long as it.
            if id == TypeId::of::<Self>() {
                return Some(std::ptr::from_ref(self).cast());
            }
            self.$parts(id)
        }
    };
}

pub(crate) use downcast_by;

/// The least severity that `tracing` was compiled with.
fn static_least() -> Severity {
    match STATIC_MAX_LEVEL.into_level() {
        Some(level) => capture::severity(level),
        None => Severity::CRITICAL,
    }
}

impl<S> Drop for Base<S> {
    fn drop(&mut self) {
        self.control.hub().remove_layer(self.role);
    }
}

/// Implements `Layer` by the field `base`, for a layer that adds nothing to it but what it says itself.
macro_rules! forward_to_base {
    ($layer:ident { $($own:item)* }) => {
        impl<S: Subscriber + for<'a> LookupSpan<'a>> $layer<S> {
            fn parts(&self, id: TypeId) -> Option<*const ()> {
                self.base.companion_downcast(id)
            }
        }

        impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for $layer<S> {
            fn on_layer(&mut self, subscriber: &mut S) {
                self.base.on_layer(subscriber);
            }
            fn on_register_dispatch(&self, stack: &tracing::Dispatch) {
                crate::layers::rebuild::know(stack);
            }
            fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
                self.base.register_callsite(metadata)
            }
            fn enabled(&self, metadata: &Metadata<'_>, context: Context<'_, S>) -> bool {
                self.base.enabled(metadata, context)
            }
            fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
                self.base.on_event(event, context);
            }
            fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
                self.base.on_new_span(attributes, id, context);
            }
            fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
                self.base.on_record(id, values, context);
            }
            fn on_enter(&self, id: &Id, context: Context<'_, S>) {
                self.base.on_enter(id, context);
            }
            fn on_exit(&self, id: &Id, context: Context<'_, S>) {
                self.base.on_exit(id, context);
            }
            fn on_close(&self, id: Id, context: Context<'_, S>) {
                self.base.on_close(id, context);
            }
            crate::layers::downcast_by!(parts);
            $($own)*
        }
    };
}

pub(crate) use forward_to_base;
