//! Sizes and times as people write them: `64MiB`, `30d`, `1h30m`.

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
const TIMES: [(&str, u64); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// The bytes of a size: a number, with a fraction if wanted, and `B`, `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024),
/// `kB`, `MB`, `GB` or `TB` (powers of 1000), in capitals or not. A number alone is bytes.
///
/// ```
/// assert_eq!(tracework_config::units::bytes("64MiB"), Some(64 << 20));
/// assert_eq!(tracework_config::units::bytes("64 parsecs"), None);
/// ```
#[must_use]
pub fn bytes(text: &str) -> Option<u64> {
    let (amount, rest) = amount(text.trim(), &SIZES)?;
    if rest.is_empty() { u64::try_from(amount).ok() } else { None }
}

/// A time: numbers with `ns`, `us`, `ms`, `s`, `m` (or `min`), `h`, `d` or `w`, one after the other. Days have 24 hours.
/// `0` needs no unit.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(tracework_config::units::duration("1h30m"), Some(Duration::from_secs(5400)));
/// assert_eq!(tracework_config::units::duration("soon"), None);
/// ```
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut sum = 0_u128;
    loop {
        let (nanos, after) = amount(rest, &TIMES)?;
        sum = sum.checked_add(nanos)?;
        rest = after;
        if rest.is_empty() {
            return u64::try_from(sum).ok().map(Duration::from_nanos);
        }
    }
}

/// The first number and unit of `text`, multiplied, and what follows them.
fn amount<'a>(text: &'a str, units: &[(&str, u64)]) -> Option<(u128, &'a str)> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    let rest = rest.trim_start();
    let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let (unit, after) = rest.split_at(end);
    let &(_, factor) = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    Some((multiply(number, factor)?, after.trim_start()))
}

/// `number`, which may have a fraction of up to nine digits, times `factor`, rounded down.
fn multiply(number: &str, factor: u64) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok().filter(|digits| (1..=9).contains(digits))?);
    let part = fraction.parse::<u128>().ok()? * u128::from(factor) / scale;
    u128::from(whole.parse::<u64>().ok()?).checked_mul(u128::from(factor))?.checked_add(part)
}
