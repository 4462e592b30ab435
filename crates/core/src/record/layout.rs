//! The layout of a record in a [`Page`](super::Page). In memory only: no file or message has these bytes.
//!
//! ```text
//! at  bytes
//!  0  u32  length of the bytes, header included
//!  4  u8   severity number     5 u8 kind     6 u8 roles     7 u8 unused
//!  8  i64  time, nanoseconds since 1970
//! 16  u32  callsite, or u32::MAX
//! 20  u32  leaf span: its place in the page plus one, or 0
//! 24  u32  generation of the plan it was captured under
//! 28  u32  where its text starts in the page's text
//! 32  u32  length of its text
//! 36  u32  where the message starts in its text
//! 40  u32  length of the message
//! 44  u16  number of entries  46 u16 fields left out by the limit
//! 48  u16  flags
//! 50  u64  number of the event, of its own in this process
//! 58  entries
//! ```
//! An entry: u8 type; u8 section (low two bits), CUT, NAMED; u16 place of the key in the callsite's names (or, when
//! NAMED, nothing); when NAMED, u32 offset and u32 length of the key in the text; then the payload of its type:
//! 8 bytes for 64-bit numbers, 16 for 128-bit ones, 1 for a bool, u32 offset and u32 length for texts, u32 length and
//! the bytes for bytes, u16 count and that many pairs of u32 for an error.

pub(super) const LENGTH: usize = 0;
pub(super) const SEVERITY: usize = 4;
pub(super) const KIND: usize = 5;
pub(super) const ROLES: usize = 6;
pub(super) const TIME: usize = 8;
pub(super) const CALLSITE: usize = 16;
pub(super) const SPAN: usize = 20;
pub(super) const GENERATION: usize = 24;
pub(super) const TEXT_START: usize = 28;
pub(super) const TEXT_LENGTH: usize = 32;
pub(super) const MESSAGE_START: usize = 36;
pub(super) const MESSAGE_LENGTH: usize = 40;
pub(super) const ENTRIES: usize = 44;
pub(super) const OMITTED: usize = 46;
pub(super) const FLAGS: usize = 48;
pub(super) const EVENT: usize = 50;
pub(super) const HEADER: usize = 58;

/// No callsite.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The message was cut.
pub(super) const FLAG_MESSAGE_CUT: u16 = 1;
/// It holds at least one entry of the reserved section.
pub(super) const FLAG_RESERVED: u16 = 2;
/// It holds metadata of its own.
pub(super) const FLAG_METADATA: u16 = 4;
/// Formatting a value panicked: the fields after it are missing.
pub(super) const FLAG_INCOMPLETE: u16 = 8;
/// It holds destinations, and so does not follow the routes.
pub(super) const FLAG_DESTINATIONS: u16 = 16;
/// It holds names that its callsite does not know.
pub(super) const FLAG_NAMED: u16 = 64;
/// tracework itself wrote it: a notice.
pub(super) const FLAG_INTERNAL: u16 = 32;
/// It carries an error.
pub(super) const FLAG_ERROR: u16 = 128;
/// It holds bytes, which do not stand among its texts.
pub(super) const FLAG_BYTES: u16 = 256;

pub(super) const ENTRY_SECTION: u8 = 0b11;
pub(super) const ENTRY_CUT: u8 = 0b100;
pub(super) const ENTRY_NAMED: u8 = 0b1000;

pub(super) mod kind {
    pub(in super::super) const NULL: u8 = 0;
    pub(in super::super) const BOOL: u8 = 1;
    pub(in super::super) const I64: u8 = 2;
    pub(in super::super) const U64: u8 = 3;
    pub(in super::super) const I128: u8 = 4;
    pub(in super::super) const U128: u8 = 5;
    pub(in super::super) const F64: u8 = 6;
    pub(in super::super) const STR: u8 = 7;
    pub(in super::super) const TEXT: u8 = 8;
    pub(in super::super) const BYTES: u8 = 9;
    pub(in super::super) const JSON: u8 = 10;
    pub(in super::super) const ERROR: u8 = 11;
}

/// What a record or a span says about itself rather than about its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Reserved {
    /// `tags`: added to those of the spans around.
    Tags = 0,
    /// `destinations`: where it goes, `+name` and `-name` to add and remove.
    Destinations = 1,
    /// `category`.
    Category = 2,
    /// `log.level`: the threshold inside a span.
    Level = 3,
    /// `kind`, of a span: of what is emitted inside.
    Kind = 4,
    /// `severity`, of a span: of what is emitted inside.
    Severity = 5,
    /// The target, where the callsite does not have the real one (`log` records, `pipe`).
    Target = 6,
    /// The module's path, likewise.
    Module = 7,
    /// The source file, likewise.
    File = 8,
    /// The line, likewise; a number.
    Line = 9,
    /// The name of the thread, where it is not the page's.
    Thread = 10,
    /// The type of the error that it carries, where it is known.
    ErrorType = 11,
    /// Where that error came from: the calls that led there.
    Backtrace = 12,
    /// What errors of one group have in common, as 16 hexadecimal digits.
    Fingerprint = 13,
}

impl Reserved {
    /// Its number, which never changes.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The one with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        const ALL: [Reserved; 14] = [
            Reserved::Tags,
            Reserved::Destinations,
            Reserved::Category,
            Reserved::Level,
            Reserved::Kind,
            Reserved::Severity,
            Reserved::Target,
            Reserved::Module,
            Reserved::File,
            Reserved::Line,
            Reserved::Thread,
            Reserved::ErrorType,
            Reserved::Backtrace,
            Reserved::Fingerprint,
        ];
        ALL.get(usize::from(number)).copied()
    }
}

impl Reserved {
    /// What a field of this name says, by the usual names.
    #[must_use]
    pub fn named(field: &str) -> Option<Self> {
        Some(match field {
            "destinations" => Self::Destinations,
            "tags" => Self::Tags,
            "log.level" => Self::Level,
            "kind" => Self::Kind,
            "severity" => Self::Severity,
            "category" => Self::Category,
            _ => return None,
        })
    }
}
