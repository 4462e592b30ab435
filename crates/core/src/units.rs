//! Sizes and times as people write them: `64MiB`, `30d`, `1h30m`.
//!
//! ```
//! use std::time::Duration;
//! use tracework_core::units;
//!
//! assert_eq!(units::bytes("64MiB"), Ok(64 << 20));
//! assert_eq!(units::duration("1h30m"), Ok(Duration::from_secs(5400)));
//! assert_eq!(
//!     units::bytes("64 parsecs").unwrap_err().to_string(),
//!     "`64 parsecs` is no size: `parsecs` is no unit; a size is a number and a unit, such as 512KiB, 64MiB or 2GB"
//! );
//! ```

use std::fmt;
use std::time::Duration;

/// The units of a size, each with its bytes. `K`, `M`, `G` and `T` alone are powers of 1024, as most tools read them.
const SIZES: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("t", 1 << 40),
    ("tib", 1 << 40),
];

/// The units of a time, each with its nanoseconds.
const TIMES: [(&str, u64); 17] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("sec", 1_000_000_000),
    ("second", 1_000_000_000),
    ("seconds", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("minute", 60_000_000_000),
    ("minutes", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("hour", 3_600_000_000_000),
    ("hours", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// A text that is no size or no time, and what would be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    text: String,
    noun: &'static str,
    reason: String,
    right: &'static str,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no {}: {}; {}", self.text, self.noun, self.reason, self.right)
    }
}

impl std::error::Error for UnitError {}

/// The names of the units of a size, which may also be written in capitals or not; one is empty.
pub fn size_units() -> impl Iterator<Item = &'static str> {
    SIZES.iter().map(|(name, _)| *name)
}

/// The names of the units of a time, which may also be written in capitals or not.
pub fn time_units() -> impl Iterator<Item = &'static str> {
    TIMES.iter().map(|(name, _)| *name)
}

/// The bytes of a size: a number, with a fraction if wanted, and `B`, `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024),
/// `kB`, `MB`, `GB` or `TB` (powers of 1000), in capitals or not. A number alone is bytes.
///
/// # Errors
///
/// Fails on any other text, and on a size of 2^64 bytes or more.
pub fn bytes(text: &str) -> Result<u64, UnitError> {
    let fail = |reason: String| UnitError {
        text: text.to_owned(),
        noun: "size",
        reason,
        right: "a size is a number and a unit, such as 512KiB, 64MiB or 2GB",
    };
    let (amount, rest) = amount(text.trim(), &SIZES).map_err(fail)?;
    if rest.is_empty() {
        u64::try_from(amount).map_err(|_| fail("it is too large".to_owned()))
    } else {
        Err(fail(format!("`{rest}` follows the unit")))
    }
}

/// A time: numbers with `ns`, `us`, `ms`, `s`, `m` (or `min`), `h`, `d` or `w`, one after the other. Days have
/// 24 hours. `0` needs no unit.
///
/// # Errors
///
/// Fails on any other text, and on a time of more than 584 years.
pub fn duration(text: &str) -> Result<Duration, UnitError> {
    let fail = |reason: String| UnitError {
        text: text.to_owned(),
        noun: "time",
        reason,
        right: "a time is a number and a unit, such as 500ms, 30s, 10m, 1h30m or 30d",
    };
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut sum = 0_u128;
    loop {
        let (nanos, after) = amount(rest, &TIMES).map_err(fail)?;
        sum = sum.saturating_add(nanos);
        rest = after;
        if rest.is_empty() {
            return u64::try_from(sum).map(Duration::from_nanos).map_err(|_| fail("it is too long".to_owned()));
        }
    }
}

/// The first number and unit of `text`, multiplied, and what follows them.
fn amount<'a>(text: &'a str, units: &[(&str, u64)]) -> Result<(u128, &'a str), String> {
    let digits =
        text.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '_').unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Err(if text.is_empty() {
            "it is empty".to_owned()
        } else {
            "it does not begin with a number".to_owned()
        });
    }
    let rest = rest.trim_start();
    let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let (unit, after) = rest.split_at(end);
    let Some(&(_, factor)) = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) else {
        return Err(if unit.is_empty() { "it has no unit".to_owned() } else { format!("`{unit}` is no unit") });
    };
    multiply(number, factor)
        .map(|product| (product, after.trim_start()))
        .ok_or_else(|| format!("`{number}` is no number"))
}

/// `number`, which may have a fraction, times `factor`, rounded down.
fn multiply(number: &str, factor: u64) -> Option<u128> {
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, "0"));
    // Nine digits of a fraction tell every nanosecond of a second, and more than anyone means of a terabyte.
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok().filter(|digits| (1..=9).contains(digits))?);
    let part = fraction.parse::<u128>().ok()? * u128::from(factor) / scale;
    u128::from(whole.parse::<u64>().ok()?).checked_mul(u128::from(factor))?.checked_add(part)
}

/// A size as [`bytes`] reads it, exactly: `64MiB`, `1000`.
///
/// ```
/// assert_eq!(tracework_core::units::show_bytes(64 << 20), "64MiB");
/// ```
#[must_use]
pub fn show_bytes(bytes: u64) -> String {
    let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units.into_iter().find(|&(_, unit)| bytes >= unit && bytes.is_multiple_of(unit));
    unit.map_or_else(|| bytes.to_string(), |(name, unit)| format!("{}{name}", bytes / unit))
}

/// A time as [`duration`] reads it, exactly: `1h30m`, `500ms`. A time that is longer than that can read becomes the
/// longest that it can.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(tracework_core::units::show_duration(Duration::from_millis(5_400_500)), "1h30m500ms");
/// ```
#[must_use]
pub fn show_duration(time: Duration) -> String {
    let units = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let mut rest = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (name, unit) in units {
        if rest >= unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

/// What can stand for a size: a number of bytes, or a text such as `64MiB`.
pub trait ToBytes {
    /// The bytes.
    ///
    /// # Errors
    ///
    /// Fails on a text that [`bytes`] does not understand.
    fn to_bytes(self) -> Result<u64, UnitError>;
}

impl ToBytes for u64 {
    fn to_bytes(self) -> Result<u64, UnitError> {
        Ok(self)
    }
}

impl ToBytes for &str {
    fn to_bytes(self) -> Result<u64, UnitError> {
        bytes(self)
    }
}

/// What can stand for a time: a [`Duration`], or a text such as `30d`.
pub trait ToDuration {
    /// The time.
    ///
    /// # Errors
    ///
    /// Fails on a text that [`duration`] does not understand.
    fn to_duration(self) -> Result<Duration, UnitError>;
}

impl ToDuration for Duration {
    fn to_duration(self) -> Result<Duration, UnitError> {
        Ok(self)
    }
}

impl ToDuration for &str {
    fn to_duration(self) -> Result<Duration, UnitError> {
        duration(self)
    }
}
