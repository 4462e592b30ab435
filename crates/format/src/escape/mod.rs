//! Escaping: what no line may contain, and one pass that copies a text and replaces just that.
//!
//! Dangerous in every format are the control characters of ASCII (C0 and DEL) and of Latin-1 (C1), which move a
//! terminal's cursor or end a line; the bidirectional controls U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to
//! U+2069, which make a line read as something else ([Trojan Source](https://trojansource.codes)); and U+2028 and
//! U+2029, which some readers take for line ends. Everything else passes as it is.

mod styles;

use styles::Bare;

pub(crate) use styles::{Cell, Json, Markup, Quoted, RawJson, Text};

/// One way to escape.
pub(crate) trait Style {
    /// Has any of these eight bytes to be looked at? Not zero if so.
    fn special(word: u64) -> u64;

    /// Must `character` be replaced?
    fn replaces(character: char) -> bool;

    /// Writes what stands for `character`.
    fn replace(out: &mut Vec<u8>, character: char);

    /// Escapes what was written since `from` as a [`Text`] once more, where it is to stand inside this style.
    fn again(out: &mut Vec<u8>, from: usize) {
        let _ = (out, from);
    }
}

/// May it stand in no line of a log as it is? The controls of ASCII and Latin-1, the bidirectional controls, and the
/// separators of lines and paragraphs: every format of this crate escapes them, and whoever writes bytes of their own
/// should.
///
/// ```
/// assert!("\x1b\n\u{9b}\u{202e}\u{2028}".chars().all(tracework_format::is_dangerous));
/// assert!(!"é\u{1f980} ".chars().any(tracework_format::is_dangerous));
/// ```
#[inline]
#[must_use]
pub const fn is_dangerous(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = ONES << 7;

/// Marks bytes that are controls of ASCII or no ASCII at all. A mark may be wrong only above a right one.
#[inline]
const fn odd_bytes(word: u64) -> u64 {
    (word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES) | word) & HIGH
}

/// Marks bytes equal to `byte`. A mark may be wrong only above a right one.
#[inline]
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    let zero_where_equal = word ^ (ONES * byte as u64);
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & HIGH
}

/// Appends `text`, escaped in the style `S`.
#[inline]
pub(crate) fn put<S: Style>(out: &mut Vec<u8>, text: &str) {
    let copied = copy_plain::<S>(out, text.as_bytes());
    if copied < text.len() {
        put_slowly::<S>(out, &text[copied..]);
    }
}

/// Appends `text` as it is if it is one plain word, else between quotes, escaped in the style `S`.
#[inline]
pub(crate) fn put_word<S: Style>(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    let copied = copy_plain::<Bare>(out, text.as_bytes());
    if copied < text.len() || text.is_empty() {
        out.truncate(start);
        out.push(b'"');
        put::<S>(out, text);
        out.push(b'"');
    }
}

/// Copies bytes, eight at a time, as long as they need no look; says how many. Pieces may overlap: what is short is
/// copied twice rather than byte by byte.
#[inline]
fn copy_plain<S: Style>(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        if S::special(u64::from_le_bytes(*chunk)) != 0 {
            return at;
        }
        out.extend_from_slice(chunk);
        at += 8;
    }
    let rest = bytes.len() - at;
    if rest == 0 {
        return at;
    }
    let Some(last) = bytes.last_chunk::<8>() else {
        return copy_short::<S>(out, bytes);
    };
    if S::special(u64::from_le_bytes(*last)) != 0 {
        return at;
    }
    out.truncate(out.len() - (8 - rest));
    out.extend_from_slice(last);
    bytes.len()
}

/// The same for less than eight bytes: all or none.
#[inline]
fn copy_short<S: Style>(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let both = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        if S::special(both) != 0 {
            return 0;
        }
        out.extend_from_slice(first);
        out.truncate(out.len() - (8 - bytes.len()));
        out.extend_from_slice(last);
        return bytes.len();
    }
    let mut word = ONES * u64::from(b'0');
    for &byte in bytes {
        word = word << 8 | u64::from(byte);
    }
    if S::special(word) != 0 {
        return 0;
    }
    for &byte in bytes {
        out.push(byte);
    }
    bytes.len()
}

/// Appends a text that holds something to look at, character by character.
fn put_slowly<S: Style>(out: &mut Vec<u8>, text: &str) {
    let mut copied = 0;
    for (at, character) in text.char_indices() {
        if S::replaces(character) {
            out.extend_from_slice(&text.as_bytes()[copied..at]);
            S::replace(out, character);
            copied = at + character.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[copied..]);
}

/// Appends the lower-case hexadecimal digits of `number`, at least `least` of them.
pub(crate) fn hex(out: &mut Vec<u8>, number: u32, least: u32) {
    let digits = (32 - number.leading_zeros()).div_ceil(4).max(least);
    for digit in (0..digits).rev() {
        out.push(b"0123456789abcdef"[(number >> (digit * 4) & 0xf) as usize]);
    }
}
