//! Deciding before the record is there.

use std::ops::Not;
use tracework_core::{Kind, Severity};

/// What is known of a record before it is there: usually, what its callsite says. `None` is not known.
///
/// ```
/// use tracework_core::Severity;
/// use tracework_rules::{Facts, Rule, Verdict};
///
/// let rule: Rule = "level >= ERROR and tag = PAYMENT".parse()?;
/// let facts = |severity| Facts { severity: Some(severity), ..Facts::default() };
/// assert_eq!(rule.decide(&facts(Severity::INFO)), Verdict::Never);
/// assert_eq!(rule.decide(&facts(Severity::ERROR)), Verdict::Depends);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// How serious it will be.
    pub severity: Option<Severity>,
    /// What sort it will be.
    pub kind: Option<Kind>,
    /// Its target.
    pub target: Option<&'a str>,
    /// Its module's path.
    pub module: Option<&'a str>,
    /// The names of the fields that it can have: a field not among them will surely be missing.
    pub fields: Option<&'a [&'static str]>,
}

/// What can be said of a record that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every record that agrees with the facts matches.
    Always,
    /// No record that agrees with the facts matches.
    Never,
    /// It depends on what is not known.
    Depends,
}

impl Verdict {
    /// Both, by Kleene's logic: one `Never` is enough for a no.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, Self::Always) => Self::Always,
            _ => Self::Depends,
        }
    }

    /// Either, by Kleene's logic: one `Always` is enough for a yes.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }
}

impl Not for Verdict {
    type Output = Self;

    /// What it depends on stays open.
    fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Depends => Self::Depends,
        }
    }
}

impl From<bool> for Verdict {
    fn from(certain: bool) -> Self {
        if certain { Self::Always } else { Self::Never }
    }
}
