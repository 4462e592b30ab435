//! JSON texts: values under secret names, and secrets inside values, so that what comes out is still JSON.

use super::edit::Edit;
use super::redactor::Redactor;
use std::borrow::Cow;

/// The text is no JSON.
#[derive(Debug)]
pub(super) struct Malformed;

/// JSON inside a string inside JSON, and so on, is followed so deep.
const DEEPEST: u8 = 8;

/// `text` with its secrets masked; `None` if it holds none.
pub(super) fn mask(redactor: &Redactor, text: &str, depth: u8) -> Result<Option<String>, Malformed> {
    if depth > DEEPEST {
        return Err(Malformed);
    }
    let mut walk = Walk { redactor, text, at: 0, edit: Edit::new(text), secret: false, depth };
    while let Some(&byte) = text.as_bytes().get(walk.at) {
        walk.step(byte)?;
    }
    Ok(walk.edit.finish())
}

struct Walk<'a> {
    redactor: &'a Redactor,
    text: &'a str,
    at: usize,
    edit: Edit<'a>,
    /// Is the next value that of a secret name?
    secret: bool,
    depth: u8,
}

impl Walk<'_> {
    fn step(&mut self, byte: u8) -> Result<(), Malformed> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => self.at += 1,
            b',' | b'}' | b']' => {
                self.secret = false;
                self.at += 1;
            }
            b'{' | b'[' if self.secret => self.nested()?,
            b'{' | b'[' => self.at += 1,
            b'"' => self.string()?,
            _ => self.scalar()?,
        }
        Ok(())
    }

    /// A whole object or array under a secret name.
    fn nested(&mut self) -> Result<(), Malformed> {
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.text.as_bytes().get(self.at).ok_or(Malformed)? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => self.at = self.string_end()?,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.secret = false;
        self.edit.replace(start..self.at, &["\"", self.redactor.mask(), "\""]);
        Ok(())
    }

    /// Where the string that opens here has its closing quote.
    fn string_end(&self) -> Result<usize, Malformed> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at).ok_or(Malformed)? {
                b'"' => return Ok(at),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    fn string(&mut self) -> Result<(), Malformed> {
        let inside = self.at + 1..self.string_end()?;
        self.at = inside.end + 1;
        let raw = &self.text[inside.clone()];
        let is_name = self.text[self.at..].trim_start().starts_with(':');
        if self.secret && !is_name {
            self.secret = false;
            if !raw.is_empty() && raw != self.redactor.mask() {
                self.edit.replace(inside, &[self.redactor.mask()]);
            }
            return Ok(());
        }
        if let Some((masked, _)) = self.redactor.text_at(&unescape(raw)?, self.depth + 1) {
            self.edit.replace(inside, &[&escape(&masked)]);
        }
        if is_name {
            self.secret = self.redactor.is_secret(raw);
        }
        Ok(())
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let length =
            self.text[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
        self.at += length.count();
        let scalar = &self.text[start..self.at];
        let secret = std::mem::take(&mut self.secret);
        if matches!(scalar, "true" | "false" | "null") {
            return Ok(());
        }
        let number = scalar.starts_with(|first: char| first.is_ascii_digit() || first == '-')
            && scalar.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        if !number {
            return Err(Malformed);
        }
        if secret || self.redactor.text_at(scalar, self.depth + 1).is_some() {
            self.edit.replace(start..self.at, &["\"", self.redactor.mask(), "\""]);
        }
        Ok(())
    }
}

/// The text that the inside of a JSON string stands for.
fn unescape(raw: &str) -> Result<Cow<'_, str>, Malformed> {
    if !raw.contains('\\') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (letter, length) = escaped(&rest[at + 1..])?;
        out.push(letter);
        rest = &rest[at + 1 + length..];
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// What follows a backslash, and its length. Half of a surrogate pair becomes the replacement character.
fn escaped(rest: &str) -> Result<(char, usize), Malformed> {
    Ok(match rest.as_bytes().first().ok_or(Malformed)? {
        b'b' => ('\u{8}', 1),
        b'f' => ('\u{c}', 1),
        b'n' => ('\n', 1),
        b'r' => ('\r', 1),
        b't' => ('\t', 1),
        &letter @ (b'"' | b'\\' | b'/') => (char::from(letter), 1),
        b'u' => {
            let unit = |at: usize| rest.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
            let first = unit(1).ok_or(Malformed)?;
            let second = if rest[5..].starts_with("\\u") { unit(7) } else { None };
            match char::decode_utf16([first]).next() {
                Some(Ok(letter)) => (letter, 5),
                _ => match second.map(|second| char::decode_utf16([first, second]).next()) {
                    Some(Some(Ok(letter))) => (letter, 11),
                    _ => (char::REPLACEMENT_CHARACTER, 5),
                },
            }
        }
        _ => return Err(Malformed),
    })
}

/// The inside of a JSON string that stands for `text`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out
}
