//! A rule of the matching language.

use crate::expr::{Node, Subject};
use crate::{Facts, RuleError, Verdict, parse};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use tracework_core::{Description, Filter, Record};

/// Which records are meant, said in the matching language of `docs/specs/rules.md`. Cheap to clone.
///
/// ```
/// use tracework_core::{Draft, Head, Kind, Limits, Page, Reserved, Severity, Timestamp, Value};
/// use tracework_rules::Rule;
///
/// let rule: Rule = "level >= ERROR and tag in (PAYMENT, BILLING)".parse()?;
///
/// let mut draft = Draft::new(Limits::default());
/// let severity = Severity::ERROR;
/// draft.begin(Head { time: Timestamp(0), severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
/// draft.reserved(Reserved::Tags, Value::Str("USER_7, PAYMENT"));
/// let mut page = Page::default();
/// let pick = page.push(&draft, None);
/// assert!(rule.matches(&page.record(pick)));
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone)]
pub struct Rule(Arc<Inner>);

struct Inner {
    root: Node,
    text: String,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    ///
    /// Says what cannot be read, where, and what to write instead.
    pub fn parse(source: &str) -> Result<Self, RuleError> {
        let (root, text) = parse::parse(source)?;
        Ok(Self(Arc::new(Inner { root, text })))
    }

    /// Is this record meant?
    #[must_use]
    pub fn matches(&self, record: &Record<'_>) -> bool {
        self.0.root.matches(record)
    }

    /// What can be said of every record that agrees with `facts`. It is on the safe side: [`Verdict::Depends`] may still
    /// turn out to be the same for all.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Verdict {
        self.0.root.decide(facts)
    }

    /// Its canonical text, which parses to an equal rule.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// What each of its tests looks at, in the order they are written; one may come several times.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        let mut subjects = Vec::new();
        self.0.root.walk(&mut |test| subjects.push(test.subject()));
        subjects.into_iter()
    }

    /// The names of the event's own fields that it looks at.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.subjects().filter_map(|subject| match subject {
            Subject::Field(name) => Some(&**name),
            _ => None,
        })
    }

    /// Does its answer depend on the spans around the record: on their tags, names, fields or category?
    #[must_use]
    pub fn looks_at_spans(&self) -> bool {
        self.subjects().any(Subject::looks_at_spans)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(source: &str) -> Result<Self, RuleError> {
        Self::parse(source)
    }
}

impl TryFrom<&str> for Rule {
    type Error = RuleError;

    fn try_from(source: &str) -> Result<Self, RuleError> {
        Self::parse(source)
    }
}

impl Filter for Rule {
    fn keep(&self, record: &Record<'_>) -> bool {
        self.matches(record)
    }

    fn describe(&self) -> String {
        self.0.text.clone()
    }

    fn as_config(&self) -> Option<Description> {
        Some(Description::new("rule").with("when", self.0.text.as_str()))
    }
}

impl PartialEq for Rule {
    /// Do both ask for the same in the same order?
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.root == other.0.root
    }
}

impl fmt::Display for Rule {
    /// The canonical text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.0.text).finish()
    }
}
