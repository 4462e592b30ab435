//! Why redaction cannot be set up.

use std::fmt;

/// Why redaction cannot be set up as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedactError {
    /// A pattern is no regular expression, or one that would take too much memory.
    Pattern {
        /// Its place in the list, from 0.
        number: usize,
        /// Its text, cut if it is long.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The names hold one without a letter or digit.
    Key {
        /// Its place in the list, from 0.
        number: usize,
    },
    /// The mask would break what it is written into, or is too long.
    Mask,
}

impl fmt::Display for RedactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { number, pattern, reason } => {
                write!(f, "redact.patterns[{number}] `{pattern}`: {reason}")
            }
            Self::Key { number } => write!(f, "redact.keys[{number}] has no letter or digit"),
            Self::Mask => f.write_str(
                "redact.mask must have 1 to 64 characters and no quote, backslash, `<`, `>`, `&` or control character",
            ),
        }
    }
}

impl std::error::Error for RedactError {}
