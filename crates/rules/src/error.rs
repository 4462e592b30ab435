//! Why a text cannot be read, and where.

use std::fmt;
use std::ops::Range;

/// Why a rule, a pattern or a list of directives cannot be read: what is wrong, where, and what to write instead.
///
/// ```
/// let error = tracework_rules::Rule::parse("level >= EROR").expect_err("there is no such severity");
/// assert_eq!((error.line(), error.column(), error.span()), (1, 10, 9..13));
/// assert_eq!(
///     error.to_string(),
///     "line 1, column 10: `EROR` is no severity\n  \
///        |\n\
///      1 | level >= EROR\n  \
///        |          ^^^^\n  \
///      help: did you mean `ERROR`?"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RuleError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    message: String,
    help: Option<String>,
    span: Range<usize>,
    line: usize,
    column: usize,
    shown: Shown,
}

/// The part of the line that is shown, with what is marked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    text: String,
    before: usize,
    marked: usize,
}

impl RuleError {
    /// An error about the bytes `span` of `source`.
    pub(crate) fn new(source: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = source.floor_char_boundary(span.start.min(source.len()));
        let end = source.floor_char_boundary(span.end.clamp(start, source.len()));
        let before = &source[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self(Box::new(Inner {
            message: message.into(),
            help: None,
            line: before.matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            shown: show(source, line_start, start..end),
            span: start..end,
        }))
    }

    /// Says what to write instead.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to write instead, where that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The bytes it is about.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.0.span.clone()
    }

    /// The line it is about, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The character in the line where it begins, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }
}

/// How many characters are shown before what is marked, and from there on.
const BEFORE: usize = 60;
const FROM: usize = 60;

fn show(source: &str, line_start: usize, span: Range<usize>) -> Shown {
    let line_end = source[span.start..].find('\n').map_or(source.len(), |at| span.start + at);
    let before = &source[line_start..span.start];
    let kept = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let mut text = String::from(if kept > 0 { "..." } else { "" });
    text.extend(before[kept..].chars().map(visible));
    let shown_before = text.chars().count();
    let from = &source[span.start..line_end];
    let cut = from.char_indices().nth(FROM).map_or(from.len(), |(at, _)| at);
    text.extend(from[..cut].chars().map(visible));
    if cut < from.len() {
        text.push_str("...");
    }
    let marked_end = span.end.min(span.start + cut);
    let marked = source[span.start..marked_end].chars().count().max(1);
    Shown { text, before: shown_before, marked }
}

/// The character as it may be printed: what would move the cursor or turn the line around is replaced.
fn visible(character: char) -> char {
    match character {
        '\t' | '\r' => ' ',
        _ if is_unsafe(character) => '\u{fffd}',
        _ => character,
    }
}

/// Would this character move the cursor, turn the line around or hide itself?
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `text` as a message may hold it: short, and without what [`visible`] replaces.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(visible).collect();
    if short.len() < text.len() && text.chars().nth(40).is_some() {
        short.push_str("...");
    }
    short
}

impl fmt::Display for RuleError {
    /// Several lines: what is wrong, the line with the place marked, and the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, help, line, column, shown, .. } = &*self.0;
        let margin = line.to_string().len();
        writeln!(f, "line {line}, column {column}: {message}")?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{line} | {}", shown.text)?;
        write!(f, "{:margin$} | {:before$}{}", "", "", "^".repeat(shown.marked), before = shown.before)?;
        match help {
            Some(help) => write!(f, "\n{:margin$} help: {help}", ""),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleError")
            .field("message", &self.0.message)
            .field("help", &self.0.help)
            .field("span", &self.0.span)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for RuleError {}
