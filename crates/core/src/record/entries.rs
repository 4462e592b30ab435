//! Reading the entries of a record or a span.

use super::layout::{self, Reserved, kind};
use crate::value::ErrorChain;
use crate::{Callsite, Value};

/// Which part of a record an entry belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// A field that the program wrote.
    Field = 0,
    /// Metadata that an enricher added.
    Metadata = 1,
    /// What the record says about itself.
    Reserved = 2,
}

/// One entry of a record or a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The part it belongs to.
    pub section: Section,
    /// Its name.
    pub key: &'a str,
    /// The place of its name among the callsite's, if it came from there. A format may keep a table by it.
    pub place: Option<u16>,
    /// Its value.
    pub value: Value<'a>,
    /// Was the value cut at the limit?
    pub cut: bool,
    pub(super) code: u16,
}

impl Entry<'_> {
    /// What it says, if it is of the reserved section.
    #[must_use]
    pub fn reserved(&self) -> Option<Reserved> {
        (self.section == Section::Reserved).then(|| Reserved::from_number(self.code)).flatten()
    }
}

/// The entries of a record or a span, in the order they were written.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    bytes: &'a [u8],
    text: &'a str,
    callsite: Option<&'static Callsite>,
}

impl<'a> Entries<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], text: &'a str, callsite: Option<&'static Callsite>) -> Self {
        Self { bytes, text, callsite }
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    #[inline]
    fn word(&mut self) -> Option<usize> {
        self.take().map(|bytes| u32::from_le_bytes(bytes) as usize)
    }

    #[inline]
    fn string(&mut self) -> Option<&'a str> {
        let [a, b, c, d, e, f, g, h] = self.take::<8>()?;
        let start = u32::from_le_bytes([a, b, c, d]) as usize;
        let length = u32::from_le_bytes([e, f, g, h]) as usize;
        self.text.get(start..start + length)
    }

    fn run(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(head)
    }

    #[inline(always)]
    fn value(&mut self, tag: u8) -> Option<Value<'a>> {
        Some(match tag {
            kind::NULL => Value::Null,
            kind::BOOL => Value::Bool(self.take::<1>()?[0] != 0),
            kind::I64 => Value::I64(i64::from_le_bytes(self.take()?)),
            kind::U64 => Value::U64(u64::from_le_bytes(self.take()?)),
            kind::I128 => Value::I128(i128::from_le_bytes(self.take()?)),
            kind::U128 => Value::U128(u128::from_le_bytes(self.take()?)),
            kind::F64 => Value::F64(f64::from_le_bytes(self.take()?)),
            kind::STR => Value::Str(self.string()?),
            kind::TEXT => Value::Text(self.string()?),
            kind::JSON => Value::Json(self.string()?),
            kind::BYTES => {
                let length = self.word()?;
                Value::Bytes(self.run(length)?)
            }
            kind::ERROR => {
                let count = u16::from_le_bytes(self.take()?);
                let pairs = self.run(usize::from(count) * 8)?;
                Value::Error(ErrorChain::new(pairs, self.text))
            }
            _ => return None,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    // Always: a reader then takes an entry apart without its ever being put together, which halves the time of a loop.
    #[inline(always)]
    fn next(&mut self) -> Option<Entry<'a>> {
        let [tag, flags, low, high] = self.take::<4>()?;
        let code = u16::from_le_bytes([low, high]);
        let section = match flags & layout::ENTRY_SECTION {
            0 => Section::Field,
            1 => Section::Metadata,
            _ => Section::Reserved,
        };
        let (key, place) = if flags & layout::ENTRY_NAMED != 0 {
            (self.string()?, None)
        } else if section == Section::Field {
            let name = self.callsite.and_then(|callsite| callsite.fields.get(usize::from(code)).copied());
            (name.unwrap_or_default(), Some(code))
        } else {
            ("", None)
        };
        let value = self.value(tag)?;
        Some(Entry { section, key, place, value, cut: flags & layout::ENTRY_CUT != 0, code })
    }
}
