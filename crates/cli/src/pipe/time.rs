//! Reading times.

use tracework::core::Timestamp;

/// A time as RFC 3339 has it; a blank may stand for the `T`.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    if !(shape(4, b"-") && shape(7, b"-") && shape(10, b"Tt ") && shape(13, b":") && shape(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2)?);
    let (hour, minute, second) = (number(bytes, 11, 2)?, number(bytes, 14, 2)?, number(bytes, 17, 2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanos, rest) = fraction(&bytes[19..])?;
    let offset = offset(rest)?;
    // A leap second is told as the last one before it.
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second.min(59) - offset;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos).map(Timestamp)
}

/// Milliseconds since 1970, perhaps with a fraction.
pub(super) fn milliseconds(text: &str) -> Option<Timestamp> {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.checked_mul(1_000_000).map(Timestamp);
    }
    let nanos = text.parse::<f64>().ok()? * 1e6;
    // Beyond this, nanoseconds do not fit.
    if nanos.abs() >= 9.2e18 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit was refused")]
    Some(Timestamp(nanos as i64))
}

#[inline]
fn number(bytes: &[u8], at: usize, digits: usize) -> Option<i64> {
    bytes
        .get(at..at + digits)?
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// `.123456` as nanoseconds, and what follows.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',', digits)) = bytes.split_first() else { return Some((0, bytes)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let nanos =
        (0..9).fold(0, |sum, place| sum * 10 + digits[..count].get(place).map_or(0, |byte| i64::from(byte - b'0')));
    Some((nanos, &digits[count..]))
}

/// `Z`, `+01:00` or `+0100` as seconds.
fn offset(bytes: &[u8]) -> Option<i64> {
    let sign = match bytes.first()? {
        b'Z' | b'z' => return (bytes.len() == 1).then_some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let minutes_at = match bytes.len() {
        6 if bytes[3] == b':' => 4,
        5 => 3,
        _ => return None,
    };
    let (hours, minutes) = (number(bytes, 1, 2)?, number(bytes, minutes_at, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, rfc3339};

    #[test]
    fn times_are_read_in_every_spelling_of_the_rfc() {
        let nanos = |text| rfc3339(text).map(|time| time.0);
        assert_eq!(nanos("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(nanos("2026-01-15T10:30:45.123456Z"), Some(1_768_473_045_123_456_000));
        assert_eq!(nanos("2026-01-15 11:30:45.123456+01:00"), nanos("2026-01-15t10:30:45.123456z"));
        assert_eq!(nanos("2026-01-15T05:30:45-0500"), nanos("2026-01-15T10:30:45Z"));
        assert_eq!(nanos("2024-02-29T00:00:00Z"), Some(1_709_164_800_000_000_000));
        assert_eq!(nanos("1969-12-31T23:59:59.5Z"), Some(-500_000_000));
        assert_eq!(nanos("2016-12-31T23:59:60Z"), nanos("2016-12-31T23:59:59Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "now",
            "2026-01-15",
            "2026-01-15T10:30:45",
            "2026-13-15T10:30:45Z",
            "2025-02-29T00:00:00Z",
            "2026-01-15T24:00:00Z",
            "2026-01-15T10:30:45.Z",
            "2026-01-15T10:30:45+25:00",
            "2026-01-15T10:30:45Zx",
            "9999-01-01T00:00:00Z",
            "2026-01-15T10:30:45+1:00",
            "0000-00-00T00:00:00Z",
        ] {
            assert_eq!(rfc3339(bad), None, "{bad}");
        }
    }

    #[test]
    fn milliseconds_may_have_a_fraction_and_must_fit() {
        assert_eq!(milliseconds("1768473045123").map(|time| time.0), Some(1_768_473_045_123_000_000));
        assert_eq!(milliseconds("0.5").map(|time| time.0), Some(500_000));
        assert_eq!(milliseconds("1e300"), None);
        assert_eq!(milliseconds("9223372036854775807"), None);
    }
}
