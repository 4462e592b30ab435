//! Which records raise an alert.

use crate::errors::ErrorSettings;
use crate::{Plan, delivery};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracework_core::{Kind, OwnedRecord, Record, Severity};
use tracework_rules::{Rule, RuleError};

/// Which records raise an alert, and which actions it runs.
///
/// ```
/// use tracework_engine::AlertSpec;
///
/// let alert = AlertSpec::new("intrusion", AlertSpec::SECURITY.parse()?, ["page"]);
/// assert_eq!(alert.actions, ["page"]);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AlertSpec {
    /// Its name.
    pub name: String,
    /// The records that raise it. Only records of severity ERROR and above, of the kind security, and those that carry
    /// an error are asked about.
    pub when: Rule,
    /// The names of the actions that it runs.
    pub actions: Vec<String>,
    /// The destinations that get the record, past routes, thresholds and filters.
    pub to: Vec<String>,
    raised: Arc<AtomicU64>,
}

/// How an alert is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertHealth {
    /// Its name.
    pub name: String,
    /// Its rule, as it is written.
    pub when: String,
    /// The names of the actions that it runs.
    pub actions: Vec<String>,
    /// How often it was raised.
    pub raised: u64,
}

impl AlertSpec {
    /// The rule of security-critical records: those of the kind security, and serious ones of the category security.
    pub const SECURITY: &str = "kind = security or category = security and level >= ERROR";

    /// An alert that records which `when` matches raise.
    pub fn new<A: Into<String>>(name: impl Into<String>, when: Rule, actions: impl IntoIterator<Item = A>) -> Self {
        let actions = actions.into_iter().map(Into::into).collect();
        Self { name: name.into(), when, actions, to: Vec::new(), raised: Arc::default() }
    }

    /// The same, which writes to these destinations too.
    #[must_use]
    pub fn to<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.to = names.into_iter().map(Into::into).collect();
        self
    }

    /// An alert that security-critical records raise; see [`AlertSpec::SECURITY`].
    ///
    /// # Errors
    ///
    /// Never: the rule is one.
    pub fn security<A: Into<String>>(
        name: impl Into<String>,
        actions: impl IntoIterator<Item = A>,
    ) -> Result<Self, RuleError> {
        Ok(Self::new(name, Self::SECURITY.parse()?, actions))
    }

    pub(crate) fn health(&self) -> AlertHealth {
        AlertHealth {
            name: self.name.clone(),
            when: self.when.to_string(),
            actions: self.actions.clone(),
            raised: self.raised.load(Ordering::Relaxed),
        }
    }
}

/// Hands `record` to the actions of the alerts that it raises. On the engine's thread.
pub(crate) fn raise(plan: &Plan, record: &Record<'_>) {
    let critical = record.severity() >= Severity::ERROR || record.kind() == Kind::Security || record.has_error();
    if !critical || record.internal() {
        return;
    }
    let mut copy = None;
    for alert in plan.spec().alerts.iter().filter(|alert| alert.when.matches(record)) {
        alert.raised.fetch_add(1, Ordering::Relaxed);
        for destination in plan.destinations().iter().filter(|to| to.settings.enabled && alert.to.contains(&to.name)) {
            let copy = copy.get_or_insert_with(|| OwnedRecord::from(record));
            destination.outlet.push(delivery::parcel_of(copy));
        }
        for (name, action) in &plan.spec().actions {
            if alert.actions.contains(name) {
                action.push(copy.get_or_insert_with(|| OwnedRecord::from(record)).clone());
            }
        }
    }
}

impl ErrorSettings {
    /// Tags or destinations as a field holds them: `None` if there are none.
    #[must_use]
    pub fn joined(names: &[String]) -> Option<String> {
        (!names.is_empty()).then(|| names.join(","))
    }
}
