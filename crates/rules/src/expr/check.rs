//! What is asked of one value.

use super::{Number, OneOf};
use crate::TargetPattern;
use memchr::memmem::Finder;
use regex::Regex;
use std::borrow::Cow;
use std::cmp::Ordering;
use tracework_core::Value;

/// What is asked of one value, which is there.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// It is one of these.
    OneOf(OneOf),
    /// It is a number in this order to that one.
    Ordered(Order, Number),
    /// This stands in its text.
    Contains(Box<Finder<'static>>),
    /// Its text starts with this.
    StartsWith(Box<str>),
    /// Its text ends with this.
    EndsWith(Box<str>),
    /// Its text fits this pattern.
    Under(TargetPattern),
    /// This is found in its text.
    Matches(Regex),
    /// It is there.
    Exists,
}

/// An order between two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// Does this order allow that one?
    pub(crate) fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// As a rule writes it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Check {
    /// Does it hold for a value that is there?
    pub(super) fn holds(&self, value: Value<'_>) -> bool {
        match self {
            Self::OneOf(list) => list.has(value),
            Self::Ordered(order, wanted) => Number::of(value).is_some_and(|number| order.allows(number.order(*wanted))),
            Self::Contains(finder) => finder.find(plain(&value).as_bytes()).is_some(),
            Self::StartsWith(start) => plain(&value).starts_with(&**start),
            Self::EndsWith(end) => plain(&value).ends_with(&**end),
            Self::Under(pattern) => pattern.matches(&plain(&value)),
            Self::Matches(regex) => regex.is_match(&plain(&value)),
            Self::Exists => true,
        }
    }

    /// Does it hold for a text that is always there, and exists if it is not empty?
    pub(super) fn holds_always(&self, text: &str) -> bool {
        match self {
            Self::Exists => !text.is_empty(),
            _ => self.holds(Value::Str(text)),
        }
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => a == b,
            (Self::Ordered(a, m), Self::Ordered(b, n)) => (a, m) == (b, n),
            (Self::Contains(a), Self::Contains(b)) => a.needle() == b.needle(),
            (Self::StartsWith(a), Self::StartsWith(b)) | (Self::EndsWith(a), Self::EndsWith(b)) => a == b,
            (Self::Under(a), Self::Under(b)) => a == b,
            (Self::Matches(a), Self::Matches(b)) => a.as_str() == b.as_str(),
            (Self::Exists, Self::Exists) => true,
            _ => false,
        }
    }
}

/// The plain text of a value, borrowed where it is one.
pub(super) fn plain<'a>(value: &Value<'a>) -> Cow<'a, str> {
    match *value {
        Value::Str(text) | Value::Text(text) | Value::Json(text) => Cow::Borrowed(text),
        Value::Error(chain) if chain.causes().next().is_none() => Cow::Borrowed(chain.message()),
        other => Cow::Owned(other.to_string()),
    }
}
