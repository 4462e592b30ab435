//! Several destinations, and the rest of the plan, in one swap.

use super::Control;
use crate::plan::{PlanError, PlanSpec};
use std::time::Instant;
use tracework_core::Attachment;

impl Control {
    /// Makes several destinations known and changes the rest of the plan, in one swap: a record meets all of it or
    /// nothing. Each gets only what a route, the default, a span or an event names it for, and one may be the failover of
    /// another in whatever order they stand.
    ///
    /// ```
    /// use tracework_core::{Attach, Batch, Destination, Failure};
    /// use tracework_engine::Control;
    ///
    /// struct Nowhere;
    /// impl Destination for Nowhere {
    ///     fn name(&self) -> &'static str { "nowhere" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    /// }
    ///
    /// let control = Control::new();
    /// let both = vec![("first".to_owned(), Nowhere.failover("second")), ("second".to_owned(), Nowhere.into())];
    /// control.attach_all(both, |spec| spec.default = vec!["first".into()])?;
    /// assert_eq!(control.plan().spec().destinations().count(), 2);
    /// # Ok::<(), tracework_engine::PlanError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Control::attach`]. Nothing is changed then, and what was started for it is closed.
    pub fn attach_all(
        &self,
        destinations: Vec<(String, Attachment)>,
        change: impl FnOnce(&mut PlanSpec),
    ) -> Result<(), PlanError> {
        let mut started = Vec::with_capacity(destinations.len());
        let mut refused = None;
        for (name, attachment) in destinations {
            match self.outlet(&name, attachment) {
                Ok(attached) => started.push(attached),
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let changed = match refused {
            Some(error) => Err(error),
            None => self.change(|spec| {
                spec.destinations.extend(started.iter().cloned());
                change(spec);
                Ok(())
            }),
        };
        if changed.is_err() {
            for attached in &started {
                // Nothing was routed to it, so nothing can be left over.
                _ = attached.outlet.close(Instant::now());
            }
        }
        changed
    }
}
