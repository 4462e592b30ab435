//! An action that writes to a destination.

use crate::hub::Hub;
use crate::{Control, delivery};
use std::sync::{Arc, Weak};
use tracework_core::{Action, Failure, OwnedRecord, Record};

/// An action that writes the record to a destination of the same pipeline, past routes, thresholds and filters; the
/// destination's queue, attempts and failover hold for it, and its ledger counts it.
///
/// ```
/// use tracework_engine::{Control, ToDestination};
///
/// let control = Control::new();
/// control.add_action("page", ToDestination::new(&control, "pager"))?;
/// # Ok::<(), tracework_engine::PlanError>(())
/// ```
#[derive(Debug)]
pub struct ToDestination {
    hub: Weak<Hub>,
    name: String,
}

impl ToDestination {
    /// An action that writes to the destination `name`. It need not be there yet.
    #[must_use]
    pub fn new(control: &Control, name: &str) -> Self {
        Self { hub: Arc::downgrade(control.hub()), name: name.to_owned() }
    }
}

impl Action for ToDestination {
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let Some(hub) = self.hub.upgrade() else { return Ok(()) };
        let (plan, last) = (hub.plan(), hub.beside.last_plan());
        let plan = last.unwrap_or(plan);
        let Some(place) = plan.place(&self.name) else {
            return Err(Failure::permanent(format!("no destination is called `{}`", self.name)));
        };
        let destination = &plan.destinations()[place];
        if !destination.settings.enabled {
            return Err(Failure::permanent(format!("the destination `{}` is switched off", self.name)));
        }
        destination.outlet.push(delivery::parcel_of(&OwnedRecord::from(record)));
        Ok(())
    }
}
