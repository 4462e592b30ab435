//! JSON, written: the schema is a file that people and editors read.

use crate::error::Problems;
use crate::origin::Texts;
use crate::raw::{self, Data, Node};
use std::cell::Cell;
use std::fmt::{self, Write as _};

/// A JSON value; names keep their order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of texts.
    pub(super) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    pub(super) fn map<N: Into<String>>(entries: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A reference to a definition of the schema.
    pub(super) fn reference(name: &str) -> Self {
        Self::map([("$ref", Self::text(format!("#/$defs/{name}")))])
    }

    /// What an example says: it is written as YAML.
    pub(super) fn of_yaml(yaml: &str) -> Option<Self> {
        let texts = Texts::default();
        let problems = Problems::new(&texts);
        let node = raw::read(&problems, 0, yaml, 0, &Cell::new(0)).ok()??;
        (problems.count() == 0).then(|| Self::of_node(&node))
    }

    fn of_node(node: &Node) -> Self {
        match &node.data {
            Data::Scalar { text, plain } => Self::of_scalar(text, *plain),
            Data::List(list) => Self::List(list.iter().map(Self::of_node).collect()),
            Data::Map(entries) => Self::map(entries.iter().map(|(key, node)| (key.text.clone(), Self::of_node(node)))),
        }
    }

    /// What a word without quotes is to whoever reads YAML.
    pub(super) fn of_scalar(text: &str, plain: bool) -> Self {
        match text {
            "true" if plain => Self::Bool(true),
            "false" if plain => Self::Bool(false),
            _ => match text.parse() {
                Ok(number) if plain && !text.starts_with('+') => Self::Number(number),
                _ => Self::text(text),
            },
        }
    }

    fn write(&self, out: &mut String, indent: usize) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(value) => write!(out, "{value}"),
            Self::Text(text) => quote(out, text),
            Self::List(list) => {
                let parts = list.iter().map(|value| (None, value));
                write_parts(out, ['[', ']'], parts, indent)
            }
            Self::Map(entries) => {
                let parts = entries.iter().map(|(name, value)| (Some(name.as_str()), value));
                write_parts(out, ['{', '}'], parts, indent)
            }
        }
    }
}

impl fmt::Display for Json {
    /// Indented, with what is short on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, 0)?;
        f.write_str(&out)
    }
}

/// What is shorter than this stands on one line.
const LINE: usize = 100;

fn write_parts<'a>(
    out: &mut String,
    brackets: [char; 2],
    parts: impl Iterator<Item = (Option<&'a str>, &'a Json)> + Clone,
    indent: usize,
) -> fmt::Result {
    let mut short = String::new();
    for (number, (name, value)) in parts.clone().enumerate() {
        short.push_str(if number > 0 { ", " } else { "" });
        write_part(&mut short, name, value, indent)?;
    }
    if !short.contains('\n') && short.len() + indent < LINE {
        let blank = if brackets[0] == '{' && !short.is_empty() { " " } else { "" };
        return write!(out, "{}{blank}{short}{blank}{}", brackets[0], brackets[1]);
    }
    out.push(brackets[0]);
    for (number, (name, value)) in parts.enumerate() {
        out.push_str(if number > 0 { "," } else { "" });
        write!(out, "\n{:1$}", "", indent + 2)?;
        write_part(out, name, value, indent + 2)?;
    }
    write!(out, "\n{:1$}{2}", "", indent, brackets[1])
}

fn write_part(out: &mut String, name: Option<&str>, value: &Json, indent: usize) -> fmt::Result {
    if let Some(name) = name {
        quote(out, name)?;
        out.push_str(": ");
    }
    value.write(out, indent)
}

fn quote(out: &mut String, text: &str) -> fmt::Result {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            _ if letter.is_control() => write!(out, "\\u{:04x}", u32::from(letter))?,
            _ => out.push(letter),
        }
    }
    out.push('"');
    Ok(())
}
