//! Times as text.

use crate::number;
use jiff::tz::{Offset, TimeZone};
use std::fmt;
use tracework_core::Timestamp;

/// The time zone in which a format writes times. Summer time is right: the rules are those of the tz database, the
/// system's where there is one, else a copy inside the program.
///
/// ```
/// use tracework_format::Zone;
///
/// let zone = Zone::named("Europe/Berlin")?;
/// assert_eq!(zone.name(), "Europe/Berlin");
/// assert!(Zone::named("Europe/Berlni").is_err());
/// # Ok::<(), tracework_format::UnknownZone>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: Box<str>,
    zone: TimeZone,
}

impl Zone {
    /// Coordinated Universal Time, written `Z`.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".into(), zone: TimeZone::UTC }
    }

    /// The zone with this name in the tz database; `UTC` and `local` are names too.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        match name {
            "UTC" | "utc" | "Z" => Ok(Self::utc()),
            "local" | "system" => Ok(Self::local()),
            _ => match TimeZone::get(name) {
                Ok(zone) => Ok(Self { name: name.into(), zone }),
                Err(_) => Err(UnknownZone(name.to_owned())),
            },
        }
    }

    /// The zone that the system is set to, or UTC if it does not say.
    #[must_use]
    pub fn local() -> Self {
        let zone = TimeZone::system();
        let name = zone.iana_name().unwrap_or("local").into();
        Self { name, zone }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn is_utc(&self) -> bool {
        self.zone == TimeZone::UTC
    }

    /// The time of day there, for patterns.
    pub(crate) fn zoned(&self, time: Timestamp) -> jiff::Zoned {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(time.0)).unwrap_or_default();
        instant.to_zoned(self.zone.clone())
    }

    /// The civil time there at whole `seconds`, and its distance from UTC in minutes. RFC 3339 knows no seconds in a
    /// distance, so zones of old that had some are told to the minute, and the civil time with them.
    fn civil(&self, seconds: i64) -> (jiff::civil::DateTime, i32) {
        let instant = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        let minutes = self.zone.to_offset(instant).seconds() / 60;
        let offset = Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC);
        (offset.to_datetime(instant), minutes)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

/// A name that no time zone has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone(pub String);

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no time zone; write UTC, local, or a name of the tz database such as Europe/Berlin", self.0)
    }
}

impl std::error::Error for UnknownZone {}

/// Writes times, keeping the text of the last second: one more time in it costs a copy.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    zone: Zone,
    /// The second that `text` tells.
    second: Option<i64>,
    /// `2026-01-15T10:30:45.000000+01:00`, padded.
    text: [u8; 32],
    length: usize,
}

/// Where the six digits of the microseconds stand.
const MICROS: std::ops::Range<usize> = 20..26;
/// `2026-01-15T10:30:45`.
const SECONDS: usize = 19;

impl Default for Stamp {
    fn default() -> Self {
        Self::new(Zone::utc())
    }
}

impl Stamp {
    pub(crate) fn new(zone: Zone) -> Self {
        Self { zone, second: None, text: *b"0000-00-00T00:00:00.000000Z     ", length: 27 }
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Appends `2026-01-15T10:30:45.123456Z` ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)), in a named zone with its
    /// distance from UTC.
    #[inline]
    pub(crate) fn rfc3339(&mut self, out: &mut Vec<u8>, time: Timestamp) {
        self.turn_to(time.seconds());
        let mut text = self.text;
        text[MICROS].copy_from_slice(&number::six_digits(time.nanos() / 1000));
        let start = out.len();
        out.extend_from_slice(&text);
        out.truncate(start + self.length);
    }

    /// Appends `2026-01-15 10:30:45`.
    #[inline]
    pub(crate) fn plain(&mut self, out: &mut Vec<u8>, time: Timestamp) {
        self.turn_to(time.seconds());
        let start = out.len();
        out.extend_from_slice(&self.text[..SECONDS]);
        out[start + 10] = b' ';
    }

    #[inline]
    fn turn_to(&mut self, second: i64) {
        if self.second != Some(second) {
            self.write(second);
        }
    }

    #[cold]
    fn write(&mut self, second: i64) {
        let (civil, minutes) = self.zone.civil(second);
        let suffix = match (minutes, self.zone.is_utc()) {
            (_, true) => "Z".to_owned(),
            _ => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        let text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000{suffix:<6}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second()
        );
        self.length = MICROS.end + suffix.len();
        let length = self.text.len();
        self.text.copy_from_slice(&text.as_bytes()[..length]);
        self.second = Some(second);
    }
}
