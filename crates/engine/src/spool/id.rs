//! What a spool is known by, and how far its sequences reach.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// The highest sequence there can be.
pub(super) const LAST: u64 = (1 << 62) - 1;

/// What a spool is known by: 128 bits, drawn when it is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpoolId(pub(super) [u8; 16]);

impl SpoolId {
    /// A new one. The keys of the standard library's hash tables are the randomness: 128 bits from the system for each
    /// thread. It need not be secret, only be no other's.
    pub(super) fn random(salt: i64) -> Self {
        let mut id = [0; 16];
        for half in id.as_chunks_mut::<8>().0 {
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_i64(salt);
            hasher.write_u32(std::process::id());
            *half = hasher.finish().to_le_bytes();
        }
        Self(id)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for SpoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SpoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpoolId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        assert_ne!(SpoolId::random(0), SpoolId::random(0));
    }
}
