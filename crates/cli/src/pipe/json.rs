//! Reading a line as a JSON object, in place: what is found is told as places in the line.

use std::ops::Range;

/// How deep values may nest.
const DEPTH: u32 = 32;

/// A text: a place in the line, or in the scratch where it was unescaped.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Line(Range<usize>),
    Scratch(Range<usize>),
}

/// A value as it stands in the line.
#[derive(Clone, Debug)]
pub(super) enum Token {
    Str(Text),
    Number(Range<usize>),
    True,
    False,
    Null,
    /// An object or an array, checked.
    Nested(Range<usize>),
}

/// A name and its value.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) key: Text,
    pub(super) value: Token,
}

/// What was found in a line; used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) items: Vec<Item>,
    scratch: String,
    /// Was an escape replaced that is no character?
    pub(super) replaced: bool,
}

impl Object {
    /// Reads `line`; `false` if it is not one whole JSON object.
    pub(super) fn read(&mut self, line: &str) -> bool {
        self.items.clear();
        self.scratch.clear();
        self.replaced = false;
        let mut reader = Reader { line, at: 0, object: self };
        reader.whole_object().is_some()
    }

    /// Reads the texts of an array that was checked, each handed to `each`; other elements as they are written.
    pub(super) fn elements(&mut self, line: &str, array: Range<usize>, mut each: impl FnMut(&str)) {
        let mut reader = Reader { line: &line[..array.end], at: array.start + 1, object: self };
        loop {
            reader.blanks();
            let Some(value) = reader.value() else { return };
            each(match &value {
                Token::Str(text) => reader.object.text(line, text),
                Token::Number(place) | Token::Nested(place) => &line[place.clone()],
                Token::True => "true",
                Token::False => "false",
                Token::Null => "",
            });
            reader.blanks();
            if reader.peek() != Some(b',') {
                return;
            }
            reader.at += 1;
        }
    }

    /// The text itself.
    #[inline]
    pub(super) fn text<'a>(&'a self, line: &'a str, text: &Text) -> &'a str {
        match text {
            Text::Line(place) => &line[place.clone()],
            Text::Scratch(place) => &self.scratch[place.clone()],
        }
    }
}

struct Reader<'a> {
    line: &'a str,
    at: usize,
    object: &'a mut Object,
}

impl Reader<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn whole_object(&mut self) -> Option<()> {
        self.expect(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                self.blanks();
                let key = self.string()?;
                self.expect(b':')?;
                self.blanks();
                let value = self.value()?;
                self.object.items.push(Item { key, value });
                self.blanks();
                match self.peek()? {
                    b',' => self.at += 1,
                    b'}' => {
                        self.at += 1;
                        break;
                    }
                    _ => return None,
                }
            }
        }
        self.blanks();
        (self.at == self.line.len()).then_some(())
    }

    #[inline]
    fn value(&mut self) -> Option<Token> {
        match self.peek()? {
            b'"' => self.string().map(Token::Str),
            b'{' | b'[' => self.nested().map(Token::Nested),
            b't' => self.word("true", Token::True),
            b'f' => self.word("false", Token::False),
            b'n' => self.word("null", Token::Null),
            _ => self.number().map(Token::Number),
        }
    }

    fn word(&mut self, word: &str, token: Token) -> Option<Token> {
        self.line[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            token
        })
    }

    #[inline]
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += usize::from(self.peek()? == b'-');
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Some(start..self.at)
    }

    /// A string: its text, unescaped.
    #[inline]
    fn string(&mut self) -> Option<Text> {
        (self.peek()? == b'"').then_some(())?;
        let start = self.at + 1;
        let end = start + plain(&self.line.as_bytes()[start..]);
        self.at = end;
        match self.peek()? {
            b'"' => {
                self.at += 1;
                Some(Text::Line(start..end))
            }
            b'\\' => self.escaped(start),
            _ => None,
        }
    }

    /// The rest of a string that began at `start` and has an escape here.
    #[cold]
    fn escaped(&mut self, start: usize) -> Option<Text> {
        let from = self.object.scratch.len();
        let mut kept = start;
        loop {
            self.object.scratch.push_str(&self.line[kept..self.at]);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(Text::Scratch(from..self.object.scratch.len()));
                }
                b'\\' => {
                    let character = self.escape()?;
                    self.object.scratch.push(character);
                }
                _ => return None,
            }
            kept = self.at;
            self.at += plain(&self.line.as_bytes()[self.at..]);
        }
    }

    /// One escape.
    fn escape(&mut self) -> Option<char> {
        let byte = *self.line.as_bytes().get(self.at + 1)?;
        self.at += 2;
        Some(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.line.get(self.at..self.at + 4)?;
        let number = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16));
        self.at += 4;
        number?.ok()
    }

    /// `\uXXXX`, perhaps with a second one. Half a pair is no character and is replaced.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.line[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.at = back;
        }
        Some(char::from_u32(first).unwrap_or_else(|| {
            self.object.replaced = true;
            char::REPLACEMENT_CHARACTER
        }))
    }

    /// Checks an object or an array to its end.
    fn nested(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        // Of each level that is open, from the lowest bit on: is it an object?
        let mut levels: u64 = 0;
        let mut depth: u32 = 0;
        loop {
            // A value, or the beginning of one, stands here.
            self.blanks();
            match self.peek()? {
                open @ (b'{' | b'[') => {
                    self.at += 1;
                    if depth == DEPTH {
                        return None;
                    }
                    depth += 1;
                    levels = levels << 1 | u64::from(open == b'{');
                    self.blanks();
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.peek()? != close {
                        self.key_in(levels)?;
                        continue;
                    }
                }
                b'"' => self.skip_string()?,
                _ => _ = self.value()?,
            }
            // A value ended here; so may what is around it.
            loop {
                self.blanks();
                let close = if levels & 1 == 1 { b'}' } else { b']' };
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        self.blanks();
                        self.key_in(levels)?;
                        break;
                    }
                    byte if byte == close => {
                        self.at += 1;
                        depth -= 1;
                        levels >>= 1;
                        if depth == 0 {
                            return Some(start..self.at);
                        }
                    }
                    _ => return None,
                }
            }
        }
    }

    /// In an object, a name and a colon come before a value.
    fn key_in(&mut self, levels: u64) -> Option<()> {
        if levels & 1 == 1 {
            (self.peek()? == b'"').then_some(())?;
            self.skip_string()?;
            self.expect(b':')?;
        }
        Some(())
    }

    /// Checks a string without keeping its text.
    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.at += plain(&self.line.as_bytes()[self.at..]);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => _ = self.escape()?,
                _ => return None,
            }
        }
    }
}

/// How many bytes come before a quote, a backslash or a control character, eight looked at together.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | control;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let stops = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    at + bytes[at..].iter().position(stops).unwrap_or(bytes.len() - at)
}
