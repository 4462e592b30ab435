//! The header of a segment.

use super::bytes::Block;
use super::id::SpoolId;
use super::layout::{ENDIAN, HEADER, VERSION};
use tracework_core::Timestamp;

const MAGIC: [u8; 8] = *b"tw spool";

/// What a segment tells of the one before it, when it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) data_end: u64,
    pub(super) last_time: Timestamp,
}

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: SpoolId,
    pub(super) first: u64,
    pub(super) time: Timestamp,
    pub(super) before: Before,
}

/// What the first bytes of a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<T> {
    Good(T),
    Newer(u16),
    OtherByteOrder,
    Bad,
}

/// What the version and the byte order of a sealed block say; `None` if they are ours.
pub(super) fn strange<const N: usize, T>(block: &Block<N>) -> Option<Seen<T>> {
    match (block.u32(12), block.u16(8)) {
        (ENDIAN, VERSION) => None,
        (ENDIAN, version) if version > VERSION => Some(Seen::Newer(version)),
        (other, _) if other == ENDIAN.swap_bytes() => Some(Seen::OtherByteOrder),
        _ => Some(Seen::Bad),
    }
}

impl Header {
    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let mut block = Block::<HEADER>::zero();
        block.put(0, &MAGIC);
        block.put(8, &VERSION.to_le_bytes());
        block.put(10, &128_u16.to_le_bytes());
        block.put(12, &ENDIAN.to_le_bytes());
        block.put(16, &self.id.0);
        block.put(32, &self.first.to_le_bytes());
        block.put(40, &self.time.0.to_le_bytes());
        block.put(48, &self.before.first.to_le_bytes());
        block.put(56, &self.before.end.to_le_bytes());
        block.put(64, &self.before.data_end.to_le_bytes());
        block.put(72, &self.before.last_time.0.to_le_bytes());
        block.seal();
        block.0
    }

    pub(super) fn read(bytes: &[u8]) -> Seen<Self> {
        let Some(block) = bytes.first_chunk::<HEADER>().map(|bytes| Block(*bytes)) else { return Seen::Bad };
        if block.run::<8>(0) != MAGIC {
            return Seen::Bad;
        }
        // The other byte order has its sum the other way round too.
        if block.u32(12) == ENDIAN.swap_bytes() {
            return Seen::OtherByteOrder;
        }
        if !block.is_sealed() {
            return Seen::Bad;
        }
        strange(&block).unwrap_or_else(|| {
            Seen::Good(Self {
                id: SpoolId(block.run(16)),
                first: block.u64(32),
                time: Timestamp(block.i64(40)),
                before: Before {
                    first: block.u64(48),
                    end: block.u64(56),
                    data_end: block.u64(64),
                    last_time: Timestamp(block.i64(72)),
                },
            })
        })
    }
}
