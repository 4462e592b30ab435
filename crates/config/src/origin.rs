//! Who set a value.

use crate::place::{Place, TextId};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Who set a value of a config. What comes later in this list is read over what comes before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody: it is built in.
    Default,
    /// The profile of this name, or one that it inherits from.
    Profile(String),
    /// A file that the config includes.
    Include,
    /// The config itself: its file, text or value.
    File,
    /// This environment variable.
    Environment(String),
    /// The program that reads the config.
    Program,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Include => f.write_str("include"),
            Self::File => f.write_str("file"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Program => f.write_str("the program"),
        }
    }
}

/// A text that a part of a config was read from.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// What it is called in messages.
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) origin: Origin,
    /// Are its lines those of a file, so that their numbers help?
    pub(crate) numbered: bool,
    /// What is read over something has the higher rank.
    pub(crate) rank: u16,
}

/// The texts that a config was read from: its own file first.
#[derive(Debug, Default)]
pub(crate) struct Texts(RefCell<Vec<Text>>);

impl Texts {
    /// Adds a text; the number that its places carry.
    pub(crate) fn add(&self, name: &str, text: &str, origin: Origin, numbered: bool) -> TextId {
        let mut texts = self.0.borrow_mut();
        let id = TextId::try_from(texts.len()).unwrap_or(TextId::MAX);
        texts.push(Text { name: name.into(), text: text.into(), origin, numbered, rank: 0 });
        id
    }

    /// A second name for the same text: places in it are as good, but somebody else set what stands there.
    pub(crate) fn again(&self, id: TextId, origin: Origin) -> TextId {
        let again = Text { origin, ..self.get(id) };
        let mut texts = self.0.borrow_mut();
        let new = TextId::try_from(texts.len()).unwrap_or(TextId::MAX);
        texts.push(again);
        new
    }

    /// Says that this text is read over all those that were ranked before.
    pub(crate) fn rank(&self, id: TextId) {
        let mut texts = self.0.borrow_mut();
        let rank = texts.iter().map(|text| text.rank).max().unwrap_or(0) + 1;
        if let Some(text) = texts.get_mut(usize::from(id)) {
            text.rank = rank;
        }
    }

    /// Gives `id` the rank of `like`: neither is read over the other.
    pub(crate) fn rank_like(&self, id: TextId, like: TextId) {
        let rank = self.get(like).rank;
        if let Some(text) = self.0.borrow_mut().get_mut(usize::from(id)) {
            text.rank = rank;
        }
    }

    pub(crate) fn get(&self, id: TextId) -> Text {
        let found = self.0.borrow().get(usize::from(id)).cloned();
        found.unwrap_or_else(|| Text {
            name: "config".into(),
            text: "".into(),
            origin: Origin::File,
            numbered: true,
            rank: 0,
        })
    }

    /// The line of a place.
    pub(crate) fn line(&self, place: Place) -> Option<String> {
        self.get(place.text).text.lines().nth(place.line.checked_sub(1)?).map(str::to_owned)
    }

    /// Where a place is, as messages say it: `app.yml:3:7`, or the name alone.
    pub(crate) fn at(&self, place: Place) -> String {
        let Text { name, numbered, .. } = self.get(place.text);
        if numbered { format!("{name}:{}:{}", place.line, place.column) } else { name.to_string() }
    }
}
