//! A config in the place of another, in one swap.

use super::Control;
use crate::delivery::format_for;
use crate::plan::{Attached, PlanError, PlanSpec, Source, check_name};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Attachment, DestinationSettings, Format};

/// How long new destinations may take to open, all together.
const START: Duration = Duration::from_secs(2);
/// How long a reload waits for what leaves the plan to close; then that goes on in the background.
const CLOSE: Duration = Duration::from_secs(1);

/// A destination that a config names, on its way into a plan.
#[derive(Debug)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// The destination, not yet opened, with its format and settings.
    pub attachment: Attachment,
    /// What the config says of it.
    pub source: Source,
}

/// What a reload did, by the names of destinations.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ReloadReport {
    /// Nothing was changed about them.
    pub kept: Vec<String>,
    /// Their levels, filters, format, queue or the like were changed; what they have open stayed open.
    pub changed: Vec<String>,
    /// They were started anew; what they were before delivers what it still has, and is closed.
    pub replaced: Vec<String>,
    /// They are new.
    pub added: Vec<String>,
    /// They deliver what they still have, and are closed.
    pub removed: Vec<String>,
    /// Of those replaced and removed, the ones that were not closed yet when the call returned.
    pub closing: Vec<String>,
    /// The number of the plan.
    pub generation: u32,
    /// How long it took until records met the new plan.
    pub took: Duration,
}

impl ReloadReport {
    /// Did any destination change?
    #[must_use]
    pub fn is_change(&self) -> bool {
        [&self.changed, &self.replaced, &self.added, &self.removed].iter().any(|names| !names.is_empty())
    }
}

/// What is to become of a destination of the plan before.
struct Kept {
    name: String,
    settings: DestinationSettings,
    source: Source,
    format: Box<dyn Format>,
}

/// A destination of the new plan.
enum Next {
    Kept(Box<Kept>),
    Started(Arc<Attached>),
}

/// What a swap does beside the plan.
#[derive(Default)]
struct Swap {
    formats: Vec<(Arc<Attached>, Box<dyn Format>)>,
    leaving: Vec<Arc<Attached>>,
    report: ReloadReport,
}

impl Control {
    /// Puts a config in the place of the one before: `destinations` in place of those that it named, and `rest` in
    /// place of its levels, routes, filters and so on. One swap: a record meets all of the new plan, or nothing.
    ///
    /// - A destination whose [`Source::own`] is as before keeps what it has open, its queue, its
    ///   row of the ledger and its dead letters; what else is set for it is changed in place.
    /// - Any other is started before the swap, while the one before it still runs. That one delivers what was emitted
    ///   until the swap, then it is closed. Where both write to one file, the new one begins when the other is closed.
    /// - What the program added by name stays: destinations, routes, filters, enrichers, metadata. What it changed of
    ///   something that the config names, the config sets again.
    ///
    /// It takes five seconds at the most, whatever a destination does: two for new ones to open, one each for what is
    /// in the shared buffer to be routed, for callsites to be asked anew, and for old ones to close. One that is not
    /// closed by then goes on in the background for [`Control::DRAIN_LIMIT`], and is among the `closing` ones of
    /// [`Control::health`]. Reloads from several threads are made one after the other.
    ///
    /// ```
    /// use tracework_core::{Attach, Batch, Destination, Failure};
    /// use tracework_engine::{Control, PlanSpec, Planned, Source};
    ///
    /// struct Nowhere;
    /// impl Destination for Nowhere {
    ///     fn name(&self) -> &'static str { "nowhere" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    /// }
    /// let planned = |address: &str| {
    ///     let source = Source { own: address.to_owned(), ..Source::default() };
    ///     vec![Planned { name: "far".into(), attachment: Nowhere.into(), source }]
    /// };
    ///
    /// let control = Control::new();
    /// assert_eq!(control.reload(planned("one"), PlanSpec::default())?.added, ["far"]);
    /// assert_eq!(control.reload(planned("one"), PlanSpec::default())?.kept, ["far"]);
    /// assert_eq!(control.reload(planned("two"), PlanSpec::default())?.replaced, ["far"]);
    /// # Ok::<(), tracework_engine::PlanError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the plan cannot be made, a name is that of a destination of the program's own, or a destination cannot be
    /// opened and has no failover. (The first config of a pipeline is not refused for that: there is no plan to go
    /// back to, so the destination is tried again as long as it takes.) Nothing is changed then, but that a file
    /// which was opened for it may be there, empty.
    pub fn reload(&self, destinations: Vec<Planned>, rest: PlanSpec) -> Result<ReloadReport, PlanError> {
        let begun = Instant::now();
        self.start_engine()?;
        let reshaping = self.hub().reshaping.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.plan();
        let mut started = Vec::new();
        let swapped = self.prepare(destinations, &mut started).and_then(|next| {
            if before.spec().configured.applied {
                wait_for(&started)?;
            }
            if next.iter().any(|next| before.spec().new_format(next)) {
                // What was emitted before is routed first, so that it keeps the format that it had.
                self.route_all(Instant::now() + Duration::from_secs(1));
            }
            self.swap_config(next, rest)
        });
        drop(reshaping);
        let (mut report, leaving) = match swapped {
            Ok(swapped) => swapped,
            Err(error) => {
                started.iter().for_each(|one| _ = one.outlet.close(Instant::now()));
                self.plan().destinations().iter().for_each(|one| one.outlet.leave_spool(false));
                return Err(error);
            }
        };
        report.took = begun.elapsed();
        self.retire_in_background(&leaving);
        self.settle();
        report.closing = self.hub().retired.wait(&leaving, CLOSE);
        Ok(report)
    }

