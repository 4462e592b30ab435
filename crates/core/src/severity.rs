//! How serious a record is.

use std::fmt;
use std::str::FromStr;

/// How serious a record is, from the least to the most.
///
/// The numbers are the first number of each range of the OpenTelemetry
/// [severity field](https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).
///
/// ```
/// use tracework_core::Severity;
///
/// assert!(Severity::ERROR > Severity::WARNING);
/// assert_eq!("warn".parse(), Ok(Severity::WARNING));
/// assert_eq!(Severity::CRITICAL.number(), 21);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Severity {
    /// The finest detail.
    TRACE = 1,
    /// Detail for whoever looks for a fault.
    DEBUG = 5,
    /// Ordinary news.
    INFO = 9,
    /// Something is odd, and the program goes on.
    WARNING = 13,
    /// Something failed.
    ERROR = 17,
    /// The program, or a part of it that others need, cannot go on.
    CRITICAL = 21,
}

impl Severity {
    /// The severities, from the least to the most.
    pub const ALL: [Self; 6] = [Self::TRACE, Self::DEBUG, Self::INFO, Self::WARNING, Self::ERROR, Self::CRITICAL];
    /// `tracing`'s spelling of [`Severity::WARNING`].
    pub const WARN: Self = Self::WARNING;
    /// The spelling of [`Severity::CRITICAL`] that syslog's and Java's users know.
    pub const FATAL: Self = Self::CRITICAL;

    /// The OpenTelemetry severity number, 1 to 21.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The severity of an OpenTelemetry severity number; 0 is below all, and numbers above 24 do not exist.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1..=4 => Self::TRACE,
            5..=8 => Self::DEBUG,
            9..=12 => Self::INFO,
            13..=16 => Self::WARNING,
            17..=20 => Self::ERROR,
            21..=24 => Self::CRITICAL,
            _ => return None,
        })
    }

    /// The name, as formats print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TRACE => "TRACE",
            Self::DEBUG => "DEBUG",
            Self::INFO => "INFO",
            Self::WARNING => "WARNING",
            Self::ERROR => "ERROR",
            Self::CRITICAL => "CRITICAL",
        }
    }

    /// The place in [`Severity::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        (self as usize - 1) / 4
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSeverity(pub String);

impl fmt::Display for UnknownSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no severity; there are TRACE, DEBUG, INFO, WARNING, ERROR and CRITICAL", self.0)
    }
}

impl std::error::Error for UnknownSeverity {}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NAMES: [(&str, Severity); 9] = [
            ("TRACE", Severity::TRACE),
            ("DEBUG", Severity::DEBUG),
            ("INFO", Severity::INFO),
            ("WARNING", Severity::WARNING),
            ("WARN", Severity::WARNING),
            ("ERROR", Severity::ERROR),
            ("ERR", Severity::ERROR),
            ("CRITICAL", Severity::CRITICAL),
            ("FATAL", Severity::CRITICAL),
        ];
        let wanted = text.trim();
        NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|&(_, severity)| severity)
            .ok_or_else(|| UnknownSeverity(wanted.to_owned()))
    }
}

/// A set of severities: a threshold, exact levels, or none (off).
///
/// ```
/// use tracework_core::{Severity, SeveritySet};
///
/// let threshold = SeveritySet::at_least(Severity::WARNING);
/// assert!(threshold.contains(Severity::ERROR) && !threshold.contains(Severity::INFO));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct SeveritySet(u8);

impl SeveritySet {
    /// Every severity.
    pub const ALL: Self = Self(0b11_1111);
    /// No severity: off.
    pub const NONE: Self = Self(0);

    /// `least` and everything more serious.
    #[must_use]
    pub const fn at_least(least: Severity) -> Self {
        Self(Self::ALL.0 & !((1 << least.index()) - 1))
    }

    /// Just one severity.
    #[must_use]
    pub const fn only(severity: Severity) -> Self {
        Self(1 << severity.index())
    }

    /// Is `severity` in the set?
    #[must_use]
    pub const fn contains(self, severity: Severity) -> bool {
        self.0 & (1 << severity.index()) != 0
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Is it empty, that is, off?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The least serious member.
    #[must_use]
    pub fn least(self) -> Option<Severity> {
        Severity::ALL.into_iter().find(|&severity| self.contains(severity))
    }

    /// Its members, the least serious first.
    pub fn iter(self) -> impl Iterator<Item = Severity> {
        Severity::ALL.into_iter().filter(move |&severity| self.contains(severity))
    }
}

impl FromIterator<Severity> for SeveritySet {
    fn from_iter<I: IntoIterator<Item = Severity>>(severities: I) -> Self {
        severities.into_iter().fold(Self::NONE, |set, severity| set.union(Self::only(severity)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_number_reads_back() {
        for severity in Severity::ALL {
            assert_eq!(severity.name().parse(), Ok(severity));
            assert_eq!(Severity::from_number(severity.number()), Some(severity));
            assert_eq!(Severity::ALL[severity.index()], severity);
        }
        assert!("loud".parse::<Severity>().is_err());
        assert_eq!(Severity::from_number(0), None);
    }

    #[test]
    fn a_threshold_holds_itself_and_what_is_above() {
        for least in Severity::ALL {
            let set = SeveritySet::at_least(least);
            assert_eq!(set.iter().collect::<Vec<_>>(), Severity::ALL[least.index()..].to_vec());
            assert_eq!(set.least(), Some(least));
        }
    }
}
