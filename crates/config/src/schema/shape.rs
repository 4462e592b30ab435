//! What a value can look like.

use crate::section::{kind_names, severities};

/// What a value can look like. Whatever takes a value says so by one of these; a value of several shapes is noted with
/// each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Any single value.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Count,
    /// `64MiB`.
    Size,
    /// `30s`.
    Time,
    /// `5 attempts`, or a time.
    Attempts,
    /// `1000/s`; of bytes, `1MiB/s`.
    Rate,
    /// `0640`.
    Mode,
    /// A path of a file or a folder.
    Path,
    /// A rule of the matching language.
    Rule,
    /// A severity; and what else may stand there.
    Level { off: bool, kinds: bool },
    /// One of these words, in capitals or not.
    Words(Vec<String>),
    /// Several, or a single one.
    List(Box<Self>),
    /// A section, whose names have shapes of their own.
    Map,
    /// A map whose names are the writer's to choose.
    Named(Box<Self>),
    /// A list of sections.
    Sections,
    /// A map of which the schema says nothing more.
    Anything,
    /// Nothing yet: the name is of a later version.
    Nothing,
}

impl Shape {
    /// One of `words`.
    pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Words(words.into_iter().map(str::to_owned).collect())
    }

    /// A severity, or `off`.
    pub(crate) const fn level() -> Self {
        Self::Level { off: true, kinds: false }
    }

    /// Several of `shape`, or a single one.
    pub(crate) fn list(shape: Self) -> Self {
        Self::List(Box::new(shape))
    }

    /// A map of `shape`s under names that the writer chooses.
    pub(crate) fn named(shape: Self) -> Self {
        Self::Named(Box::new(shape))
    }

    /// The words that it lists, if it does.
    pub(crate) fn choices(&self) -> Vec<String> {
        match self {
            Self::Words(words) => words.clone(),
            Self::Level { off, kinds } => {
                let off = off.then_some("off");
                let kinds = kind_names().filter(|_| *kinds);
                severities().chain(off).chain(kinds).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Does it, or what it is a list or map of, have names of its own?
    pub(crate) fn has_inside(&self) -> bool {
        match self {
            Self::Map | Self::Sections => true,
            Self::Named(inner) | Self::List(inner) => inner.has_inside(),
            _ => false,
        }
    }
}
