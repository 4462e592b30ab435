//! Numbers of the format: docs/specs/spool.md is the contract.

/// The version that is written, and the highest that is read.
pub(super) const VERSION: u16 = 1;
/// Reads otherwise on a machine of the other byte order.
pub(super) const ENDIAN: u32 = 0x0A0B_0C0D;

pub(super) const LOCK: &str = "spool.lock";
pub(super) const STATE: &str = "state";
pub(super) const STATE_NEW: &str = "state.new";
pub(super) const STATE_BAD: &str = "state.bad";
pub(super) const SEGMENT: &str = ".seg";
pub(super) const NEW: &str = ".new";
pub(super) const BAD: &str = ".bad";

/// Bytes of a segment's header.
pub(super) const HEADER: usize = 128;
/// Bytes before a payload.
pub(super) const FRAME: usize = 32;
/// What a record begins with; no text has the first byte.
pub(super) const MARK: [u8; 4] = [0xF5, b'T', b'W', 0xFA];
/// Bytes of the state's header, and where its slots stand.
pub(super) const STATE_HEADER: usize = 4096;
pub(super) const SLOTS: [u64; 2] = [4096, 8192];
pub(super) const SLOT: usize = 128;
/// Bytes of the state.
pub(super) const STATE_BYTES: u64 = 8192 + 128;

pub(super) const MAX_PAYLOAD: usize = 16 << 20;
pub(super) const MAX_SEGMENT_RECORDS: u64 = 1 << 20;
pub(super) const MAX_NAME: usize = 1024;
pub(super) const LEAST_BYTES: u64 = 128 << 10;
/// How far new sequences begin behind the highest that was seen when the state is lost.
pub(super) const JUMP: u64 = 1 << 40;
/// Bytes that may wait for a sync before one is made.
pub(super) const MOST_UNSYNCED: usize = 4 << 20;

/// The name of the segment whose first sequence is this.
pub(super) fn segment(first: u64) -> String {
    format!("{first:020}{SEGMENT}")
}

/// The first sequence of the segment with this name, if it is one's.
pub(super) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SEGMENT)?;
    (digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}
