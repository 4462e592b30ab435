//! What a test looks at.

use crate::expr::print;
use crate::{RuleError, parse};
use std::fmt;
use std::str::FromStr;

/// What a test of a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// How serious the record is.
    Severity,
    /// What sort it is.
    Kind,
    /// Its category, or that of the innermost span that has one.
    Category,
    /// Its target.
    Target,
    /// Its module's path.
    Module,
    /// Each of its tags, those of the spans around included.
    Tag,
    /// Its message.
    Message,
    /// The name of each span around it.
    Span,
    /// The name of its thread.
    Thread,
    /// Its own field of this name.
    Field(Box<str>),
    /// The field of this name of the innermost span that has it.
    Context(Box<str>),
    /// Its metadata of this name.
    Metadata(Box<str>),
}

impl Subject {
    /// The subjects without a name of their own, as they are written; the canonical spelling of each stands first.
    pub(crate) const WORDS: [(&'static str, Self); 10] = [
        ("level", Self::Severity),
        ("severity", Self::Severity),
        ("kind", Self::Kind),
        ("category", Self::Category),
        ("target", Self::Target),
        ("module", Self::Module),
        ("tag", Self::Tag),
        ("message", Self::Message),
        ("span", Self::Span),
        ("thread", Self::Thread),
    ];

    /// Does the answer come, at least in part, from the spans around the record?
    #[must_use]
    pub fn looks_at_spans(&self) -> bool {
        matches!(self, Self::Category | Self::Tag | Self::Span | Self::Context(_))
    }

    /// Does it have values of several types, numbers among them?
    pub(crate) fn is_typed(&self) -> bool {
        matches!(self, Self::Field(_) | Self::Context(_) | Self::Metadata(_))
    }
}

impl FromStr for Subject {
    type Err = RuleError;

    /// Reads a subject as a rule writes it: `target`, `field.user_id`, `context."odd name"`.
    fn from_str(source: &str) -> Result<Self, RuleError> {
        parse::subject(source)
    }
}

impl fmt::Display for Subject {
    /// As a rule writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, name) = match self {
            Self::Field(name) => ("field.", name),
            Self::Context(name) => ("context.", name),
            Self::Metadata(name) => ("metadata.", name),
            plain => {
                let word = Self::WORDS.iter().find(|(_, subject)| subject == plain);
                return f.write_str(word.map_or("", |(word, _)| word));
            }
        };
        f.write_str(prefix)?;
        if print::is_name(name) { f.write_str(name) } else { print::quoted(f, name) }
    }
}
