//! What sort of record it is.

use std::fmt;
use std::str::FromStr;

/// What sort of record it is. A destination says which kinds it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Kind {
    /// An ordinary log line.
    #[default]
    Log = 0,
    /// A line of the audit log.
    Audit = 1,
    /// A security event.
    Security = 2,
    /// The progress of a job.
    Job = 3,
    /// A measured figure.
    Metric = 4,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Log, Self::Audit, Self::Security, Self::Job, Self::Metric];

    /// The name, as formats print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Audit => "audit",
            Self::Security => "security",
            Self::Job => "job",
            Self::Metric => "metric",
        }
    }

    /// The kind with this number, as records store it.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Log,
            1 => Self::Audit,
            2 => Self::Security,
            3 => Self::Job,
            4 => Self::Metric,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no kind; there are log, audit, security, job and metric", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    /// Reads a kind; `JOB_STATUS` is another name of `job`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim();
        if wanted.eq_ignore_ascii_case("JOB_STATUS") {
            return Ok(Self::Job);
        }
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| UnknownKind(wanted.to_owned()))
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindSet(u8);

impl KindSet {
    /// Every kind.
    pub const ALL: Self = Self(0b1_1111);
    /// No kind.
    pub const NONE: Self = Self(0);

    /// Just one kind.
    #[must_use]
    pub const fn only(kind: Kind) -> Self {
        Self(1 << kind as u8)
    }

    /// Is `kind` in the set?
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its members.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}

impl Default for KindSet {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, |set, kind| set.union(Self::only(kind)))
    }
}
