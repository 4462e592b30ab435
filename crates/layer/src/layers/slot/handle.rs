//! Putting layers into a slot, and taking them out.

use super::aside;
use super::error::SlotError;
use super::guest::{Bare, Contained, Foreign, Tenant};
use super::place::Place;
use std::fmt;
use std::sync::{Arc, OnceLock, Weak};
use tracework_engine::{Control, Guest, Hub, PlanError};
use tracing::dispatcher::WeakDispatch;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::Filter;

/// A seat, and who sits there.
type Sitter<'a, S> = (&'a Arc<Place<S>>, Arc<Tenant<S>>);

/// What a slot in the stack and its handles share.
pub(super) struct Shared<S: Subscriber> {
    control: Control,
    places: Vec<Arc<Place<S>>>,
    /// The stack that the slot stands in, once that is known.
    stack: OnceLock<WeakDispatch>,
}

impl<S: Subscriber> Shared<S> {
    pub(super) fn new(control: &Control, places: Vec<Arc<Place<S>>>) -> Arc<Self> {
        Arc::new(Self { control: control.clone(), places, stack: OnceLock::new() })
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        self.control.hub()
    }

    /// The layers that sit here.
    fn tenants(&self) -> impl Iterator<Item = Sitter<'_, S>> {
        self.places.iter().filter_map(|place| Some((place, place.with(Arc::clone)?)))
    }

    /// The slot's stack is made: whoever sits here already is told of it.
    pub(super) fn stands_in(&self, stack: &Dispatch) {
        // A layer stands in one stack.
        _ = self.stack.set(stack.downgrade());
        self.tenants().for_each(|(_, tenant)| tenant.tell(stack));
    }

    fn stack(&self) -> Option<Dispatch> {
        self.stack.get()?.upgrade()
    }

    fn seat(&self, name: &str, foreign: Box<dyn Foreign<S>>, replacing: bool) -> Result<(), SlotError> {
        let contained = Contained::new(foreign);
        let panicked = |said| SlotError::Panicked { name: name.to_owned(), said };
        let mut tried = Ok(());
        let filtered = aside::has_filter(|metadata| {
            let registered = contained.run(|foreign| _ = foreign.layer().register_callsite(metadata));
            if registered.is_err() {
                tried = registered;
            }
        });
        // If this is inside the registration of a callsite, others may have answered in vain.
        self.hub().request_rebuild();
        tried.map_err(panicked)?;
        if filtered {
            return Err(SlotError::Filtered { name: name.to_owned() });
        }
        let stack = self.stack();
        if let Some(stack) = &stack {
            contained.run(|foreign| foreign.layer().on_register_dispatch(stack)).map_err(panicked)?;
        }
        let older = self.named(name);
        if replacing && older.is_empty() {
            return Err(no_layer(name));
        }
        let (mut left, mut seated_as) = (Vec::new(), None);
        let seated = self.control.seat_guest(name, replacing, |guest| {
            let tenant = |epoch| Tenant::new((&contained, stack.is_some()), guest, self.hub(), epoch);
            let free = self.places.iter().any(|place| place.occupy(tenant, &mut left));
            seated_as = free.then(|| Arc::clone(guest));
            if free { Ok(()) } else { Err(self.full(name)) }
        });
        drop(left);
        let guest = match seated {
            Ok(guest) => guest,
            Err(error) => {
                // It sits here if the plan was refused after that.
                seated_as.and_then(|guest| self.tenant(&guest)).into_iter().for_each(vacate);
                return Err(error);
            }
        };
        if let (Some(stack), Some((_, tenant))) = (self.stack(), self.tenant(&guest)) {
            tenant.tell(&stack);
        }
        if replacing { self.remove(older) } else { Ok(()) }
    }

    fn full(&self, name: &str) -> SlotError {
        let staying = self.tenants().filter(|(_, tenant)| !tenant.is_leaving()).count();
        SlotError::Full { name: name.to_owned(), seats: self.places.len(), leaving: self.places.len() - staying }
    }

    fn tenant(&self, guest: &Arc<Guest>) -> Option<Sitter<'_, S>> {
        self.tenants().find(|(_, tenant)| Arc::ptr_eq(tenant.guest(), guest))
    }

    /// Those of this name that are not leaving.
    fn named(&self, name: &str) -> Vec<Sitter<'_, S>> {
        self.tenants().filter(|(_, tenant)| tenant.guest().name() == name && !tenant.is_leaving()).collect()
    }

    fn remove(&self, tenants: Vec<Sitter<'_, S>>) -> Result<(), SlotError> {
        let guests: Vec<_> = tenants.iter().map(|(_, tenant)| Arc::clone(tenant.guest())).collect();
        match self.control.unseat_guests(&guests) {
            // What stands in the stack can be taken out of it without a pipeline, too.
            Ok(()) | Err(PlanError::ShutDown) => guests.iter().for_each(|guest| guest.leave()),
            Err(error) => return Err(error.into()),
        }
        tenants.into_iter().for_each(vacate);
        Ok(())
    }
}

