//! Destinations: attached, detached, replaced, switched.

use super::{Control, FlushReport};
use crate::clock::after;
use crate::delivery::{DeadLetter, Outlet};
use crate::own::mark_own_thread;
use crate::plan::{Attached, Described, PlanError, PlanSpec, Source, check_name, meant};
use crate::selflog;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Attachment, Command, Delivery, DestinationSettings, Format};

impl PlanSpec {
    /// The destination `name`, to be changed.
    fn destination(&mut self, name: &str) -> Result<&mut Attached, PlanError> {
        match self.destinations.iter().position(|destination| destination.name == name) {
            Some(place) => Ok(Arc::make_mut(&mut self.destinations[place])),
            None => Err(self.unknown(name)),
        }
    }

    pub(super) fn unknown(&self, name: &str) -> PlanError {
        let nearest = meant(name, &self.destinations);
        PlanError::UnknownDestination { name: name.to_owned(), at: "the call".into(), nearest }
    }

    /// Takes the destination `name` out, from the routes and the default too.
    fn remove(&mut self, name: &str) -> Result<Arc<Attached>, PlanError> {
        let Some(place) = self.destinations.iter().position(|destination| destination.name == name) else {
            return Err(self.unknown(name));
        };
        let removed = self.destinations.remove(place);
        self.forget(name);
        Ok(removed)
    }

    /// Takes the name `name` out of the routes, the default and the failovers.
    pub(super) fn forget(&mut self, name: &str) {
        self.default.retain(|other| other != name);
        self.routes.iter_mut().for_each(|route| route.to.retain(|other| other != name));
        self.alerts.iter_mut().for_each(|alert| alert.to.retain(|other| other != name));
        for other in &mut self.destinations {
            if other.settings.failover.as_deref() == Some(name) {
                Arc::make_mut(other).settings.failover = None;
            }
        }
    }

    /// The names of the destinations.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        self.destinations.iter().map(|destination| destination.name.as_str())
    }

    /// What is set for the destination `name`.
    #[must_use]
    pub fn settings(&self, name: &str) -> Option<&DestinationSettings> {
        self.destinations.iter().find(|destination| destination.name == name).map(|destination| &destination.settings)
    }
}

impl PlanSpec {
    /// What the destination `name` says of itself: its type, its settings and its format, as a config would.
    #[must_use]
    pub fn described(&self, name: &str) -> Option<&Described> {
        self.destinations.iter().find(|destination| destination.name == name).map(|destination| &destination.described)
    }
}

impl Attached {
    /// Has it wait for those of `others` that write to what it will write to. Their spool, if that is what they share,
    /// is left to it.
    pub(super) fn hold_for<'a>(&self, others: impl IntoIterator<Item = &'a Arc<Self>>) -> bool {
        let others: Vec<_> = others.into_iter().filter(|other| self.meets(other)).collect();
        others.iter().filter(|other| self.shares_spool(other)).for_each(|other| other.outlet.leave_spool(true));
        self.outlet.hold_until_closed(others.iter().map(|other| &other.outlet));
        !others.is_empty()
    }

    /// Opens its spool, if it has one; if it is held, as soon as it is not.
    pub(super) fn open_spool(&self) -> Result<(), PlanError> {
        let opened = self.outlet.open_spool();
        opened.map_err(|reason| PlanError::CannotStart { name: self.name.clone(), reason })
    }
}

impl Control {
    /// Starts a worker for a destination.
    pub(super) fn outlet(&self, name: &str, mut attachment: Attachment) -> Result<Arc<Attached>, PlanError> {
        check_name(name)?;
        if let Some(mistake) = attachment.destination.mistake() {
            return Err(PlanError::CannotStart { name: name.to_owned(), reason: mistake.to_string() });
        }
        let settings = attachment.settings.clone();
        let writes_to = attachment.destination.writes_to();
        let described = Described::of(&attachment);
        if let Some(format) = attachment.format.as_mut().filter(|_| settings.delivery == Delivery::AtLeastOnce) {
            format.write_event_ids();
        }
        let format = attachment.format.as_ref().and_then(|format| format.identity());
        let clock = self.hub().clock().clone();
        let clock = Arc::new(move || clock.now());
        let log = Arc::clone(&self.hub().beside.selflog);
        let begin = move || {
            mark_own_thread();
            selflog::install(Arc::clone(&log));
        };
        let outlet = Outlet::spawn(name.to_owned(), attachment, clock, Arc::new(begin)).map_err(PlanError::Thread)?;
        Ok(Arc::new(Attached {
            name: name.to_owned(),
            outlet,
            settings,
            format,
            format_version: 0,
            writes_to,
            source: None,
            described,
        }))
    }

