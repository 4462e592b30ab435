//! Numbers in blocks of a fixed length.

/// A block of a fixed length that is written or read by place.
#[derive(Clone, Copy)]
pub(super) struct Block<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Block<N> {
    pub(super) const fn zero() -> Self {
        Self([0; N])
    }

    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn run<const M: usize>(&self, at: usize) -> [u8; M] {
        let mut run = [0; M];
        run.copy_from_slice(&self.0[at..at + M]);
        run
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.run(at))
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.run(at))
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.run(at))
    }

    pub(super) fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.run(at))
    }

    /// Writes the checksum of all before it into the last four bytes.
    pub(super) fn seal(&mut self) {
        let sum = super::crc::crc(0, &self.0[..N - 4]);
        self.put(N - 4, &sum.to_le_bytes());
    }

    /// Is the checksum in the last four bytes right?
    pub(super) fn is_sealed(&self) -> bool {
        self.u32(N - 4) == super::crc::crc(0, &self.0[..N - 4])
    }
}
