//! What a filter is not asked about.

use tracework_core::{Decision, Description, Record, StatefulFilter, Timestamp};
use tracework_rules::Rule;

/// A filter that is not asked about some records: these are always kept, and do not count for it.
///
/// ```
/// use std::time::Duration;
/// use tracework_engine::{Except, RateLimit};
///
/// let limit = Except::new("level >= ERROR".parse()?, RateLimit::new(100, Duration::from_secs(1)));
/// # drop(limit);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Debug)]
pub struct Except<F> {
    rule: Rule,
    filter: F,
}

impl<F: StatefulFilter> Except<F> {
    /// `filter`, but for the records that `rule` matches.
    #[must_use]
    pub fn new(rule: Rule, filter: F) -> Self {
        Self { rule, filter }
    }
}

impl<F: StatefulFilter> StatefulFilter for Except<F> {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        if self.rule.matches(record) { Decision::Keep } else { self.filter.decide(record, now) }
    }

    fn released(&mut self, slot: u64) {
        self.filter.released(slot);
    }

    fn forgotten(&self) -> u64 {
        self.filter.forgotten()
    }

    fn describe(&self) -> String {
        let (inner, rule) = (self.filter.describe(), tracework_rules::quote(self.rule.as_str()));
        match inner.strip_suffix(" }") {
            Some(open) => format!("{open}, except: {rule} }}"),
            None => format!("{inner}, except: {rule}"),
        }
    }

    fn identity(&self) -> Option<String> {
        self.filter.identity().map(|_| self.describe())
    }

    fn as_config(&self) -> Option<Description> {
        self.filter.as_config().map(|description| description.with("except", self.rule.as_str()))
    }
}
