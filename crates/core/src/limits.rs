//! How large a record may become.

/// How large a record may become. What is longer is cut at a character's boundary and marked as cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the message.
    pub message: usize,
    /// Bytes of one value.
    pub value: usize,
    /// Fields of one record or span; the record says how many more there were.
    pub fields: usize,
    /// Bytes of one field name.
    pub key: usize,
}

impl Default for Limits {
    /// 16 KiB of message, 8 KiB a value, 64 fields, 256 bytes a name.
    fn default() -> Self {
        Self { message: 16 << 10, value: 8 << 10, fields: 64, key: 256 }
    }
}