    /// Decides what stays, and starts what does not.
    fn prepare(&self, planned: Vec<Planned>, started: &mut Vec<Arc<Attached>>) -> Result<Vec<Next>, PlanError> {
        let before = self.plan();
        let keeps = planned.iter().map(|planned| before.spec().keeps(planned)).collect::<Result<Vec<_>, _>>()?;
        let stays =
            |one: &Attached| planned.iter().zip(&keeps).any(|(planned, keeps)| *keeps && planned.name == one.name);
        let leaving = before.destinations().iter().filter(|one| one.source.is_some() && !stays(one));
        // Whatever is on its way out by then may still write.
        let leaving: Vec<_> = leaving.cloned().chain(self.hub().retired.closing()).collect();
        let mut next = Vec::with_capacity(planned.len());
        for (Planned { name, attachment, source }, keeps) in planned.into_iter().zip(keeps) {
            if keeps {
                let Attachment { destination, format, settings } = attachment;
                let format = format_for(&*destination, format, settings.delivery);
                next.push(Next::Kept(Box::new(Kept { name, settings, source, format })));
                continue;
            }
            let mut attached = self.outlet(&name, attachment)?;
            // Nobody else has it yet.
            Arc::make_mut(&mut attached).source = Some(source);
            started.push(Arc::clone(&attached));
            // It must not open what another still writes to.
            let held = attached.hold_for(&leaving);
            attached.open_spool()?;
            if !held && before.spec().configured.applied {
                attached.outlet.request_start();
            }
            next.push(Next::Started(attached));
        }
        Ok(next)
    }

    fn swap_config(&self, next: Vec<Next>, rest: PlanSpec) -> Result<(ReloadReport, Vec<Arc<Attached>>), PlanError> {
        let swap = |spec: &mut PlanSpec| {
            let mut swap = Swap::default();
            spec.take_destinations(next, &mut swap)?;
            spec.take_over(rest, &self.hub().beside.selflog)?;
            Ok::<_, PlanError>(swap)
        };
        let swap = self.hub().change_and(swap, |swap| {
            for (attached, format) in swap.formats.drain(..) {
                attached.outlet.set_format(attached.format_version, format);
            }
            self.hub().retired.begin(swap.leaving.iter().cloned());
        })?;
        let mut report = swap.report;
        report.generation = self.plan().generation();
        self.note_loaded(report.generation);
        Ok((report, swap.leaving))
    }
}

