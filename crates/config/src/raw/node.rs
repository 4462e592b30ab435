//! A node as it was typed.

use crate::place::Place;

/// A node as it was typed.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) data: Data,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// A text, a number, a truth value: what it is, its reader decides. `plain` is one without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The name of an entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) text: String,
}

impl Node {
    /// Is it empty: nothing at all, `~` or `null`?
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Does it say nothing: null, an empty list or map, `false`, an empty text?
    pub(crate) fn is_nothing(&self) -> bool {
        match &self.data {
            Data::Scalar { text, .. } => self.is_null() || text.is_empty() || text == "false",
            Data::List(list) => list.is_empty(),
            Data::Map(map) => map.is_empty(),
        }
    }

    /// What it is, as messages say it.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.data {
            Data::Scalar { .. } if self.is_null() => "nothing",
            Data::Scalar { .. } => "a single value",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entry `name` of a map.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }
}
