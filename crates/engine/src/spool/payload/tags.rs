//! Numbers of the payload's format.

pub(super) const VERSION: u8 = 1;

pub(super) const MESSAGE_CUT: u8 = 1;
pub(super) const INCOMPLETE: u8 = 2;
pub(super) const INTERNAL: u8 = 4;
pub(super) const ERROR: u8 = 8;

/// Flags of an entry: its section in the low two bits, and whether it was cut.
pub(super) const SECTION: u8 = 0b11;
pub(super) const CUT: u8 = 0b100;

pub(super) const SPANS: usize = 128;
pub(super) const ENTRIES: usize = 1024;
pub(super) const CAUSES: usize = 32;
pub(super) const METADATA: usize = 256;

pub(super) mod value {
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