    fn add(&self, name: &str, attachment: impl Into<Attachment>, by_default: bool) -> Result<(), PlanError> {
        let _one = self.hub().reshaping.lock().unwrap_or_else(PoisonError::into_inner);
        if self.plan().spec().destinations().any(|other| other == name) {
            return Err(PlanError::Taken(name.to_owned()));
        }
        let attached = self.outlet(name, attachment.into())?;
        let outlet = Arc::clone(&attached.outlet);
        let others = self.hub().retired.closing();
        attached.hold_for(others.iter());
        if let Err(error) = attached.open_spool() {
            outlet.close(Instant::now());
            return Err(error);
        }
        let changed = self.change(|spec| {
            spec.destinations.push(attached);
            if by_default {
                spec.default.push(name.to_owned());
            }
            Ok(())
        });
        if changed.is_err() {
            outlet.close(Instant::now());
        }
        changed
    }

    /// Attaches a destination: from now on it gets the records that no route sends elsewhere.
    ///
    /// # Errors
    ///
    /// If the name is taken or no name, something is [set wrongly](tracework_core::Destination::mistake) for it, the
    /// failover is not there or leads in a circle, there are too many, no thread could be started for it, or its disk
    /// buffer cannot be opened. A destination that cannot be opened is no error: it is tried again, its failover takes
    /// over, and [`Control::health`] shows it.
    pub fn attach(&self, name: &str, destination: impl Into<Attachment>) -> Result<(), PlanError> {
        self.add(name, destination, true)
    }

    /// Makes a destination known that gets only what a route, a span or an event names it for.
    ///
    /// # Errors
    ///
    /// As [`Control::attach`].
    pub fn create(&self, name: &str, destination: impl Into<Attachment>) -> Result<(), PlanError> {
        self.add(name, destination, false)
    }

