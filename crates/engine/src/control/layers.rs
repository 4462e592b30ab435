//! The layers in the program's stacks.

use super::Control;
use crate::plan::{Guest, Plan, PlanError, PlanSpec, Seated, check_name, roles};
use std::sync::Arc;

/// A layer of ours, as it stands in the program's stacks, or one of others that came by a `LayerSlot`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// What it is: `DestinationLayer`; or the name that it was put into a slot with.
    pub name: String,
    /// How many of it feed this pipeline, or stand in its slots.
    pub count: usize,
    /// Is it switched on?
    pub enabled: bool,
    /// Is it someone else's, in a slot?
    pub foreign: bool,
    /// Did it panic? It is not called any more then, until it is replaced.
    pub failed: bool,
}

/// Our layers by name, each with its role.
const LAYERS: [(&str, u8); 3] = [
    ("DestinationLayer", roles::DESTINATION),
    ("TagFilterLayer", roles::TAG_FILTER),
    ("MetadataLayer", roles::METADATA),
];

impl Control {
    /// The layers of ours that stand in a stack and feed this pipeline, then those of others, in the order in which they
    /// were put into slots.
    #[must_use]
    pub fn layers(&self) -> Vec<LayerInfo> {
        let plan = self.plan();
        let ours = |&(name, role): &(&str, u8)| {
            let (count, enabled) = (self.hub().beside.layers_of(role), plan.has_layer(role));
            (count > 0).then(|| LayerInfo { name: name.to_owned(), count, enabled, foreign: false, failed: false })
        };
        let mut layers: Vec<_> = LAYERS.iter().filter_map(ours).collect();
        for seated in plan.spec().present() {
            let (name, failed) = (seated.guest.name(), seated.guest.has_failed());
            match layers.iter_mut().find(|layer| layer.name == name) {
                // For a moment, while one is being replaced.
                Some(same) => (same.count, same.failed) = (same.count + 1, failed),
                None => {
                    let (name, enabled) = (name.to_owned(), seated.enabled);
                    layers.push(LayerInfo { name, count: 1, enabled, foreign: true, failed });
                }
            }
        }
        layers
    }

    /// Switches a layer off, by its name, wherever it stands: without the `DestinationLayer` nothing is delivered, without
    /// the `TagFilterLayer` no tags are asked for, without the `MetadataLayer` records have no metadata of the program. A
    /// layer in a slot sees no new span and no event; the spans that it has seen are told to it to their end. It takes
    /// effect as one, as every change of the plan.
    ///
    /// # Errors
    ///
    /// If no layer is called so, or after the shutdown.
    pub fn disable_layer(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| switch(spec, name, false))
    }

    /// Switches a layer on again. One in a slot sees the spans that begin from now on.
    ///
    /// # Errors
    ///
    /// If no layer is called so, or after the shutdown.
    pub fn enable_layer(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| switch(spec, name, true))
    }

    /// Takes a layer of someone else's into the plan. `seat` gives it its place, before the plan is swapped; it must not
    /// call anything of the program's. For `LayerSlot`, which a program uses in place of this.
    ///
    /// # Errors
    ///
    /// If `name` is no name, or a layer is called so and `replacing` is `false`, or after the shutdown; and what `seat`
    /// fails with. Nothing is changed then.
    pub fn seat_guest<E: From<PlanError>>(
        &self,
        name: &str,
        replacing: bool,
        seat: impl FnOnce(&Arc<Guest>) -> Result<(), E>,
    ) -> Result<Arc<Guest>, E> {
        check_name(name)?;
        self.start_engine()?;
        let guest = self.hub().change(|spec| -> Result<_, E> {
            let present = spec.present().any(|seated| seated.guest.name() == name);
            if role(name).is_some() || (present && !replacing) {
                return Err(PlanError::LayerTaken(name.to_owned()).into());
            }
            if replacing && !present {
                return Err(no_layer(name).into());
            }
            let guest = Arc::new(Guest::new(name));
            seat(&guest)?;
            spec.guests.retain(|seated| !seated.guest.is_gone());
            spec.guests.push(Seated { guest: Arc::clone(&guest), enabled: true });
            Ok(guest)
        })?;
        self.settle();
        Ok(guest)
    }

    /// Takes guests out of the plan: they see no new span and no event. For `LayerSlot`.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn unseat_guests(&self, guests: &[Arc<Guest>]) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.guests.retain(|seated| !guests.iter().any(|guest| Arc::ptr_eq(guest, &seated.guest)));
            Ok(())
        })
    }
}

fn role(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(other, _)| *other == name).map(|(_, role)| *role)
}

fn no_layer(name: &str) -> PlanError {
    PlanError::NotFound { what: "layer", name: name.to_owned() }
}

fn switch(spec: &mut PlanSpec, name: &str, on: bool) -> Result<(), PlanError> {
    if let Some(role) = role(name) {
        spec.layers_off = if on { spec.layers_off & !role } else { spec.layers_off | role };
        return Ok(());
    }
    let mut found = false;
    for seated in spec.guests.iter_mut().filter(|seated| seated.guest.name() == name && !seated.guest.is_gone()) {
        (seated.enabled, found) = (on, true);
    }
    if found { Ok(()) } else { Err(no_layer(name)) }
}

impl Plan {
    /// Are the layers with this role switched on?
    #[must_use]
    pub fn has_layer(&self, role: u8) -> bool {
        self.spec().layers_off & role == 0
    }
}