/// Waits for what was started to be open.
fn wait_for(started: &[Arc<Attached>]) -> Result<(), PlanError> {
    let deadline = Instant::now() + START;
    for one in started.iter().filter(|one| one.settings.failover.is_none() && one.outlet.is_to_start()) {
        if let Err(reason) = one.outlet.wait_start(deadline) {
            return Err(PlanError::CannotStart { name: one.name.clone(), reason });
        }
    }
    Ok(())
}

impl PlanSpec {
    fn find(&self, name: &str) -> Option<&Arc<Attached>> {
        self.destinations.iter().find(|destination| destination.name == name)
    }

    /// Is what a config says of a destination what runs, so that it goes on?
    fn keeps(&self, planned: &Planned) -> Result<bool, PlanError> {
        check_name(&planned.name)?;
        let Some(running) = self.find(&planned.name) else { return Ok(false) };
        let said = running.source.as_ref().ok_or_else(|| PlanError::Taken(planned.name.clone()))?;
        let settings = &planned.attachment.settings;
        Ok(said.own == planned.source.own
            && running.writes_to == planned.attachment.destination.writes_to()
            && running.settings.disk == settings.disk
            && running.settings.delivery == settings.delivery)
    }

    /// Does it give a destination that stays another format?
    fn new_format(&self, next: &Next) -> bool {
        let Next::Kept(kept) = next else { return false };
        let running = self.find(&kept.name).and_then(|running| running.source.as_ref());
        running.is_some_and(|running| running.format != kept.source.format)
    }

    /// Takes over the destinations of a config, those of the program's own behind them.
    fn take_destinations(&mut self, next: Vec<Next>, swap: &mut Swap) -> Result<(), PlanError> {
        let mut all = Vec::with_capacity(next.len());
        for next in next {
            all.push(match next {
                Next::Started(attached) => {
                    let replaces = self.find(&attached.name).is_some();
                    let names = if replaces { &mut swap.report.replaced } else { &mut swap.report.added };
                    names.push(attached.name.clone());
                    attached
                }
                Next::Kept(kept) => {
                    let Some(running) = self.find(&kept.name) else { return Err(self.unknown(&kept.name)) };
                    keep(running, *kept, swap)
                }
            });
        }
        for one in std::mem::take(&mut self.destinations) {
            let goes_on = all.iter().any(|next| Arc::ptr_eq(&next.outlet, &one.outlet));
            match goes_on {
                true => {}
                false if one.source.is_none() => all.push(one),
                false => {
                    if !all.iter().any(|next| next.name == one.name) {
                        swap.report.removed.push(one.name.clone());
                    }
                    swap.leaving.push(one);
                }
            }
        }
        self.destinations = all;
        swap.report.removed.iter().for_each(|name| self.forget(name));
        Ok(())
    }
}

/// The destination that goes on, with what is set for it anew.
fn keep(running: &Arc<Attached>, kept: Kept, swap: &mut Swap) -> Arc<Attached> {
    let Kept { name, mut settings, source, format } = kept;
    let said = running.source.as_ref();
    if said.is_some_and(|said| said.settings == source.settings) {
        // Filters may remember what they saw.
        settings.filters.clone_from(&running.settings.filters);
    }
    let same_format = said.is_some_and(|said| said.format == source.format);
    let same =
        same_format && said.is_some_and(|said| said.settings == source.settings) && running.settings.is_like(&settings);
    if same {
        swap.report.kept.push(name);
        return Arc::clone(running);
    }
    let mut next = Attached { settings, source: Some(source), ..(**running).clone() };
    if !same_format {
        next.format = format.identity();
        next.format_version += 1;
    }
    let next = Arc::new(next);
    if !same_format {
        swap.formats.push((Arc::clone(&next), format));
    }
    swap.report.changed.push(name);
    next
}
