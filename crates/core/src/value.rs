//! The value of a field.

use std::fmt;

/// The value of a field, borrowed from the record that holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A whole number that is not negative.
    U64(u64),
    /// A large whole number.
    I128(i128),
    /// A large whole number that is not negative.
    U128(u128),
    /// A floating-point number, which may be infinite or no number.
    F64(f64),
    /// A text that was given as a text.
    Str(&'a str),
    /// What `Display` or `Debug` wrote of a value (`%value`, `?value`).
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A nested value, as JSON text that was checked when it was captured.
    Json(&'a str),
    /// An error with its causes.
    Error(ErrorChain<'a>),
}

impl<'a> Value<'a> {
    /// The text of a value that is one: a string, a rendered value, JSON, or an error's own message.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::Str(text) | Self::Text(text) | Self::Json(text) => Some(text),
            Self::Error(chain) => Some(chain.message()),
            _ => None,
        }
    }

    /// The number that it is, as far as a double can tell it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a comparison of numbers is made in doubles")]
    pub fn as_f64(&self) -> Option<f64> {
        Some(match *self {
            Self::I64(number) => number as f64,
            Self::U64(number) => number as f64,
            Self::I128(number) => number as f64,
            Self::U128(number) => number as f64,
            Self::F64(number) => number,
            _ => return None,
        })
    }
}

impl fmt::Display for Value<'_> {
    /// The plain text of the value: no quotes, nothing escaped. Bytes are written in hexadecimal, an error with its
    /// causes after colons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::I128(value) => value.fmt(f),
            Self::U128(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
            Self::Str(text) | Self::Text(text) | Self::Json(text) => f.write_str(text),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Error(chain) => {
                f.write_str(chain.message())?;
                chain.causes().try_for_each(|cause| write!(f, ": {cause}"))
            }
        }
    }
}

/// An error's message and the messages of its causes (`Error::source`), the nearest first.
#[derive(Clone, Copy, PartialEq)]
pub struct ErrorChain<'a> {
    /// Pairs of offset and length into `text`, eight bytes each, as a record stores them.
    spans: &'a [u8],
    text: &'a str,
}

impl<'a> ErrorChain<'a> {
    /// The chain of the messages in `text` that `spans` tells: of each its offset and its length, as little-endian
    /// numbers of 32 bits. One that lies outside is empty.
    #[must_use]
    pub fn new(spans: &'a [u8], text: &'a str) -> Self {
        Self { spans, text }
    }

    fn messages(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.text;
        self.spans.chunks_exact(8).map(move |pair| {
            let number = |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]) as usize;
            text.get(number(0)..number(0).saturating_add(number(4))).unwrap_or_default()
        })
    }

    /// What the error itself says.
    #[must_use]
    pub fn message(&self) -> &'a str {
        self.messages().next().unwrap_or_default()
    }

    /// What its causes say, the nearest first.
    pub fn causes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.messages().skip(1)
    }
}

impl fmt::Debug for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.messages()).finish()
    }
}