    /// Detaches a destination: what was emitted before is still delivered to it, then it is closed. Waits for that,
    /// for five seconds at the most; [`Control::detach_within`] waits as long as you like.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn detach(&self, name: &str) -> Result<FlushReport, PlanError> {
        self.detach_within(name, Duration::from_secs(5))
    }

    /// Detaches a destination within `timeout`; what could not be delivered by then is counted in the report.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn detach_within(&self, name: &str, timeout: Duration) -> Result<FlushReport, PlanError> {
        let deadline = after(timeout);
        let reshaping = self.hub().reshaping.lock().unwrap_or_else(PoisonError::into_inner);
        let removed = self.change_and(|spec| spec.remove(name), |removed| self.begin_retiring(removed))?;
        drop(reshaping);
        Ok(self.retire(&removed, deadline))
    }

    /// The same as [`Control::detach`].
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn delete(&self, name: &str) -> Result<FlushReport, PlanError> {
        self.detach(name)
    }

    fn retire(&self, removed: &Attached, deadline: Instant) -> FlushReport {
        self.route_all(deadline);
        removed.outlet.close(deadline);
        let report = FlushReport::of([&*removed.outlet]);
        self.hub().retired.end(removed);
        report
    }

    fn begin_retiring(&self, leaving: &Arc<Attached>) {
        self.hub().retired.begin([Arc::clone(leaving)]);
    }

    /// Puts another destination in the place of one, in every route. The one before delivers what was emitted until
    /// now, then it is closed.
    ///
    /// # Errors
    ///
    /// As [`Control::attach`] and [`Control::detach`].
    pub fn replace(&self, name: &str, destination: impl Into<Attachment>) -> Result<FlushReport, PlanError> {
        if !self.plan().spec().destinations().any(|other| other == name) {
            return Err(self.plan().spec().unknown(name));
        }
        let mut attached = self.outlet(name, destination.into())?;
        let outlet = Arc::clone(&attached.outlet);
        let reshaping = self.hub().reshaping.lock().unwrap_or_else(PoisonError::into_inner);
        let closing = self.hub().retired.closing();
        let replace = |spec: &mut PlanSpec| {
            let place = spec.destinations.iter().position(|destination| destination.name == name);
            let place = place.ok_or_else(|| spec.unknown(name))?;
            // A config that named the one before names this one too, and says something else of it.
            let said = spec.destinations[place].source.as_ref().map(|_| Source::default());
            Arc::make_mut(&mut attached).source = said;
            attached.hold_for(closing.iter().chain([&spec.destinations[place]]));
            attached.open_spool()?;
            Ok(std::mem::replace(&mut spec.destinations[place], attached))
        };
        let changed = self.change_and(replace, |leaving| self.begin_retiring(leaving));
        drop(reshaping);
        match changed {
            Ok(removed) => Ok(self.retire(&removed, Instant::now() + Duration::from_secs(5))),
            Err(error) => {
                outlet.close(Instant::now());
                self.plan().destinations().iter().for_each(|one| one.outlet.leave_spool(false));
                Err(error)
            }
        }
    }

    /// Changes what is set for a destination.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached, or the plan cannot be made.
    pub fn set(&self, name: &str, change: impl FnOnce(&mut DestinationSettings)) -> Result<(), PlanError> {
        self.change(|spec| {
            let attached = spec.destination(name)?;
            change(&mut attached.settings);
            Ok(())
        })
    }

    /// Switches a destination on.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn enable(&self, name: &str) -> Result<(), PlanError> {
        self.set(name, |settings| settings.enabled = true)
    }

    /// Switches a destination off: it gets nothing until it is switched on again. What waits for it is delivered.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn disable(&self, name: &str) -> Result<(), PlanError> {
        self.set(name, |settings| settings.enabled = false)
    }

    /// Encodes what is emitted from now on by another format.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn set_format(&self, name: &str, mut format: impl Format) -> Result<(), PlanError> {
        // What was emitted before is routed first, so that it keeps the format that it had.
        self.route_all(Instant::now() + Duration::from_secs(1));
        let set = |spec: &mut PlanSpec| {
            let attached = spec.destination(name)?;
            if attached.settings.delivery == Delivery::AtLeastOnce {
                format.write_event_ids();
            }
            attached.format = format.identity();
            attached.format_version += 1;
            attached.described.has_format = true;
            attached.described.format = format.as_config();
            if let Some(source) = &mut attached.source {
                // A config that comes later sets its own again.
                source.format = "set by the program".to_owned();
            }
            Ok((Arc::clone(&attached.outlet), attached.format_version, Some(Box::new(format) as Box<dyn Format>)))
        };
        let tell = |(outlet, version, format): &mut (Arc<Outlet>, _, Option<Box<dyn Format>>)| {
            format.take().into_iter().for_each(|format| outlet.set_format(*version, format));
        };
        self.change_and(set, tell).map(|_| ())
    }

    pub(super) fn outlet_of(&self, name: &str) -> Result<Arc<Outlet>, PlanError> {
        let plan = self.plan();
        let place = plan.place(name).ok_or_else(|| plan.spec().unknown(name))?;
        Ok(Arc::clone(&plan.destinations()[place].outlet))
    }

    /// Has a destination do what an operator asks: open its file again, start a new one.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached. Whether it succeeded shows in [`Control::health`].
    pub fn command(&self, name: &str, command: Command) -> Result<(), PlanError> {
        self.outlet_of(name)?.command(command);
        Ok(())
    }

    /// Has every destination close what it writes to and open it again, as after logrotate's rename.
    pub fn reopen(&self) {
        self.plan().destinations().iter().for_each(|destination| destination.outlet.command(Command::Reopen));
    }

    /// The records that a destination will never accept, the oldest first.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn dead_letters(&self, name: &str) -> Result<Vec<DeadLetter>, PlanError> {
        Ok(self.outlet_of(name)?.dead_letters())
    }

    /// Delivers the dead letters of a destination that are in memory once more; gives their number. Those in its file:
    /// [`Control::replay_dead_letter_file`].
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn replay_dead_letters(&self, name: &str) -> Result<usize, PlanError> {
        Ok(self.outlet_of(name)?.replay_dead_letters())
    }
}
