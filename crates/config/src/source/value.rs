//! A config as a value.

use crate::Reported;
use crate::error::Problems;
use crate::place::{Place, TextId};
use crate::raw::{Data, Key, Node};
use std::fmt;

/// A config, or a part of one, as a value: what a program has that keeps its logging in its own config.
///
/// With the feature `serde` it can be read from any format that serde knows, so a field of this type takes the section as
/// it stands: `#[derive(Deserialize)] struct Settings { logging: tracework::config::Value, .. }`.
///
/// ```
/// use tracework_config::{Config, Registry, Value};
/// use tracework_core::{Severity, SeveritySet};
///
/// let value = Value::from_iter([
///     ("level", Value::from("ERROR")),
///     ("metadata", Value::from_iter([("region", "eu-1")])),
/// ]);
/// let config = Config::from_value("settings.toml", value, &Registry::new())?;
/// assert_eq!(config.spec().level, SeveritySet::at_least(Severity::ERROR));
/// # Ok::<(), tracework_config::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing.
    Null,
    /// A text, a number or a truth value, as it would be written.
    Scalar(String),
    /// Several values.
    List(Vec<Self>),
    /// Values with names, in their order.
    Map(Vec<(String, Self)>),
}

impl fmt::Debug for Value {
    /// The names alone: a value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Scalar(_) => f.write_str("_"),
            Self::List(list) => f.debug_list().entries(list).finish(),
            Self::Map(map) => f.debug_map().entries(map.iter().map(|(name, value)| (name, value))).finish(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Scalar(text.to_owned())
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(list: Vec<V>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! scalars {
    ($($of:ty),+) => {
        $(impl From<$of> for Value {
            fn from(value: $of) -> Self {
                Self::Scalar(value.to_string())
            }
        })+
    };
}

scalars!(String, bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Value {
    /// A map.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::Map(entries.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// How deep values may nest, and how many there may be: as in a file.
const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 50_000;

/// The nodes of a value, and a text to show in messages: a line `path: value` for each of its leaves.
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) root: Node,
}

/// Renders a value, whose text will have the number `text`.
pub(super) fn render(value: &Value, text: TextId) -> Result<Rendered, &'static str> {
    let mut renderer = Renderer { text: String::new(), id: text, line: 0, nodes: 0 };
    let root = renderer.node("", value, 0)?;
    Ok(Rendered { text: renderer.text, root })
}

struct Renderer {
    text: String,
    id: TextId,
    line: usize,
    nodes: usize,
}

impl Renderer {
    fn node(&mut self, path: &str, value: &Value, depth: usize) -> Result<Node, &'static str> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err("the config has too many nodes");
        }
        if depth > MAX_DEPTH {
            return Err("this nests too deeply: 32 levels are the most");
        }
        let first = self.line + 1;
        let data = match value {
            Value::Null => {
                let place = self.leaf(path, "~");
                return Ok(Node { place, data: Data::Scalar { text: "~".to_owned(), plain: true } });
            }
            Value::Scalar(text) => {
                let place = self.leaf(path, text);
                return Ok(Node { place, data: Data::Scalar { text: text.clone(), plain: false } });
            }
            Value::List(list) => {
                let nodes =
                    list.iter().enumerate().map(|(at, value)| self.node(&format!("{path}[{at}]"), value, depth + 1));
                Data::List(nodes.collect::<Result<_, _>>()?)
            }
            Value::Map(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (name, value) in map {
                    let dot = if path.is_empty() { "" } else { "." };
                    let place = Place {
                        text: self.id,
                        line: self.line + 1,
                        column: path.chars().count() + dot.len() + 1,
                        length: name.chars().count().max(1),
                    };
                    let node = self.node(&format!("{path}{dot}{name}"), value, depth + 1)?;
                    entries.push((Key { place, text: name.clone() }, node));
                }
                Data::Map(entries)
            }
        };
        if self.line < first {
            let shown = if matches!(data, Data::Map(_)) { "{}" } else { "[]" };
            let place = self.leaf(path, shown);
            return Ok(Node { place, data });
        }
        Ok(Node { place: Place { text: self.id, line: first, column: 1, length: path.chars().count().max(1) }, data })
    }

    /// Adds a line; the place of the value in it.
    fn leaf(&mut self, path: &str, value: &str) -> Place {
        let value = value.replace(['\n', '\r'], " ");
        self.line += 1;
        let column = path.chars().count() + 3;
        self.text.push_str(&format!("{}: {value}\n", path.replace(['\n', '\r'], " ")));
        Place { text: self.id, line: self.line, column, length: value.chars().count().max(1) }
    }
}

/// Refuses names that a value has twice: a map of another format may.
pub(super) fn refuse_doubles(node: &Node, problems: &Problems<'_>) -> Result<(), Reported> {
    let mut all = Ok(());
    if let Data::List(list) = &node.data {
        for node in list {
            all = refuse_doubles(node, problems).and(all);
        }
    }
    for (at, (key, value)) in node.entries().iter().enumerate() {
        if node.entries()[..at].iter().any(|(other, _)| other.text == key.text) {
            problems.add(key.place, format!("`{}` stands here a second time", crate::place::shown(&key.text)), None);
            all = Err(Reported);
        }
        all = refuse_doubles(value, problems).and(all);
    }
    all
}
