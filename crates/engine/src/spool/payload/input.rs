//! Reading bytes that may be anything.

use std::fmt;

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadError {
    /// A later version of tracework wrote it.
    Version(u8),
    /// It ends too early.
    Short,
    /// A text in it is not UTF-8.
    NotText,
    /// A number in it stands for nothing.
    Unknown(&'static str),
    /// There is more of something than the format allows.
    TooMany(&'static str),
    /// Bytes are left over.
    LeftOver(usize),
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "the spooled record is of version {version}, and 1 is the highest known")
            }
            Self::Short => f.write_str("the spooled record ends too early"),
            Self::NotText => f.write_str("a text of the spooled record is not UTF-8"),
            Self::Unknown(what) => write!(f, "an unknown {what} in the spooled record"),
            Self::TooMany(what) => write!(f, "too many {what} in the spooled record"),
            Self::LeftOver(bytes) => write!(f, "{bytes} bytes are left over behind the spooled record"),
        }
    }
}

impl std::error::Error for PayloadError {}

pub(super) type Read<T> = Result<T, PayloadError>;

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn run(&mut self, length: usize) -> Read<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(PayloadError::Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk().ok_or(PayloadError::Short)?;
        self.0 = rest;
        Ok(*head)
    }

    pub(super) fn byte(&mut self) -> Read<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    pub(super) fn varint(&mut self) -> Read<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(PayloadError::Unknown("number"))
    }

    fn length(&mut self) -> Read<usize> {
        usize::try_from(self.varint()?).map_err(|_| PayloadError::Short)
    }

    /// A count of things, `most` of them.
    pub(super) fn count(&mut self, most: usize, what: &'static str) -> Read<usize> {
        let count = self.length()?;
        if count > most { Err(PayloadError::TooMany(what)) } else { Ok(count) }
    }

    pub(super) fn block(&mut self) -> Read<&'a [u8]> {
        let length = self.length()?;
        self.run(length)
    }

    pub(super) fn text(&mut self) -> Read<&'a str> {
        std::str::from_utf8(self.block()?).map_err(|_| PayloadError::NotText)
    }

    pub(super) fn option(&mut self) -> Read<Option<&'a str>> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(PayloadError::Unknown("option")),
        }
    }

    /// A line: 0 is none.
    pub(super) fn line(&mut self) -> Read<Option<u32>> {
        let line = self.varint()?.checked_sub(1);
        line.map(|line| u32::try_from(line).map_err(|_| PayloadError::Unknown("line"))).transpose()
    }

    /// Is the next number 0?
    pub(super) fn is_at_zero(&self) -> bool {
        self.0.first() == Some(&0)
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Read<()> {
        if self.0.is_empty() { Ok(()) } else { Err(PayloadError::LeftOver(self.0.len())) }
    }
}
