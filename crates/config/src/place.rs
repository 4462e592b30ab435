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

/// How many columns of a line are shown: with the margin it fits into 80.
const SHOWN: usize = 68;
/// What is left of 80 columns beside ` | ` and the dots on both sides.
const MARGIN: usize = 71;
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
        let width = |part: &[char]| part.iter().map(|&letter| columns(letter)).sum::<usize>();
        let number = if numbered { place.line.to_string().len() } else { 1 };
        let shown = SHOWN.min(MARGIN - number);
        let first = if width(&line) > shown { column - fitting(line[..column].iter().rev(), BEFORE) } else { 0 };
        let last = first + fitting(line[first..].iter(), shown);
        let mut text = String::from(if first > 0 { "..." } else { "" });
        let before = text.len() + width(&line[first..column]);
        text.extend(&line[first..last]);
        if last < line.len() {
            text.push_str("...");
        }
        let end = (column + place.length).clamp(column, last.max(column));
        let marked = width(&line[column..end]).max(1);
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

/// How many of `letters` fit into `room` columns.
fn fitting<'a>(letters: impl Iterator<Item = &'a char>, room: usize) -> usize {
    let ends = letters.scan(0, |end, &letter| {
        *end += columns(letter);
        Some(*end)
    });
    ends.take_while(|&end| end <= room).count()
}

/// How many columns a terminal gives a character: none to accents that are set over the one before, two to those of
/// East Asian scripts and to pictures.
fn columns(character: char) -> usize {
    match u32::from(character) {
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
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
