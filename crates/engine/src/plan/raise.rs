//! Levels for records that a rule matches, for a time.

use super::{Plan, PlanSpec};
use tracework_core::{Record, Severity, SeveritySet, Timestamp};
use tracework_rules::{Facts, Rule, Subject, Verdict};

/// A level that ends by itself, for the records that a rule matches: those of one user, of one span.
#[derive(Clone, Debug)]
pub struct Raise {
    /// The records.
    pub when: Rule,
    /// The least severity that destinations take of them, until then.
    pub level: Severity,
    /// When it ends.
    pub until: Timestamp,
}

/// A level that ends by itself, as [`Control::temporary_levels`](crate::Control::temporary_levels) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryLevel {
    /// The pattern of targets, or the rule.
    pub of: String,
    /// The least severity, until then.
    pub level: Severity,
    /// When it ends.
    pub until: Timestamp,
}

impl PlanSpec {
    /// Every level that ends by itself.
    pub fn temporary_levels(&self) -> impl Iterator<Item = TemporaryLevel> {
        let targets = self.temporary.iter().map(|temporary| {
            let (of, level, until) = (temporary.target.to_string(), temporary.level, temporary.until);
            TemporaryLevel { of, level, until }
        });
        let rules = self.raises.iter();
        targets.chain(rules.map(|raise| TemporaryLevel {
            of: raise.when.to_string(),
            level: raise.level,
            until: raise.until,
        }))
    }
}

impl Plan {
    /// May any level for a time concern records of this severity, that would not be captured without it?
    #[inline]
    #[must_use]
    pub fn raises(&self, severity: Severity) -> bool {
        self.spec.raises.iter().any(|raise| severity >= raise.level)
    }

    /// May a level for a time concern a record of this severity? `around` is a record without fields and message from the
    /// same callsite, inside the same spans: what a rule asks beside these is not known yet.
    #[must_use]
    pub fn may_raise(&self, severity: Severity, around: &Record<'_>) -> bool {
        let known = |subject: &Subject| {
            matches!(subject, Subject::Target | Subject::Module | Subject::Span | Subject::Context(_))
        };
        let mut raises = self.spec.raises.iter().filter(|raise| severity >= raise.level);
        raises.any(|raise| !raise.when.subjects().all(known) || raise.when.matches(around))
    }

    /// The severities that destinations take of the record beside their own.
    pub(super) fn raised(&self, record: &Record<'_>) -> SeveritySet {
        let raises =
            self.spec.raises.iter().filter(|raise| record.severity() >= raise.level && raise.when.matches(record));
        raises.fold(SeveritySet::NONE, |set, raise| set.union(SeveritySet::at_least(raise.level)))
    }

    /// May records with these facts be raised?
    pub(super) fn may_be_raised(&self, severity: Severity, facts: &Facts<'_>) -> bool {
        let mut raises = self.spec.raises.iter().filter(|raise| severity >= raise.level);
        raises.any(|raise| raise.when.decide(facts) != Verdict::Never)
    }
}
