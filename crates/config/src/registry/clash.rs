//! A name that two crates offer.

use std::fmt;

/// A name that two crates offer, so that a config could mean either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub(super) role: &'static str,
    pub(super) name: String,
    pub(super) crates: [String; 2],
}

impl Clash {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The crates, each with its version.
    #[must_use]
    pub fn crates(&self) -> [&str; 2] {
        [&self.crates[0], &self.crates[1]]
    }
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.crates;
        write!(f, "{one} and {other} both offer a type of {} called `{}`", self.role, self.name)
    }
}
