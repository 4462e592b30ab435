//! Several destinations, and the rest of the plan, in one swap.

use super::Control;
use crate::plan::{Attached, PlanError, PlanSpec};
use std::sync::{Arc, PoisonError};
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
        let has_disk = destinations.iter().any(|(_, attachment)| attachment.settings.disk.is_some());
        // None may begin to leave a disk buffer while it is looked who has it.
        let _one = has_disk.then(|| self.hub().reshaping.lock().unwrap_or_else(PoisonError::into_inner));
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
        let opened = match refused {
            Some(error) => Err(error),
            None => self.open_spools(&started),
        };
        let changed = opened.and_then(|()| {
            self.change(|spec| {
                spec.destinations.extend(started.iter().cloned());
                change(spec);
                Ok(())
            })
        });
        if changed.is_err() {
            for attached in &started {
                // Nothing was routed to it, so nothing can be left over.
                _ = attached.outlet.close(Instant::now());
            }
        }
        changed
    }

    /// Opens the disk buffers of destinations that are about to be attached; where one that is on its way out writes to
    /// the same, as soon as it is closed.
    fn open_spools(&self, started: &[Arc<Attached>]) -> Result<(), PlanError> {
        let closing = self.hub().retired.closing();
        started.iter().try_for_each(|one| {
            one.hold_for(closing.iter());
            one.open_spool()
        })
    }
}
