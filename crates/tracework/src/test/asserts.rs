//! Asserting on what was caught.

use super::Capture;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tracework_core::{Format, OwnedRecord};
use tracework_format::Pattern;
use tracework_rules::Rule;

/// How many records a failure shows.
const SHOWN: usize = 50;

#[track_caller]
fn rule_of(text: &str) -> Rule {
    match Rule::parse(text) {
        Ok(rule) => rule,
        Err(error) => panic!("the rule cannot be read: {error}"),
    }
}

/// What was there instead, a line for each record.
fn shown(records: &[OwnedRecord]) -> String {
    let mut text = match records.len() {
        0 => return "nothing was logged".to_owned(),
        1 => "what was logged is:".to_owned(),
        count => format!("what was logged are these {count}:"),
    };
    let left_out = records.len().saturating_sub(SHOWN);
    if left_out > 0 {
        _ = write!(text, "\n  ({left_out} older ones)");
    }
    let pattern = "{level:<8} {target}: {message} {fields} in=[{spans}] tags=[{tags}] kind={kind}";
    let Ok(mut pattern) = Pattern::new(pattern) else { return text };
    for record in &records[left_out..] {
        let mut line = Vec::new();
        pattern.encode(&record.view(), &mut line);
        _ = write!(text, "\n  {}", String::from_utf8_lossy(&line).trim_end());
    }
    text
}

impl Capture {
    /// The records that `rule` matches, the oldest first. The language is that of routes and filters:
    /// `level >= ERROR and field.amount > 10 and tag = PAYMENT`.
    ///
    /// # Panics
    ///
    /// If the rule cannot be read.
    #[must_use]
    #[track_caller]
    pub fn matching(&self, rule: &str) -> Vec<OwnedRecord> {
        let rule = rule_of(rule);
        self.records().into_iter().filter(|record| rule.matches(&record.view())).collect()
    }

    /// Asserts that `rule` matches so many of the records caught so far.
    ///
    /// # Panics
    ///
    /// If it does not; the message shows what was caught.
    #[track_caller]
    pub fn assert_count(&self, rule: &str, count: usize) -> Vec<OwnedRecord> {
        let found = self.matching(rule);
        if found.len() != count {
            let noun = if count == 1 { "record" } else { "records" };
            panic!("`{rule}` should match {count} {noun}, and matches {}; {}", found.len(), self.told());
        }
        found
    }

    /// Asserts that `rule` matches exactly one of the records caught so far, and gives it.
    ///
    /// # Panics
    ///
    /// If it does not; the message shows what was caught.
    #[track_caller]
    pub fn assert_one(&self, rule: &str) -> OwnedRecord {
        self.assert_count(rule, 1).remove(0)
    }

    /// Asserts that `rule` matches none of the records caught so far.
    ///
    /// # Panics
    ///
    /// If it does; the message shows what was caught.
    #[track_caller]
    pub fn assert_none(&self, rule: &str) {
        self.assert_count(rule, 0);
    }

    /// Waits until a record is caught that `rule` matches, and gives the first. One that was caught before counts.
    ///
    /// # Panics
    ///
    /// If there is none after `timeout`; the message shows what was caught.
    #[track_caller]
    pub fn wait_for(&self, rule: &str, timeout: Duration) -> OwnedRecord {
        let (parsed, end) = (rule_of(rule), Instant::now() + timeout);
        let mut looked_at = 0;
        loop {
            let records = self.recording.records();
            // Forgotten meanwhile by `clear`.
            looked_at = looked_at.min(records.len());
            if let Some(found) = records[looked_at..].iter().find(|record| parsed.matches(&record.view())) {
                return found.clone();
            }
            looked_at = records.len();
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.recording.wait_for(looked_at + 1, left) {
                // What was logged in the last moment may still be on its way.
                match self.matching(rule).into_iter().next() {
                    Some(found) => return found,
                    None => panic!("after {timeout:?}, `{rule}` matches no record; {}", self.told()),
                }
            }
        }
    }

    #[track_caller]
    fn told(&self) -> String {
        shown(&self.records())
    }
}