impl<S: Subscriber> Drop for Shared<S> {
    fn drop(&mut self) {
        self.tenants().for_each(|(_, tenant)| tenant.guest().leave());
    }
}

fn no_layer(name: &str) -> SlotError {
    PlanError::NotFound { what: "layer", name: name.to_owned() }.into()
}

fn vacate<S: Subscriber>((place, tenant): Sitter<'_, S>) {
    tenant.leave();
    place.vacate(&tenant);
}

/// Puts layers of others into a [`LayerSlot`](super::LayerSlot), and takes them out. Clone it freely, call it from any
/// thread and at any place.
///
/// `S` is what the slot stands on: `Registry`, if it is the first layer of the stack; then the type can be written
/// down.
pub struct SlotHandle<S: Subscriber> {
    /// Without the stack nobody can be put anywhere; and a layer in a slot may hold this.
    shared: Weak<Shared<S>>,
}

impl<S: Subscriber> Clone for SlotHandle<S> {
    fn clone(&self) -> Self {
        Self { shared: Weak::clone(&self.shared) }
    }
}

impl<S: Subscriber> fmt::Debug for SlotHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlotHandle")
    }
}

impl<S: Subscriber> SlotHandle<S> {
    pub(super) fn new(shared: &Arc<Shared<S>>) -> Self {
        Self { shared: Arc::downgrade(shared) }
    }

    fn shared(&self) -> Result<Arc<Shared<S>>, SlotError> {
        self.shared.upgrade().ok_or(SlotError::Gone)
    }

    /// Gives a layer a seat. It sees the events and the spans that begin from now on; when this returns, callsites that it
    /// wants are awake, unless it was called inside a callback of a layer: then they are soon after. `layer` may be boxed.
    ///
    /// `on_layer` is not called: the stack is made. `on_register_dispatch` is.
    ///
    /// # Errors
    ///
    /// If the layer has a per-layer filter (see [`SlotHandle::put_filtered`]), if no seat is free, if `name` is none or
    /// taken, if the layer panics, or after the shutdown. The layer is dropped then.
    pub fn put(&self, name: &str, layer: impl Layer<S> + Send + Sync) -> Result<(), SlotError> {
        self.shared()?.seat(name, Box::new(Bare(layer)), false)
    }

    /// Gives a layer with a filter, `layer.with_filter(filter)`, a seat. The filter becomes the seat's.
    ///
    /// # Errors
    ///
    /// As [`SlotHandle::put`]; and if there is another filter inside.
    pub fn put_filtered<L, F>(&self, name: &str, layer: Filtered<L, F, S>) -> Result<(), SlotError>
    where
        L: Layer<S> + Send + Sync,
        F: Filter<S> + Send + Sync + 'static,
    {
        self.shared()?.seat(name, Box::new(layer), false)
    }

    /// Puts a layer in the place of the one of this name. It needs a seat of its own, since the one before sees its spans
    /// to their end. For a moment both see what comes, so that nothing is missed.
    ///
    /// # Errors
    ///
    /// As [`SlotHandle::put`]; and if there is no layer of this name. The one before stays then.
    pub fn replace(&self, name: &str, layer: impl Layer<S> + Send + Sync) -> Result<(), SlotError> {
        self.shared()?.seat(name, Box::new(Bare(layer)), true)
    }

    /// Puts a layer with a filter in the place of the one of this name.
    ///
    /// # Errors
    ///
    /// As [`SlotHandle::replace`]; and if there is another filter inside.
    pub fn replace_filtered<L, F>(&self, name: &str, layer: Filtered<L, F, S>) -> Result<(), SlotError>
    where
        L: Layer<S> + Send + Sync,
        F: Filter<S> + Send + Sync + 'static,
    {
        self.shared()?.seat(name, Box::new(layer), true)
    }

    /// Takes the layer of this name out. From now on it sees no new span, and no event but what is on its way to it on
    /// another thread. The spans that it has seen it sees to their end; then it is dropped.
    ///
    /// # Errors
    ///
    /// If no layer is called so.
    pub fn take(&self, name: &str) -> Result<(), SlotError> {
        let shared = self.shared()?;
        let found = shared.named(name);
        if found.is_empty() {
            return Err(no_layer(name));
        }
        shared.remove(found)
    }

    /// How many seats are free; 0 if the stack is no more.
    #[must_use]
    pub fn free_seats(&self) -> usize {
        self.shared().map_or(0, |shared| shared.places.iter().filter(|place| place.is_free()).count())
    }
}
