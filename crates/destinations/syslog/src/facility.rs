//! Which part of the system a message is of.

use std::fmt;
use std::str::FromStr;

/// Which part of the system a message is of (RFC 5424, table 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facility(u8);

/// The names, in the order of their numbers, as rsyslog and syslog(3) write them.
const NAMES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

impl Facility {
    /// Programs of users: what a message is of if nothing else is said.
    pub const USER: Self = Self(1);
    /// Services of the system.
    pub const DAEMON: Self = Self(3);
    /// Who came in.
    pub const AUTH: Self = Self(4);
    /// The audit log.
    pub const AUDIT: Self = Self(13);
    /// The first of eight for whatever a site agrees on.
    pub const LOCAL0: Self = Self(16);

    /// All of them, each with its name.
    pub fn all() -> impl Iterator<Item = (&'static str, Self)> {
        NAMES.into_iter().zip((0..).map(Self))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl fmt::Display for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is the name of no facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFacility;

impl fmt::Display for UnknownFacility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such facility; there are {}", NAMES.join(", "))
    }
}

impl std::error::Error for UnknownFacility {}

impl FromStr for Facility {
    type Err = UnknownFacility;

    fn from_str(name: &str) -> Result<Self, UnknownFacility> {
        Self::all().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| found).ok_or(UnknownFacility)
    }
}
