//! Tests joined by `and`, `or` and `not`.

use super::Test;
use crate::{Facts, Verdict};
use tracework_core::Record;

/// A rule, or a part of one. `All` holds no `All`, `Any` no `Any`, `Not` no `Not`, and each list has two parts or more: so
/// two rules that are written alike are equal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

impl Node {
    /// All of these parts.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::All, |part| match part {
            Self::All(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// Any of these parts.
    pub(crate) fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::Any, |part| match part {
            Self::Any(inner) => Ok(inner),
            other => Err(other),
        })
    }

    fn join(parts: Vec<Self>, wrap: fn(Vec<Self>) -> Self, open: fn(Self) -> Result<Vec<Self>, Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match open(part) {
                Ok(inner) => flat.extend(inner),
                Err(whole) => flat.push(whole),
            }
        }
        match (flat.pop(), flat.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                flat.extend(last);
                wrap(flat)
            }
        }
    }

    /// The opposite of this part.
    pub(crate) fn negate(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(crate) fn matches(&self, record: &Record<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Not(part) => !part.matches(record),
            Self::Test(test) => test.matches(record),
        }
    }

    pub(crate) fn decide(&self, facts: &Facts<'_>) -> Verdict {
        match self {
            Self::All(parts) => parts.iter().fold(Verdict::Always, |all, part| all.and(part.decide(facts))),
            Self::Any(parts) => parts.iter().fold(Verdict::Never, |any, part| any.or(part.decide(facts))),
            Self::Not(part) => !part.decide(facts),
            Self::Test(test) => test.decide(facts),
        }
    }

    /// Shows each test, in the order they are written.
    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Self::Not(part) => part.walk(visit),
            Self::Test(test) => visit(test),
        }
    }
}
