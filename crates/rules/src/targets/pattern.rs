//! Patterns of targets.

use crate::RuleError;
use std::fmt;
use std::str::FromStr;

/// A pattern of targets: a path and all below it (`hyper`, `hyper::*`), all that begins with a text (`hyper*`), or
/// everything (`*`).
///
/// ```
/// use tracework_rules::TargetPattern;
///
/// let hyper: TargetPattern = "hyper".parse()?;
/// assert!(hyper.matches("hyper") && hyper.matches("hyper::client"));
/// assert!(!hyper.matches("hyper_util"));
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TargetPattern {
    fixed: Box<str>,
    tail: Tail,
}

/// What may follow the fixed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Tail {
    /// `name`: nothing, or a path below it.
    Path,
    /// `name::*`: the same, but meant for what is below.
    Below,
    /// `name*`: anything.
    Anything,
}

/// Bytes of a pattern.
const MAX: usize = 512;

impl TargetPattern {
    /// The pattern of all targets that begin with `text`.
    pub(super) fn prefix(text: &str) -> Self {
        Self { fixed: text.into(), tail: Tail::Anything }
    }

    /// Does `target` fit?
    #[must_use]
    pub fn matches(&self, target: &str) -> bool {
        let Some(rest) = target.strip_prefix(&*self.fixed) else { return false };
        self.tail == Tail::Anything || rest.is_empty() || rest.starts_with("::")
    }

    /// How closely `target` fits: of several patterns of a table, the one that fits most closely holds. The longest fixed
    /// part is the closest; of the same one, `hyper` is closest to `hyper` itself, and `hyper::*` to what is below.
    pub(super) fn closeness(&self, target: &str) -> Option<(usize, u8)> {
        let itself = target.len() == self.fixed.len();
        let class = match self.tail {
            Tail::Path => 1 + u8::from(itself),
            Tail::Below => 1 + u8::from(!itself),
            Tail::Anything => 0,
        };
        self.matches(target).then_some((self.fixed.len(), class))
    }

    /// The bytes of its fixed part.
    pub(super) fn fixed_len(&self) -> usize {
        self.fixed.len()
    }
}

impl FromStr for TargetPattern {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX {
            return Err(RuleError::new(text, 0..text.len(), format!("a target pattern is {MAX} bytes at the most")));
        }
        let (fixed, tail) = match text.strip_suffix('*') {
            None => (text, Tail::Path),
            Some(start) => match start.strip_suffix("::") {
                Some(path) => (path, Tail::Below),
                None => (start, Tail::Anything),
            },
        };
        if let Some(at) = fixed.find('*') {
            let error = RuleError::new(text, at..at + 1, "a `*` stands only at the end of a target pattern");
            return Err(error.help("in a rule, `target ~ '^app::.*::db'` can say more"));
        }
        if fixed.is_empty() && tail != Tail::Anything {
            let error = RuleError::new(text, 0..text.len(), "a target pattern needs a path");
            return Err(error.help("write `app::db`, or `*` for every target"));
        }
        Ok(Self { fixed: fixed.into(), tail })
    }
}

impl fmt::Display for TargetPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fixed)?;
        f.write_str(match self.tail {
            Tail::Path => "",
            Tail::Below => "::*",
            Tail::Anything => "*",
        })
    }
}
