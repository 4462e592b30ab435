//! Reading a pattern.

use crate::part::{self, Part};
use crate::{Zone, escape};
use std::fmt;
use tracework_core::Mistake;
use tracework_core::Timestamp;

/// A piece of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text as it is.
    Text(Box<str>),
    /// A part of the record, filled up to a width.
    Part(Part, Option<Fill>),
    /// The time, by directives; `steady` if they tell nothing below the second.
    Time { directives: Box<str>, steady: bool },
}

/// How a part is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fill {
    pub(super) width: usize,
    pub(super) side: Side,
}

/// Where the part stands in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Middle,
}

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The byte of the pattern where it goes wrong.
    pub at: usize,
    /// What stands there.
    pub name: String,
    /// What is wrong with it.
    pub what: String,
}

impl PatternError {
    /// As a mistake of the setting that the pattern is, which tells where in it.
    #[must_use]
    pub fn of_setting(&self, setting: &'static str) -> Mistake {
        let part = self.at..self.at + self.name.len();
        Mistake::new(setting, format!("`{}` {}", self.name.escape_debug(), self.what)).in_part(part)
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {} of the pattern: `{}` {}", self.at, self.name.escape_debug(), self.what)
    }
}

impl std::error::Error for PatternError {}

fn error(at: usize, name: &str, what: impl Into<String>) -> PatternError {
    PatternError { at, name: name.to_owned(), what: what.into() }
}

/// No line is that wide.
const WIDEST: usize = 1024;

/// The pieces of `pattern`.
pub(super) fn compile(pattern: &str) -> Result<Vec<Piece>, PatternError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(character) = pattern[at..].chars().next() {
        let rest = &pattern[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            text.push(character);
            at += 2;
        } else if character == '}' {
            return Err(error(at, "}", "closes nothing; write `}}` for a brace"));
        } else if character == '{' {
            let Some(length) = rest.find('}') else {
                return Err(error(at, rest, "is not closed; write `{{` for a brace"));
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
            }
            pieces.push(place(at + 1, &rest[1..length])?);
            at += length + 1;
        } else if escape::is_dangerous(character) {
            return Err(error(at, &character.to_string(), "is a control character; a record is one line"));
        } else {
            text.push(character);
            at += character.len_utf8();
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.into()));
    }
    Ok(pieces)
}

/// The piece of what stands between braces, which begins `at`.
fn place(at: usize, inside: &str) -> Result<Piece, PatternError> {
    let (name, how) = inside.split_once(':').unwrap_or((inside, ""));
    let part = Part::named(name)
        .ok_or_else(|| error(at, name, format!("is no part of a record; there are {}", part::NAMES)))?;
    let how_at = at + name.len() + 1;
    if part == Part::Time && how.contains('%') {
        return time(how_at, how);
    }
    Ok(Piece::Part(part, if how.is_empty() { None } else { Some(fill(how_at, how)?) }))
}

fn fill(at: usize, how: &str) -> Result<Fill, PatternError> {
    let (side, width) = match how.split_at_checked(1) {
        Some(("<", width)) => (Side::Left, width),
        Some((">", width)) => (Side::Right, width),
        Some(("^", width)) => (Side::Middle, width),
        _ => (Side::Left, how),
    };
    match width.parse() {
        Ok(width) if width <= WIDEST => Ok(Fill { width, side }),
        _ => Err(error(at, how, format!("is no width; write <8, >8 or ^8, up to {WIDEST}"))),
    }
}

fn time(at: usize, directives: &str) -> Result<Piece, PatternError> {
    let told = |nanos| jiff::fmt::strtime::format(directives, &Zone::utc().zoned(Timestamp(nanos)));
    match (told(0), told(123_456_789)) {
        (Ok(whole), Ok(within)) => Ok(Piece::Time { directives: directives.into(), steady: whole == within }),
        (Err(wrong), _) | (_, Err(wrong)) => Err(error(at, directives, format!("tells no time: {wrong}"))),
    }
}
