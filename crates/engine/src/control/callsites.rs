//! The callsites of the program, each to be switched by itself.

use super::Control;
use crate::plan::{CallsitePattern, CallsiteShape, CallsiteSwitch, Plan, PlanError, Verdict};
use std::time::Duration;
use tracework_core::{Callsite, Reserved, Severity, SeveritySet, Timestamp};

/// A callsite, how many records of it were routed, and what the plan makes of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallsiteCount {
    /// The callsite: its number, module, file, line, target, severity and the names of its fields.
    pub callsite: &'static Callsite,
    /// Records of it that reached the engine.
    pub records: u64,
    /// Does anybody want it: never, only inside a span that lowers the level, or may be?
    pub state: Verdict,
    /// The destinations of each record of it that says nothing about itself, in spans that say nothing; `None` if that
    /// depends on more than the callsite, and for spans.
    pub destinations: Option<Vec<String>>,
    /// The switch that it is under, as it is written.
    pub switched: Option<String>,
}

/// Callsites that a pattern means, to be switched. See [`Control::callsite`].
#[derive(Clone, Debug)]
pub struct CallsiteHandle {
    control: Control,
    pattern: CallsitePattern,
}

impl Control {
    /// Every callsite that was reached since the program started, with the records of it that this pipeline routed. One
    /// that `tracing` was compiled without is never reached; see
    /// [`Hub::static_least`](crate::Hub::static_least).
    #[must_use]
    pub fn callsites(&self) -> Vec<CallsiteCount> {
        let counts = self.hub().counters().routed();
        let plan = self.plan();
        let count = |callsite: &'static Callsite| {
            let records = counts.get(callsite.id().number() as usize).copied().unwrap_or(0);
            self.describe_callsite(callsite, records, &plan)
        };
        Callsite::all().map(count).collect()
    }

    fn describe_callsite(&self, callsite: &'static Callsite, records: u64, plan: &Plan) -> CallsiteCount {
        let names = self.hub().names();
        let says = |what| callsite.fields.iter().any(|field| names.get(field) == Some(what));
        let shape = CallsiteShape {
            target: callsite.target,
            severity: (!says(Reserved::Severity)).then_some(callsite.severity),
            names_destinations: says(Reserved::Destinations),
            callsite: Some(callsite),
        };
        let state = match (callsite.is_span, plan.spans().contains(callsite.severity)) {
            (true, true) => Verdict::Wanted,
            (true, false) => Verdict::Never,
            (false, _) => plan.verdict(&shape),
        };
        let fixed = if callsite.is_span || shape.names_destinations || shape.severity.is_none() {
            None
        } else {
            plan.fixed_route(callsite)
        };
        let switches = plan.spec().switches.iter().rev();
        CallsiteCount {
            callsite,
            records,
            state,
            destinations: fixed.map(|mask| plan.each(mask).map(|(_, to)| to.name.clone()).collect()),
            switched: { switches }
                .find(|switch| switch.pattern.matches(callsite))
                .map(|switch| switch.pattern.to_string()),
        }
    }

    /// The callsites that `pattern` means, to be switched on, off or to a level by themselves, as Linux's
    /// `dynamic_debug` does: `src/db.rs:42`, `#17`, `file src/db/*.rs`, `target app::*`, `message ~ slow`. Callsites that
    /// are reached later are meant as well. What is switched on passes `targets` and the thresholds of destinations,
    /// but not of those with exact levels; it goes where the routes lead.
    ///
    /// ```
    /// # let control = tracework_engine::Control::new();
    /// control.callsite("src/db/pool.rs:42")?.turn_on_for(std::time::Duration::from_secs(600))?;
    /// assert_eq!(control.callsite_switches().len(), 1);
    /// control.callsite("src/db/pool.rs:42")?.reset()?;
    /// # Ok::<(), tracework_engine::PlanError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `pattern` is none.
    pub fn callsite(&self, pattern: &str) -> Result<CallsiteHandle, PlanError> {
        Ok(CallsiteHandle { control: self.clone(), pattern: pattern.parse()? })
    }

    /// The switches that are set, the latest last: where several mean one callsite, the latest holds.
    #[must_use]
    pub fn callsite_switches(&self) -> Vec<CallsiteSwitch> {
        self.plan().spec().switches.clone()
    }
}

impl CallsiteHandle {
    /// The callsites that were reached so far and are meant.
    #[must_use]
    pub fn list(&self) -> Vec<CallsiteCount> {
        let mut all = self.control.callsites();
        all.retain(|count| self.pattern.matches(count.callsite));
        all
    }

    /// Switches them on, whatever their severities.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn turn_on(&self) -> Result<(), PlanError> {
        self.switch(SeveritySet::ALL, None)
    }

    /// Switches them on for a while; it ends within a second of its time.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn turn_on_for(&self, duration: Duration) -> Result<(), PlanError> {
        self.switch(SeveritySet::ALL, Some(duration))
    }

    /// Switches them off, wherever they would go and whatever they name.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn turn_off(&self) -> Result<(), PlanError> {
        self.switch(SeveritySet::NONE, None)
    }

    /// Lets those of this severity and above pass, and no others.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_level(&self, least: Severity) -> Result<(), PlanError> {
        self.switch(SeveritySet::at_least(least), None)
    }

    /// Takes the switch of this pattern away.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn reset(&self) -> Result<(), PlanError> {
        self.control.change(|spec| {
            let before = spec.switches.len();
            spec.switches.retain(|switch| switch.pattern != self.pattern);
            if spec.switches.len() < before {
                return Ok(());
            }
            Err(PlanError::NotFound { what: "switch of callsites", name: self.pattern.to_string() })
        })
    }

    fn switch(&self, severities: SeveritySet, duration: Option<Duration>) -> Result<(), PlanError> {
        let now = self.control.hub().clock().now();
        let until = duration
            .map(|duration| Timestamp(now.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))));
        self.control.change(|spec| {
            spec.switches.retain(|switch| switch.pattern != self.pattern);
            spec.switches.push(CallsiteSwitch::new(self.pattern.clone(), severities, until));
            Ok(())
        })
    }
}
