//! The directives of `RUST_LOG`.

use super::{TargetLevels, TargetPattern};
use crate::RuleError;
use crate::error::shorten;
use std::ops::Range;
use std::str::FromStr;
use tracework_core::{Severity, SeveritySet};

/// What `RUST_LOG` says: a level for all, and levels for targets.
///
/// It reads what `EnvFilter` of tracing-subscriber reads, as far as it names targets; as there, a target fits every target
/// that begins with its text.
///
/// ```
/// use tracework_core::{Severity, SeveritySet};
/// use tracework_rules::Directives;
///
/// let directives: Directives = "info,hyper=warn,app::db=debug,noisy=off".parse()?;
/// assert_eq!(directives.default, Some(SeveritySet::at_least(Severity::INFO)));
/// assert_eq!(directives.targets.get("hyper_util"), Some(SeveritySet::at_least(Severity::WARNING)));
/// assert_eq!(directives.targets.get("noisy::loop"), Some(SeveritySet::NONE));
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// The level of what no target directive names, if one is given.
    pub default: Option<SeveritySet>,
    /// The levels of targets.
    pub targets: TargetLevels,
}

/// Bytes of all directives together.
const MAX: usize = 16 << 10;

impl Directives {
    /// The severities of a level word: `off`, `warn`, `CRITICAL`, or 0 (off) to 5 (trace) as `EnvFilter` has them.
    #[must_use]
    pub fn level(word: &str) -> Option<SeveritySet> {
        let least = match word.trim() {
            "0" => return Some(SeveritySet::NONE),
            off if off.eq_ignore_ascii_case("off") => return Some(SeveritySet::NONE),
            "1" => Severity::ERROR,
            "2" => Severity::WARNING,
            "3" => Severity::INFO,
            "4" => Severity::DEBUG,
            "5" => Severity::TRACE,
            name => name.parse().ok()?,
        };
        Some(SeveritySet::at_least(least))
    }

    fn add(&mut self, source: &str, span: Range<usize>) -> Result<(), RuleError> {
        let directive = &source[span.clone()];
        let (target, level) = match directive.split_once('=') {
            Some((target, level)) => (target.trim(), Some(level.trim())),
            None => (directive.trim(), None),
        };
        let severities = match level {
            None => match Self::level(target) {
                Some(default) => {
                    self.default = Some(default);
                    return Ok(());
                }
                None => SeveritySet::ALL,
            },
            Some("") => SeveritySet::ALL,
            Some(word) => Self::level(word).ok_or_else(|| {
                RuleError::new(source, span.clone(), format!("`{}` is no level", shorten(word)))
                    .help("there are off, trace, debug, info, warn, error and critical")
            })?,
        };
        let pattern = read_target(source, span.clone(), target)?;
        self.targets.set(pattern, severities).map_err(|full| RuleError::new(source, span, full.message()))
    }
}

fn read_target(source: &str, span: Range<usize>, target: &str) -> Result<TargetPattern, RuleError> {
    let word = |character: char| character.is_alphanumeric() || "_-:.*".contains(character);
    if target.is_empty() || !target.chars().all(word) {
        let message = format!("`{}` is no directive", shorten(&source[span.clone()]));
        return Err(RuleError::new(source, span, message).help("a directive is `info`, `app::db` or `app::db=debug`"));
    }
    if target.contains('*') {
        return target.parse().map_err(|error: RuleError| RuleError::new(source, span, error.message()));
    }
    Ok(TargetPattern::prefix(target))
}

/// The error of a directive with a `[..]` part, which begins at `start`.
fn refuse_span(source: &str, start: usize) -> RuleError {
    let end = source[start..].find(']').map_or(source.len(), |at| start + at + 1);
    let part = shorten(&source[start..end]);
    RuleError::new(source, start..end, format!("`{part}` is a span or field directive, and those are not read here"))
        .help("ask in a route or a filter of the config: `span = request and context.user = 7`")
}

impl FromStr for Directives {
    type Err = RuleError;

    /// Reads directives separated by commas; empty ones are passed over.
    fn from_str(source: &str) -> Result<Self, RuleError> {
        if source.len() > MAX {
            let long = format!("the directives are {} bytes long; {MAX} are the most", source.len());
            return Err(RuleError::new(source, MAX..source.len(), long));
        }
        let mut directives = Self::default();
        let mut start = 0;
        while start <= source.len() {
            let end = source[start..].find([',', '[', '{']).map_or(source.len(), |at| start + at);
            if source[end..].starts_with(['[', '{']) {
                return Err(refuse_span(source, end));
            }
            let piece = &source[start..end];
            if !piece.trim().is_empty() {
                let blanks = piece.len() - piece.trim_start().len();
                directives.add(source, start + blanks..start + piece.trim_end().len())?;
            }
            start = end + 1;
        }
        Ok(directives)
    }
}
