//! One test of a record.

use super::{Check, Subject};
use crate::{Facts, Verdict};
use tracework_core::{KindSet, Record, SeveritySet, Value};

/// One test of a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// It has one of these severities.
    Severity(SeveritySet),
    /// It is of one of these kinds.
    Kind(KindSet),
    /// The subject is there, and the check holds for one of its values.
    Value(Subject, Check),
}

impl Test {
    /// What it looks at.
    pub(crate) fn subject(&self) -> &Subject {
        match self {
            Self::Severity(_) => &Subject::Severity,
            Self::Kind(_) => &Subject::Kind,
            Self::Value(subject, _) => subject,
        }
    }

    pub(super) fn matches(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Severity(set) => set.contains(record.severity()),
            Self::Kind(set) => set.contains(record.kind()),
            Self::Value(subject, check) => holds(subject, check, record),
        }
    }

    pub(super) fn decide(&self, facts: &Facts<'_>) -> Verdict {
        let known = match self {
            Self::Severity(SeveritySet::ALL) => Some(true),
            Self::Severity(SeveritySet::NONE) => Some(false),
            Self::Severity(set) => facts.severity.map(|severity| set.contains(severity)),
            Self::Kind(KindSet::ALL) => Some(true),
            Self::Kind(set) => facts.kind.map(|kind| set.contains(kind)),
            Self::Value(Subject::Target, check) => facts.target.map(|target| check.holds_always(target)),
            Self::Value(Subject::Module, check) => facts.module.map(|module| check.holds(Value::Str(module))),
            Self::Value(Subject::Field(name), _) => match facts.fields {
                Some(fields) if !fields.contains(&&**name) => Some(false),
                _ => None,
            },
            Self::Value(..) => None,
        };
        known.map_or(Verdict::Depends, Verdict::from)
    }
}

fn holds(subject: &Subject, check: &Check, record: &Record<'_>) -> bool {
    let text = |text: &str| check.holds(Value::Str(text));
    match subject {
        Subject::Target => check.holds_always(record.target()),
        Subject::Message => check.holds_always(record.message()),
        Subject::Module => record.source().module.is_some_and(text),
        Subject::Category => record.category().is_some_and(text),
        Subject::Thread => record.thread_name().is_some_and(text),
        Subject::Tag => record.tags().any(text),
        Subject::Span => record.spans().filter(|span| span.is_named()).any(|span| text(span.name())),
        Subject::Field(name) => present(check, record.field(name)),
        Subject::Context(name) => present(check, record.context(name)),
        Subject::Metadata(name) => present(check, record.metadata(name)),
        // They are tested as sets.
        Subject::Severity => text(record.severity().name()),
        Subject::Kind => text(record.kind().name()),
    }
}

/// Does the check hold for a value that is there and is not null?
fn present(check: &Check, value: Option<Value<'_>>) -> bool {
    value.is_some_and(|value| value != Value::Null && check.holds(value))
}
