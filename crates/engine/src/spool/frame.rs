//! One record as it lies in a segment: a head of 32 bytes, and its payload.

use super::bytes::Block;
use super::crc::crc;
use super::id::SpoolId;
use super::layout::{FRAME, MARK, MAX_PAYLOAD};
use tracework_core::Timestamp;

/// What the sums of a segment's records begin with, so that no record of another segment is taken for one of its own.
pub(super) fn seed(id: SpoolId, first: u64) -> u32 {
    crc(crc(0, &id.0), &first.to_le_bytes())
}

/// The head of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) sequence: u64,
    pub(super) time: Timestamp,
    sum: u32,
    payload_sum: u32,
}

impl Head {
    /// The head that `bytes` begin with, if its mark, its length and its sum are right.
    pub(super) fn read(bytes: &[u8], seed: u32) -> Option<Self> {
        let block = Block(*bytes.first_chunk::<FRAME>()?);
        let (length, sum) = (block.u32(4) as usize, block.u32(24));
        let right = block.run::<4>(0) == MARK && length <= MAX_PAYLOAD && crc(seed, &block.0[..24]) == sum;
        right.then(|| Self {
            length,
            sequence: block.u64(8),
            time: Timestamp(block.i64(16)),
            sum,
            payload_sum: block.u32(28),
        })
    }

    /// Bytes of the whole record.
    pub(super) fn whole(&self) -> u64 {
        (FRAME + self.length) as u64
    }

    /// Is this its payload?
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        payload.len() == self.length && crc(self.sum, payload) == self.payload_sum
    }
}

/// Appends a record.
#[expect(clippy::cast_possible_truncation, reason = "a payload has 16 MiB at most")]
pub(super) fn put(out: &mut Vec<u8>, seed: u32, sequence: u64, time: Timestamp, payload: &[u8]) {
    let mut head = Block::<FRAME>::zero();
    head.put(0, &MARK);
    head.put(4, &(payload.len() as u32).to_le_bytes());
    head.put(8, &sequence.to_le_bytes());
    head.put(16, &time.0.to_le_bytes());
    let sum = crc(seed, &head.0[..24]);
    head.put(24, &sum.to_le_bytes());
    head.put(28, &crc(sum, payload).to_le_bytes());
    out.extend_from_slice(&head.0);
    out.extend_from_slice(payload);
}
