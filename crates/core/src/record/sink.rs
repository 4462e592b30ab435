//! Writing the entries of a record or a span.

use super::Section;
use super::layout::{self, kind};
use crate::{Limits, Value};
use std::fmt::{self, Write};

/// How a field is named.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// By its place among the callsite's names.
    Place(u16),
    /// By its name.
    Name(&'a str),
}

/// The two growing buffers of entries, shared by records and spans.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

/// A text that grows to a limit; what is beyond is left out, at a character's boundary.
pub(super) struct Bounded<'a> {
    pub(super) text: &'a mut String,
    pub(super) end: usize,
    pub(super) cut: bool,
}

impl Write for Bounded<'_> {
    #[inline]
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = self.end - self.text.len();
        if piece.len() <= room && !self.cut {
            self.text.push_str(piece);
        } else if !self.cut {
            self.text.push_str(&piece[..piece.floor_char_boundary(room)]);
            self.cut = true;
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "texts and counts are bounded by Limits far below 2^32")]
impl Sink {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.text.clear();
    }

    #[inline]
    fn word(&mut self, number: usize) {
        self.bytes.extend_from_slice(&(number as u32).to_le_bytes());
    }

    /// Starts an entry; returns where its second byte, the flags, stands.
    #[inline]
    fn start(&mut self, section: Section, key: Key<'_>, kind: u8, limits: &Limits) -> usize {
        let flags = self.bytes.len() + 1;
        match key {
            Key::Place(place) => {
                let place = place.to_le_bytes();
                self.bytes.extend_from_slice(&[kind, section as u8, place[0], place[1]]);
            }
            Key::Name(name) => {
                let name = &name[..name.floor_char_boundary(limits.key)];
                self.bytes.extend_from_slice(&[kind, section as u8 | layout::ENTRY_NAMED, 0, 0]);
                self.word(self.text.len());
                self.word(name.len());
                self.text.push_str(name);
            }
        }
        flags
    }

    #[inline]
    fn text(&mut self, flags: usize, limit: usize, write: impl FnOnce(&mut dyn Write)) {
        let start = self.text.len();
        self.word(start);
        // The length is known only after: a panic in `write` leaves a complete, empty text behind.
        let length = self.bytes.len();
        self.word(0);
        let mut bounded = Bounded { end: start + limit, text: &mut self.text, cut: false };
        write(&mut bounded);
        if bounded.cut {
            self.bytes[flags] |= layout::ENTRY_CUT;
        }
        let written = (self.text.len() - start) as u32;
        self.bytes[length..length + 4].copy_from_slice(&written.to_le_bytes());
    }

    #[inline]
    fn str(&mut self, flags: usize, limit: usize, text: &str) {
        let kept = if text.len() <= limit { text } else { &text[..text.floor_char_boundary(limit)] };
        if kept.len() < text.len() {
            self.bytes[flags] |= layout::ENTRY_CUT;
        }
        let [a, b, c, d] = (self.text.len() as u32).to_le_bytes();
        let [e, f, g, h] = (kept.len() as u32).to_le_bytes();
        self.bytes.extend_from_slice(&[a, b, c, d, e, f, g, h]);
        self.text.push_str(kept);
    }

    #[inline]
    pub(crate) fn value(&mut self, section: Section, key: Key<'_>, value: Value<'_>, limits: &Limits) {
        let tag = match value {
            Value::Null => kind::NULL,
            Value::Bool(_) => kind::BOOL,
            Value::I64(_) => kind::I64,
            Value::U64(_) => kind::U64,
            Value::I128(_) => kind::I128,
            Value::U128(_) => kind::U128,
            Value::F64(_) => kind::F64,
            Value::Str(_) => kind::STR,
            Value::Text(_) => kind::TEXT,
            Value::Bytes(_) => kind::BYTES,
            // Cut JSON is no JSON: it becomes a text.
            Value::Json(text) if text.len() > limits.value => kind::TEXT,
            Value::Json(_) => kind::JSON,
            Value::Error(_) => kind::ERROR,
        };
        let flags = self.start(section, key, tag, limits);
        match value {
            Value::Null => {}
            Value::Bool(value) => self.bytes.push(u8::from(value)),
            Value::I64(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::U64(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::I128(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::U128(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::F64(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::Str(text) | Value::Text(text) | Value::Json(text) => self.str(flags, limits.value, text),
            Value::Bytes(bytes) => {
                let kept = &bytes[..bytes.len().min(limits.value)];
                if kept.len() < bytes.len() {
                    self.bytes[flags] |= layout::ENTRY_CUT;
                }
                self.word(kept.len());
                self.bytes.extend_from_slice(kept);
            }
            Value::Error(chain) => self.chain(flags, limits, std::iter::once(chain.message()).chain(chain.causes())),
        }
    }

    fn chain<'a>(&mut self, flags: usize, limits: &Limits, messages: impl Iterator<Item = impl fmt::Display + 'a>) {
        let count = self.bytes.len();
        self.bytes.extend_from_slice(&[0, 0]);
        let mut number: u16 = 0;
        // A chain that loops must end: 32 causes are more than anyone reads.
        for message in messages.take(32) {
            number += 1;
            self.text(flags, limits.value, |out| _ = write!(out, "{message}"));
        }
        self.bytes[count..count + 2].copy_from_slice(&number.to_le_bytes());
    }

    #[inline]
    pub(crate) fn rendered(
        &mut self,
        section: Section,
        key: Key<'_>,
        value: fmt::Arguments<'_>,
        limits: &Limits,
        is_json: impl FnOnce(usize) -> bool,
    ) {
        let flags = self.start(section, key, kind::TEXT, limits);
        let start = self.text.len();
        self.text(flags, limits.value, |out| _ = out.write_fmt(value));
        if is_json(self.text.len() - start) {
            self.bytes[flags - 1] = kind::JSON;
        }
    }

    pub(crate) fn error(
        &mut self,
        section: Section,
        key: Key<'_>,
        error: &(dyn std::error::Error + 'static),
        limits: &Limits,
    ) {
        let flags = self.start(section, key, kind::ERROR, limits);
        self.chain(flags, limits, std::iter::successors(Some(error), |error| error.source()));
    }
}
