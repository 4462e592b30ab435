//! YAML, written.

use crate::place::visible;
use std::fmt::Write as _;

/// A part of a config, to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    /// A number, a size, a word of the config's own: it stands as it is.
    Word(String),
    /// Any text: between quotes where it must be.
    Text(String),
    List(Vec<Self>),
    Map(Vec<Line>),
}

/// A line of a map.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    Entry(String, Yaml),
    /// A comment.
    Note(String),
}

impl Yaml {
    pub(super) fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn words<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Self {
        Self::List(words.into_iter().map(Self::word).collect())
    }

    pub(super) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// All in one line, if it has no comment.
    pub(super) fn in_line(&self, out: &mut String) -> bool {
        match self {
            Self::Word(word) => out.push_str(word),
            Self::Text(text) => quote(out, text),
            Self::List(list) => {
                out.push('[');
                for (number, item) in list.iter().enumerate() {
                    out.push_str(if number > 0 { ", " } else { "" });
                    if !item.in_line(out) {
                        return false;
                    }
                }
                out.push(']');
            }
            Self::Map(lines) if lines.is_empty() => out.push_str("{}"),
            Self::Map(lines) => {
                for (number, line) in lines.iter().enumerate() {
                    let Line::Entry(name, value) = line else { return false };
                    out.push_str(if number > 0 { ", " } else { "{ " });
                    quote(out, name);
                    out.push_str(": ");
                    if !value.in_line(out) {
                        return false;
                    }
                }
                out.push_str(" }");
            }
        }
        true
    }

    /// The lines of a map or a list, set in by `indent`.
    fn lines(&self, out: &mut String, indent: usize) {
        match self {
            Self::Map(lines) => lines.iter().for_each(|line| line.write(out, indent)),
            Self::List(list) => {
                for item in list {
                    write_indent(out, indent);
                    out.push('-');
                    item.after(out, indent);
                }
            }
            Self::Word(_) | Self::Text(_) => {}
        }
    }

    /// The value behind a name or a dash: in the same line if it is short, else below.
    fn after(&self, out: &mut String, indent: usize) {
        let mut line = String::new();
        let short = self.in_line(&mut line) && indent + line.chars().count() < 80;
        if short || matches!(self, Self::Word(_) | Self::Text(_)) {
            out.push(' ');
            out.push_str(&line);
            out.push('\n');
        } else {
            out.push('\n');
            self.lines(out, indent + 2);
        }
    }
}

impl Line {
    pub(super) fn entry(name: &str, value: Yaml) -> Self {
        Self::Entry(name.to_owned(), value)
    }

    fn write(&self, out: &mut String, indent: usize) {
        write_indent(out, indent);
        match self {
            Self::Note(note) => {
                out.push_str("# ");
                out.extend(note.chars().map(|letter| if letter == '\n' { ' ' } else { visible(letter) }));
                out.push('\n');
            }
            Self::Entry(name, value) => {
                quote(out, name);
                out.push(':');
                value.after(out, indent);
            }
        }
    }
}

/// A whole config. What is a map at the top, and what stands in `destinations`, has lines of its own.
pub(super) fn document(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        match line {
            Line::Entry(name, Yaml::Map(inner)) if name == "destinations" && !inner.is_empty() => {
                out.push_str("destinations:\n");
                inner.iter().for_each(|line| write_section(&mut out, line));
            }
            line => line.write(&mut out, 0),
        }
    }
    out
}

fn write_section(out: &mut String, line: &Line) {
    match line {
        Line::Entry(name, section @ Yaml::Map(_)) => {
            out.push_str("  ");
            quote(out, name);
            out.push_str(":\n");
            section.lines(out, 4);
        }
        line => line.write(out, 2),
    }
}

fn write_indent(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// `text` as a scalar that is read as just this text, inside braces and brackets too.
pub(super) fn quote(out: &mut String, text: &str) {
    // What looks like a variable is none.
    let text = text.replace("${", "$${");
    if is_plain(&text) {
        out.push_str(&text);
    } else if text.chars().all(|letter| visible(letter) == letter && !matches!(letter, '\t' | '\u{85}' | '\u{a0}')) {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        out.push('"');
        text.chars().for_each(|letter| escape(out, letter));
        out.push('"');
    }
}

fn escape(out: &mut String, letter: char) {
    match letter {
        '"' | '\\' => {
            out.push('\\');
            out.push(letter);
        }
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        _ if visible(letter) != letter || matches!(letter, '\u{85}' | '\u{a0}') => {
            // Writing into a string cannot fail.
            let _ = match u32::from(letter) {
                code @ ..=0xff => write!(out, "\\x{code:02x}"),
                code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            };
        }
        _ => out.push(letter),
    }
}

/// Is it the same without quotes, wherever it stands, and to every reader of YAML?
fn is_plain(text: &str) -> bool {
    let first = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '/'));
    let rest = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '/' | '.' | '-'));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    first && rest && !word.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::quote;

    fn quoted(text: &str) -> String {
        let mut out = String::new();
        quote(&mut out, text);
        out
    }

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        assert_eq!(quoted("logs/app.jsonl"), "logs/app.jsonl");
        assert_eq!(quoted("off"), "'off'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's: [a]"), "'it''s: [a]'");
        assert_eq!(quoted("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
        assert_eq!(quoted("${HOME}"), "'$${HOME}'");
        assert_eq!(quoted("12"), "'12'");
    }
}
