//! A setting that cannot be.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Something is set for a destination that cannot be: what, and why.
///
/// ```
/// use tracework_core::Mistake;
///
/// let mistake = Mistake::new("timeout", "nothing is done in no time");
/// assert_eq!(mistake.to_string(), "timeout: nothing is done in no time");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// What is set, as a config names it, with dots if it stands in a section: `url`, `client.linger.ms`.
    pub setting: Cow<'static, str>,
    /// The bytes of its text that are wrong, if it is a part of them.
    pub part: Option<Range<usize>>,
    /// Why it cannot be, and behind a semicolon what could; no secret is in it.
    pub why: String,
}

impl Mistake {
    /// `setting` cannot be what it is set to, and this is why.
    pub fn new(setting: impl Into<Cow<'static, str>>, why: impl Into<String>) -> Self {
        Self { setting: setting.into(), part: None, why: why.into() }
    }

    /// Says which bytes of its text are wrong.
    #[must_use]
    pub fn in_part(self, part: Range<usize>) -> Self {
        Self { part: Some(part), ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.why)
    }
}

impl std::error::Error for Mistake {}
