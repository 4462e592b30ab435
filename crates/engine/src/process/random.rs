//! A random number, for what must differ from run to run and from process to process. Not for secrets.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Instant;

/// A random number. A forked child, which inherits the seeds of its parent, gets others.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one((std::process::id(), Instant::now()))
}

#[cfg(test)]
mod tests {
    use super::random;

    #[test]
    fn two_differ() {
        assert_ne!(random(), random());
    }
}
