//! A short text that is written again and again.

const PADDED: usize = 32;

/// A short text that is written again and again. The first bytes stand in a fixed place, so that writing a text of up
/// to 32 bytes is two moves and no call.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    padded: [u8; PADDED],
    length: usize,
    rest: Box<[u8]>,
}

impl Fragment {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(bytes.len().min(PADDED));
        let mut padded = [0; PADDED];
        padded[..first.len()].copy_from_slice(first);
        Self { padded, length: first.len(), rest: rest.into() }
    }

    /// What `write` writes.
    pub(crate) fn of(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        write(&mut bytes);
        Self::new(&bytes)
    }

    /// Appends it.
    #[inline]
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.padded);
        out.truncate(start + self.length);
        if !self.rest.is_empty() {
            out.extend_from_slice(&self.rest);
        }
    }
}
