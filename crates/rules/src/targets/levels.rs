//! A table of targets and what they may say.

use super::TargetPattern;
use crate::RuleError;
use tracework_core::SeveritySet;

/// How much each target may say: patterns, each with the severities that it lets through.
///
/// ```
/// use tracework_core::{Severity, SeveritySet};
/// use tracework_rules::TargetLevels;
///
/// let mut levels = TargetLevels::default();
/// levels.set("hyper".parse()?, SeveritySet::at_least(Severity::WARNING))?;
/// levels.set("hyper::client::*".parse()?, SeveritySet::NONE)?;
/// assert_eq!(levels.get("hyper::server"), Some(SeveritySet::at_least(Severity::WARNING)));
/// assert_eq!(levels.get("hyper::client::pool"), Some(SeveritySet::NONE));
/// assert_eq!(levels.get("app"), None);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetLevels {
    /// The longest fixed part first.
    entries: Vec<(TargetPattern, SeveritySet)>,
}

impl TargetLevels {
    /// How many patterns a table holds at the most.
    pub const MAX: usize = 1024;

    /// Lets `severities` of what fits `pattern` through; replaces what an equal pattern said.
    ///
    /// # Errors
    ///
    /// Fails when the table is full ([`TargetLevels::MAX`]).
    pub fn set(&mut self, pattern: TargetPattern, severities: SeveritySet) -> Result<(), RuleError> {
        if let Some(known) = self.entries.iter_mut().find(|(known, _)| *known == pattern) {
            known.1 = severities;
            return Ok(());
        }
        if self.entries.len() == Self::MAX {
            let text = pattern.to_string();
            let full = format!("there are more than {} target patterns", Self::MAX);
            return Err(RuleError::new(&text, 0..text.len(), full));
        }
        let at = self.entries.partition_point(|(known, _)| known.fixed_len() >= pattern.fixed_len());
        self.entries.insert(at, (pattern, severities));
        Ok(())
    }

    /// What `target` may say, by the pattern that fits it most closely; `None` if none fits.
    #[must_use]
    pub fn get(&self, target: &str) -> Option<SeveritySet> {
        self.closest(target).map(|(_, severities)| severities)
    }

    /// The pattern that fits `target` most closely, with what it lets through.
    #[must_use]
    pub fn closest(&self, target: &str) -> Option<(&TargetPattern, SeveritySet)> {
        let fitting = self.entries.iter().skip_while(|(pattern, _)| !pattern.matches(target));
        let mut length = None;
        fitting
            .take_while(|(pattern, _)| *length.get_or_insert(pattern.fixed_len()) == pattern.fixed_len())
            .filter_map(|(pattern, severities)| Some((pattern.closeness(target)?, pattern, *severities)))
            .max_by_key(|&(closeness, ..)| closeness)
            .map(|(_, pattern, severities)| (pattern, severities))
    }

    /// Its patterns, the longest fixed part first.
    pub fn iter(&self) -> impl Iterator<Item = (&TargetPattern, SeveritySet)> {
        self.entries.iter().map(|(pattern, severities)| (pattern, *severities))
    }

    /// How many patterns it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Does it hold no pattern?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
