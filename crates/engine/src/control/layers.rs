//! The layers in the program's stacks.

use super::Control;
use crate::plan::{Plan, PlanError, roles};

/// A layer of ours, as it stands in the program's stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// What it is: `DestinationLayer`.
    pub name: &'static str,
    /// How many of it feed this pipeline.
    pub count: usize,
    /// Is it switched on?
    pub enabled: bool,
}

/// Our layers by name, each with its role.
const LAYERS: [(&str, u8); 3] = [
    ("DestinationLayer", roles::DESTINATION),
    ("TagFilterLayer", roles::TAG_FILTER),
    ("MetadataLayer", roles::METADATA),
];

impl Control {
    /// The layers of ours that stand in a stack and feed this pipeline. Layers of others, that came by a `LayerSlot`,
    /// are told by the slot.
    #[must_use]
    pub fn layers(&self) -> Vec<LayerInfo> {
        let plan = self.plan();
        let info = |&(name, role): &(&'static str, u8)| {
            let count = self.hub().beside.layers_of(role);
            (count > 0).then(|| LayerInfo { name, count, enabled: plan.has_layer(role) })
        };
        LAYERS.iter().filter_map(info).collect()
    }

    /// Switches a layer of ours off, by its name, wherever it stands: without the `DestinationLayer` nothing is
    /// delivered, without the `TagFilterLayer` no tags are asked for, without the `MetadataLayer` records have no
    /// metadata of the program. It takes effect as one, as every change of the plan.
    ///
    /// # Errors
    ///
    /// If no layer is called so, or after the shutdown.
    pub fn disable_layer(&self, name: &str) -> Result<(), PlanError> {
        let role = role(name)?;
        self.change(|spec| {
            spec.layers_off |= role;
            Ok(())
        })
    }

    /// Switches a layer of ours on again.
    ///
    /// # Errors
    ///
    /// If no layer is called so, or after the shutdown.
    pub fn enable_layer(&self, name: &str) -> Result<(), PlanError> {
        let role = role(name)?;
        self.change(|spec| {
            spec.layers_off &= !role;
            Ok(())
        })
    }
}

fn role(name: &str) -> Result<u8, PlanError> {
    let found = LAYERS.iter().find(|(other, _)| *other == name);
    found.map(|(_, role)| *role).ok_or_else(|| PlanError::NotFound { what: "layer", name: name.to_owned() })
}

impl Plan {
    /// Are the layers with this role switched on?
    #[must_use]
    pub fn has_layer(&self, role: u8) -> bool {
        self.spec().layers_off & role == 0
    }
}
