//! Where something stands in a config, and how that is shown.

use std::fmt;

/// The number of a text that a config was read from; the config's own file is the first.
pub(crate) type TextId = u16;

/// Where something stands in a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the texts that the config was read from.
    pub(crate) text: TextId,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// How many characters it takes, at least 1.
    pub length: usize,
}

impl Place {
    /// A place further right in the same line.
    pub(crate) fn moved(self, by: usize, length: usize) -> Self {
        Self { column: self.column + by, length: length.max(1), ..self }
    }
}

impl Default for Place {
    /// The beginning.
    fn default() -> Self {
        Self { text: 0, line: 1, column: 1, length: 1 }
    }
}

/// What stands for a secret, whatever its length.
pub(crate) const MASK: &str = "***";

/// How many characters of a line are shown: with the margin it fits into 80 columns.
const SHOWN: usize = 68;
/// How many of them stand before what is marked, if there is more.
const BEFORE: usize = 40;

/// A line of the config with a place in it marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// Its number, of a text whose lines are counted.
    line: Option<usize>,
    text: String,
    before: usize,
    marked: usize,
}

impl Excerpt {
    /// The line of `source` with `place` marked, and what `secrets` names in it covered.
    pub(crate) fn new(source: &str, numbered: bool, place: Place, secrets: &[Place]) -> Option<Self> {
        let mut line: Vec<char> = source.lines().nth(place.line - 1)?.chars().map(visible).collect();
        for secret in secrets.iter().filter(|secret| (secret.text, secret.line) == (place.text, place.line)) {
            let from = (secret.column - 1).min(line.len());
            let to = (from + secret.length).min(line.len());
            line[from..to].fill('*');
        }
        let column = (place.column - 1).min(line.len());
        let first = if line.len() > SHOWN { column.saturating_sub(BEFORE) } else { 0 };
        let last = line.len().min(first + SHOWN);
        let mut text = String::from(if first > 0 { "..." } else { "" });
        let before = text.len() + column - first;
        text.extend(&line[first..last]);
        if last < line.len() {
            text.push_str("...");
        }
        let marked = place.length.min(last.saturating_sub(column)).max(1);
        Some(Self { line: numbered.then_some(place.line), text, before, marked })
    }
}

impl fmt::Display for Excerpt {
    /// Three lines: a bar, the line, and the mark under it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text, before, marked } = self;
        let number = line.map_or_else(|| " ".to_owned(), |line| line.to_string());
        let margin = number.len();
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{number} | {text}")?;
        write!(f, "{:margin$} | {:before$}{}", "", "", "^".repeat(*marked))
    }
}

/// The character as it may be printed: what would move the cursor or turn the line around is replaced.
pub(crate) fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if character.is_control() => '\u{fffd}',
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => character,
    }
}

/// `text` as a message may hold it: short, and without what [`visible`] replaces.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(visible).collect();
    if text.chars().nth(40).is_some() {
        short.push_str("...");
    }
    short
}
