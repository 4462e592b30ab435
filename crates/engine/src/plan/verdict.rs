//! What can be said of a callsite's records before there are any.

use super::switches::Switched;
use super::{Mask, Plan, roles};
use tracework_core::{Callsite, Kind, Severity, SeveritySet};
use tracework_rules::{Facts, Verdict as Answer};

/// What is known of a callsite.
#[derive(Clone, Copy, Debug)]
pub struct CallsiteShape<'a> {
    /// Its target.
    pub target: &'a str,
    /// Its severity; `None` if an event may have any.
    pub severity: Option<Severity>,
    /// Does it have a `destinations` field?
    pub names_destinations: bool,
    /// The callsite itself, where it is known: it may be switched.
    pub callsite: Option<&'static Callsite>,
}

/// What the plan makes of a callsite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No record of it goes anywhere, whatever spans are around it.
    Never,
    /// A record of it goes somewhere only inside a span that lowers the level.
    Raised,
    /// A record of it may go somewhere.
    Wanted,
}

impl Plan {
    /// What the plan makes of a callsite.
    #[must_use]
    pub fn verdict(&self, shape: &CallsiteShape<'_>) -> Verdict {
        let severities = shape.severity.map_or(SeveritySet::ALL, SeveritySet::only);
        let temporary = match self.switched_site(shape.callsite) {
            Switched::To(SeveritySet::NONE) => return Verdict::Never,
            Switched::To(levels) => Some(levels),
            Switched::PerhapsTo(levels) if !levels.intersection(severities).is_empty() => return self.wanted_if_any(),
            Switched::PerhapsTo(_) | Switched::No => self.temporary(shape.target),
        };
        if temporary.is_none() && !severities.iter().any(|severity| self.target_allows(shape.target, severity)) {
            return Verdict::Never;
        }
        if let Some(level) = self.spec.hold {
            let held = !SeveritySet::at_least(level).intersection(severities).is_empty();
            return if held || shape.names_destinations { Verdict::Wanted } else { Verdict::Raised };
        }
        if self.enabled == 0 || self.spec.layers_off & roles::DESTINATION != 0 {
            return Verdict::Never;
        }
        if shape.names_destinations {
            return Verdict::Wanted;
        }
        let wanted = |levels: SeveritySet| !levels.intersection(severities).is_empty();
        if self.spec.recorder.as_ref().is_some_and(|recorder| wanted(SeveritySet::at_least(recorder.level))) {
            return Verdict::Wanted;
        }
        // A span may name any destination, whatever the routes say; its thresholds hold all the same.
        let taken = self.each(self.enabled).any(|(_, destination)| match temporary {
            Some(levels) if !destination.settings.exact_levels => wanted(levels),
            _ => wanted(destination.levels(self.spec.level)),
        });
        if taken { Verdict::Wanted } else { Verdict::Raised }
    }

    fn wanted_if_any(&self) -> Verdict {
        let any = self.enabled != 0 && self.has_layer(roles::DESTINATION);
        if any { Verdict::Wanted } else { Verdict::Never }
    }

    /// Where every record of `callsite` goes that says nothing about itself, in spans that say nothing: `None` if
    /// that depends on more than the callsite.
    pub(crate) fn fixed_route(&self, callsite: &Callsite) -> Option<Mask> {
        if !self.spec.filters.is_empty() {
            return None;
        }
        let facts = Facts {
            severity: Some(callsite.severity),
            kind: Some(Kind::Log),
            target: Some(callsite.target),
            module: callsite.module,
            fields: Some(&callsite.fields),
        };
        let temporary = match self.switched_site(Some(callsite)) {
            Switched::To(SeveritySet::NONE) => return Some(0),
            Switched::To(levels) => Some(levels),
            Switched::PerhapsTo(_) => return None,
            Switched::No => self.temporary(callsite.target),
        };
        if temporary.is_none() && !self.target_allows(callsite.target, callsite.severity) {
            return Some(0);
        }
        if self.may_be_raised(callsite.severity, &facts) {
            return None;
        }
        let mut matched = None;
        for (rule, to) in &self.routes {
            match rule.decide(&facts) {
                Answer::Always => matched = Some(matched.unwrap_or(0) | to),
                Answer::Never => {}
                Answer::Depends => return None,
            }
        }
        let mut mask = 0;
        for (place, destination) in self.each(matched.unwrap_or(self.default) & self.enabled) {
            let settings = &destination.settings;
            if !settings.filters.is_empty() {
                return None;
            }
            let levels = match temporary {
                Some(levels) if !settings.exact_levels => levels,
                _ => destination.levels(self.spec.level),
            };
            let tagless = settings.tags.any.is_empty() && settings.tags.all.is_empty();
            if levels.contains(callsite.severity) && settings.kinds.contains(Kind::Log) && tagless {
                mask |= 1 << place;
            }
        }
        Some(mask)
    }

    /// The destinations that a record of this callsite may reach at most, a bit each, if neither it nor a span around it
    /// says something about itself.
    #[must_use]
    pub fn reach(&self, callsite: &Callsite) -> u64 {
        self.fixed_route(callsite).unwrap_or(Mask::MAX)
    }

    /// Does a record without tags pass the tag filter of the whole pipeline?
    pub(crate) fn takes_tagless(&self) -> bool {
        self.spec.tags.any.is_empty() && self.spec.tags.all.is_empty()
    }
}
