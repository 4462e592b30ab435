//! `name=value`, `name: value` and the like inside a text.
//!
//! A value in quotes is masked up to its closing quote, one in brackets up to its closing bracket, a bare one up to the
//! next blank, `,`, `;`, `&`, quote or closing bracket. After an authentication scheme (`Bearer`, `Basic`, ...) the next
//! word is part of the value, and a cookie's value is the rest of the line.

use super::edit::Find;
use super::keys::Keys;
use std::ops::Range;

/// Schemes that one word of credentials follows.
const SCHEMES: [&str; 8] = ["bearer", "basic", "token", "apikey", "negotiate", "ntlm", "jwt", "dpop"];
/// Schemes whose credentials are the rest of the line.
const LINE_SCHEMES: [&str; 4] = ["digest", "aws4-hmac-sha256", "oauth", "hawk"];
/// A name is not looked for further back than this.
const LONGEST_NAME: usize = 256;

/// Finds the values of secret names.
pub(super) fn find(text: &str, keys: &Keys, finds: &mut Vec<Find>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'=', b':', b'(', &bytes[at..]) {
        let separator = at + next;
        at = separator + 1;
        if bytes[separator] == b':' && bytes.get(at) == Some(&b':') {
            at += 1;
            continue;
        }
        let Some(name) = Name::before(text, separator) else { continue };
        if !keys.has(&text[name.letters.clone()]) {
            continue;
        }
        let cookie = text[name.letters.clone()].to_ascii_lowercase().ends_with("cookie");
        if let Some(find) = value(text, separator, &name, cookie) {
            at = at.max(find.secret.end);
            finds.push(find);
        }
    }
}

/// The name in front of a separator.
struct Name {
    letters: Range<usize>,
    /// Its closing quote with the backslashes before it; empty for none.
    quote: Range<usize>,
}

impl Name {
    fn before(text: &str, separator: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let back = |mut end: usize, wanted: fn(u8) -> bool| {
            let floor = separator.saturating_sub(LONGEST_NAME);
            while end > floor && wanted(bytes[end - 1]) {
                end -= 1;
            }
            end
        };
        let behind = back(separator, |byte| matches!(byte, b' ' | b'\t'));
        let quote = if behind > 0 && is_quote(bytes[behind - 1]) {
            back(behind - 1, |byte| byte == b'\\')..behind
        } else {
            behind..behind
        };
        let end = back(behind, |byte| is_quote(byte) || matches!(byte, b'\\' | b']'));
        let start = back(end, |byte| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-.%\\".contains(&byte));
        let start = text.ceil_char_boundary(start);
        (start < end).then_some(Self { letters: start..end, quote })
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// The value that follows the separator.
fn value(text: &str, separator: usize, name: &Name, cookie: bool) -> Option<Find> {
    let bytes = text.as_bytes();
    let quoted_name = !name.quote.is_empty();
    let mut at = separator + 1;
    match bytes[separator] {
        // `Password("..")`, but not `password (required)`.
        b'(' if !(name.letters.end == separator && bytes.get(at).is_some_and(|&byte| is_quote(byte))) => return None,
        // `secret://`
        b':' if text[at..].starts_with("//") => return None,
        _ => {}
    }
    at += bytes[at..].iter().take(2).take_while(|byte| matches!(byte, b'=' | b'>')).count();
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t') || quoted_name && matches!(byte, b'\n' | b'\r');
    at += bytes[at..].iter().take_while(blank).count();
    if let Some(inside) = quoted(text, at) {
        return (!inside.is_empty()).then(|| Find::bare(inside));
    }
    let end = match bytes.get(at)? {
        b'{' | b'[' | b'(' => closed(text, at),
        _ if cookie => line_end(text, at),
        _ => credentials_end(text, at),
    };
    (end > at).then(|| Find { secret: at..end, quote: name.quote.clone() })
}

/// What is inside the quotes that open at `at`, perhaps behind backslashes, as in JSON inside JSON. Without a closing
/// quote it goes on to the end.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let level = bytes[at..].iter().take_while(|&&byte| byte == b'\\').count();
    let quote = *bytes.get(at + level)?;
    if !is_quote(quote) {
        return None;
    }
    let start = at + level + 1;
    let mut backslashes = 0;
    for (offset, &byte) in bytes[start..].iter().enumerate() {
        match byte {
            b'\\' => backslashes += 1,
            // Each level of nesting doubles the backslashes and adds one.
            _ if byte == quote && backslashes % (2 * (level + 1)) == level => {
                return Some(start..start + offset - level);
            }
            _ => backslashes = 0,
        }
    }
    Some(start..bytes.len())
}

/// Where the bracket that opens at `at` is closed: behind the closing one, or at the end.
fn closed(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (at, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth -= 1,
            b'"' => at = quoted(text, at).map_or(at, |inside| inside.end),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find(['\n', '\r', '"', '\'']).map_or(text.len(), |length| at + length);
    unescaped(text, at, end)
}

/// The end of a bare value: of a word, of a scheme with its word, or of the line.
fn credentials_end(text: &str, at: usize) -> usize {
    let end = word_end(text, at);
    let word = &text[at..end];
    let is = |scheme: &&str| word.eq_ignore_ascii_case(scheme);
    if LINE_SCHEMES.iter().any(is) {
        return line_end(text, at);
    }
    let blanks = text[end..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if blanks > 0 && SCHEMES.iter().any(is) { word_end(text, end + blanks) } else { end }
}

fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            // `Some("..")`, `["a", "b"]`
            b'{' | b'[' | b'(' => at = closed(text, at),
            // `Secret { .. }`
            b' ' if is_type(&bytes[start..at]) && bytes.get(at + 1) == Some(&b'{') => at = closed(text, at + 1),
            // `b".."`, `r".."`
            b'"' if ["b", "r", "br", "c"].contains(&&text[start..at]) => {
                return quoted(text, at).map_or(at, |inside| (inside.end + 1).min(text.len()));
            }
            b',' | b';' | b'&' | b'"' | b'\'' | b'`' | b')' | b'}' | b']' | b'>' | b'<' => break,
            byte if byte.is_ascii_whitespace() || byte.is_ascii_control() => break,
            _ => at += 1,
        }
    }
    unescaped(text, start, at)
}

/// Does it look like a type's name?
fn is_type(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_uppercase) && word.iter().all(|byte| byte.is_ascii_alphanumeric())
}

/// `end` without the backslashes that belong to a quote behind it.
fn unescaped(text: &str, start: usize, end: usize) -> usize {
    if text[end..].starts_with(['"', '\'', '`']) { start + text[start..end].trim_end_matches('\\').len() } else { end }
}
