//! The canonical text of a rule.

use super::{Check, Node, Subject, Test};
use crate::error::is_unsafe;
use std::fmt::{self, Write};
use tracework_core::{KindSet, Severity, SeveritySet};

/// Is `text` printed without quotes?
pub(crate) fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'-');
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(plain)
        && !["and", "or", "not"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Is `name` printed without quotes behind `field.`?
pub(super) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'-' | b'@');
    !name.is_empty() && name.bytes().all(plain)
}

/// Writes `text` in double quotes.
pub(crate) fn quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(out, "\\{character}")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            _ if is_unsafe(character) => write!(out, "\\u{{{:x}}}", u32::from(character))?,
            _ => out.write_char(character)?,
        }
    }
    out.write_char('"')
}

fn text(out: &mut impl Write, text: &str) -> fmt::Result {
    if is_plain(text) { out.write_str(text) } else { quoted(out, text) }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Test(test) => print(f, test, false),
            Self::Not(part) => match &**part {
                Self::Test(test) => print(f, test, true),
                whole => write!(f, "not ({whole})"),
            },
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Node], word: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        match part {
            Node::Any(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn print(f: &mut fmt::Formatter<'_>, test: &Test, negated: bool) -> fmt::Result {
    match test {
        Test::Severity(set) => severity(f, *set, negated),
        Test::Kind(set) => kind(f, *set, negated),
        Test::Value(subject, check) => value(f, subject, check, negated),
    }
}

fn severity(f: &mut fmt::Formatter<'_>, set: SeveritySet, negated: bool) -> fmt::Result {
    let not = if negated { "not " } else { "" };
    let at_most = |most: Severity| Severity::ALL.into_iter().filter(|&severity| severity <= most).collect();
    if let Some(only) = Severity::ALL.into_iter().find(|&only| set == SeveritySet::only(only)) {
        write!(f, "level {} {only}", if negated { "!=" } else { "=" })
    } else if set.is_empty() {
        write!(f, "{not}level < TRACE")
    } else if let Some(least) = set.least().filter(|&least| set == SeveritySet::at_least(least)) {
        write!(f, "{not}level >= {least}")
    } else if let Some(most) = Severity::ALL.into_iter().find(|&most| set == at_most(most)) {
        write!(f, "{not}level <= {most}")
    } else {
        write!(f, "level {not}in ")?;
        list(f, set.iter(), |f, severity| write!(f, "{severity}"))
    }
}

fn kind(f: &mut fmt::Formatter<'_>, set: KindSet, negated: bool) -> fmt::Result {
    match set.iter().collect::<Vec<_>>()[..] {
        [only] => write!(f, "kind {} {only}", if negated { "!=" } else { "=" }),
        _ => {
            write!(f, "kind {}in ", if negated { "not " } else { "" })?;
            list(f, set.iter(), |f, kind| write!(f, "{kind}"))
        }
    }
}

fn value(f: &mut fmt::Formatter<'_>, subject: &Subject, check: &Check, negated: bool) -> fmt::Result {
    let not = if negated { "not " } else { "" };
    match check {
        Check::OneOf(values) => one_of(f, subject, values, negated),
        Check::Ordered(order, number) => write!(f, "{not}{subject} {} {number}", order.sign()),
        Check::Contains(finder) => {
            write!(f, "{subject} {not}contains ")?;
            text(f, &String::from_utf8_lossy(finder.needle()))
        }
        Check::StartsWith(start) => {
            write!(f, "{subject} {not}starts with ")?;
            text(f, start)
        }
        Check::EndsWith(end) => {
            write!(f, "{subject} {not}ends with ")?;
            text(f, end)
        }
        Check::Under(pattern) => {
            write!(f, "{subject} {not}under ")?;
            text(f, &pattern.to_string())
        }
        Check::Matches(regex) => {
            write!(f, "{subject} {} ", if negated { "!~" } else { "~" })?;
            quoted(f, regex.as_str())
        }
        Check::Exists => write!(f, "{subject} {not}exists"),
    }
}

fn one_of(f: &mut fmt::Formatter<'_>, subject: &Subject, values: &super::OneOf, negated: bool) -> fmt::Result {
    let sign = if negated { "!=" } else { "=" };
    match (values.numbers(), values.texts()) {
        ([number], []) => write!(f, "{subject} {sign} {number}"),
        ([], [only]) => {
            write!(f, "{subject} {sign} ")?;
            text(f, only)
        }
        (numbers, texts) => {
            write!(f, "{subject} {}in ", if negated { "not " } else { "" })?;
            let all = numbers.iter().map(Ok).chain(texts.iter().map(Err));
            list(f, all, |f, value| match value {
                Ok(number) => write!(f, "{number}"),
                Err(own) => text(f, own),
            })
        }
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    values: impl Iterator<Item = T>,
    mut each: impl FnMut(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    f.write_char('(')?;
    for (at, value) in values.enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        each(f, value)?;
    }
    f.write_char(')')
}
