//! The ways to escape, one a type.

use super::{Style, bytes_equal, hex, is_dangerous, odd_bytes, put};

/// Inside the quotes of a JSON string ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
pub(crate) struct Json;

impl Style for Json {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word) | bytes_equal(word, b'"') | bytes_equal(word, b'\\')
    }

    #[inline]
    fn replaces(character: char) -> bool {
        matches!(character, '"' | '\\') || is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u");
                hex(out, character.into(), 4);
            }
        }
    }

    fn again(out: &mut Vec<u8>, from: usize) {
        let text = out.split_off(from);
        put::<Self>(out, std::str::from_utf8(&text).unwrap_or_default());
    }
}

/// JSON that is whole already: what is dangerous in its strings becomes an escape there, and blanks between its
/// parts become spaces, so that it stays one line.
pub(crate) struct RawJson;

impl Style for RawJson {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word)
    }

    #[inline]
    fn replaces(character: char) -> bool {
        is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        match character {
            '\n' | '\r' | '\t' => out.push(b' '),
            _ => Json::replace(out, character),
        }
    }
}

/// Text for people: `\n`, `\x1b` and `\u{202e}` stand for what is dangerous. A backslash stays as it is, so paths and
/// patterns read well, and what was escaped cannot be told from what was written so.
pub(crate) struct Text;

impl Style for Text {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word)
    }

    #[inline]
    fn replaces(character: char) -> bool {
        is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        match character {
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\0'..='\x7f' => {
                out.extend_from_slice(b"\\x");
                hex(out, character.into(), 2);
            }
            _ => {
                out.extend_from_slice(b"\\u{");
                hex(out, character.into(), 1);
                out.push(b'}');
            }
        }
    }
}

/// Text between quotes, as a value of a text line: a quote and a backslash get a backslash before them.
pub(crate) struct Quoted;

impl Style for Quoted {
    #[inline]
    fn special(word: u64) -> u64 {
        Json::special(word)
    }

    #[inline]
    fn replaces(character: char) -> bool {
        Json::replaces(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        match character {
            '"' | '\\' => Json::replace(out, character),
            _ => Text::replace(out, character),
        }
    }
}

/// Content and quoted attributes of XML 1.0 ([§2.2 and §2.4](https://www.w3.org/TR/xml/#charsets)). Characters that no
/// XML document may hold, not even as a reference, become U+FFFD.
pub(crate) struct Markup;

impl Style for Markup {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word)
            | bytes_equal(word, b'"')
            | bytes_equal(word, b'&')
            | bytes_equal(word, b'\'')
            | bytes_equal(word, b'<')
            | bytes_equal(word, b'>')
    }

    #[inline]
    fn replaces(character: char) -> bool {
        matches!(character, '"' | '&' | '\'' | '<' | '>' | '\u{fffe}' | '\u{ffff}') || is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        match character {
            '"' => out.extend_from_slice(b"&quot;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '\'' => out.extend_from_slice(b"&apos;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.extend_from_slice("\u{fffd}".as_bytes()),
            '\0'..='\x1f' if !matches!(character, '\t' | '\n' | '\r') => {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
            _ => {
                out.extend_from_slice(b"&#x");
                hex(out, character.into(), 1);
                out.push(b';');
            }
        }
    }
}

/// A quoted cell of CSV ([RFC 4180 §2](https://www.rfc-editor.org/rfc/rfc4180#section-2)): quotes are doubled, and what is
/// dangerous is written as in [`Text`], so that a record stays one line.
pub(crate) struct Cell;

impl Style for Cell {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word) | bytes_equal(word, b'"')
    }

    #[inline]
    fn replaces(character: char) -> bool {
        character == '"' || is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        if character == '"' {
            out.extend_from_slice(b"\"\"");
        } else {
            Text::replace(out, character);
        }
    }
}

/// Bare words of a text line: whatever would need quotes is to be looked at. Only [`put_word`](super::put_word) uses it.
pub(super) struct Bare;

impl Style for Bare {
    #[inline]
    fn special(word: u64) -> u64 {
        odd_bytes(word) | bytes_equal(word, b' ') | bytes_equal(word, b'"') | bytes_equal(word, b'=')
    }

    fn replaces(character: char) -> bool {
        matches!(character, ' ' | '"' | '=') || is_dangerous(character)
    }

    fn replace(out: &mut Vec<u8>, character: char) {
        Quoted::replace(out, character);
    }
}
