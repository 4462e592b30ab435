//! When a period ends, by the clock on the wall of a zone.

use super::Period;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

impl Period {
    /// The first end of a period after `at`. `None` only at the end of all time.
    pub(crate) fn end(self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = at.to_zoned(zone.clone());
        let into_minute = i64::from(local.second());
        let (into, length) = match self {
            Self::Minute => (into_minute, 60),
            Self::Hour => (into_minute + 60 * i64::from(local.minute()), 3600),
            // A day is not a number of hours: the zone knows where the next one begins, and whether midnight exists.
            Self::Day => return Some(local.tomorrow().ok()?.start_of_day().ok()?.timestamp()),
        };
        let begun = Timestamp::from_second(at.as_second()).ok()?;
        // Rounding went towards 1970: before it, to the second that follows.
        let begun = if begun > at { begun.checked_sub(SignedDuration::from_secs(1)).ok()? } else { begun };
        begun.checked_add(SignedDuration::from_secs(length - into)).ok()
    }

    /// No period is longer.
    pub(crate) fn longest(self) -> SignedDuration {
        match self {
            Self::Minute => SignedDuration::from_mins(1),
            Self::Hour => SignedDuration::from_hours(2),
            Self::Day => SignedDuration::from_hours(26),
        }
    }
}

/// When a file is due for rotation by time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    start: Timestamp,
    end: Timestamp,
}

impl Turn {
    /// A file that was begun or last written to at `at`.
    pub(crate) fn new(period: Period, at: Timestamp, zone: &TimeZone) -> Option<Self> {
        Some(Self { start: at, end: period.end(at, zone)? })
    }

    /// Is it over? A clock that is set back a little does not matter; one that is set back by more than a period
    /// begins the period anew, so that the file does not wait for a far day.
    pub(crate) fn is_over(&mut self, period: Period, now: Timestamp, zone: &TimeZone) -> bool {
        if now.saturating_add(period.longest()).is_ok_and(|later| later < self.start)
            && let Some(anew) = Self::new(period, now, zone)
        {
            *self = anew;
        }
        now >= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(period: Period, zone: &str, from: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::get(zone).expect("the zone is known");
        let mut at: Timestamp = from.parse().expect("a time");
        let mut ends = Vec::new();
        for _ in 0..count {
            at = period.end(at, &zone).expect("time goes on");
            ends.push(at.to_zoned(zone.clone()).strftime("%d %H:%M%:z").to_string());
        }
        ends
    }

    #[test]
    fn days_have_23_and_25_hours_where_the_clock_changes() {
        let spring = ends(Period::Day, "Europe/Berlin", "2026-03-28T12:00:00Z", 3);
        assert_eq!(spring, ["29 00:00+01:00", "30 00:00+02:00", "31 00:00+02:00"]);
        let autumn = ends(Period::Day, "Europe/Berlin", "2026-10-24T12:00:00Z", 3);
        assert_eq!(autumn, ["25 00:00+02:00", "26 00:00+01:00", "27 00:00+01:00"]);
    }

    #[test]
    fn a_day_begins_at_one_where_midnight_does_not_exist() {
        let ends = ends(Period::Day, "America/Havana", "2026-03-07T12:00:00Z", 2);
        assert_eq!(ends, ["08 01:00-04:00", "09 00:00-04:00"]);
    }

    #[test]
    fn hours_follow_the_wall_even_with_odd_offsets_and_twice_through_the_same() {
        let autumn = ends(Period::Hour, "Europe/Berlin", "2026-10-25T00:00:00Z", 3);
        assert_eq!(autumn, ["25 02:00+01:00", "25 03:00+01:00", "25 04:00+01:00"]);
        assert_eq!(ends(Period::Hour, "Asia/Kathmandu", "2026-01-01T00:00:00.5Z", 1), ["01 06:00+05:45"]);
        assert_eq!(ends(Period::Minute, "UTC", "1969-12-31T23:58:59.5Z", 2), ["31 23:59+00:00", "01 00:00+00:00"]);
    }

    #[test]
    fn a_clock_set_back_neither_rotates_twice_nor_waits_for_a_far_day() {
        let zone = TimeZone::UTC;
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let mut turn = Turn::new(Period::Day, at("2026-11-21T00:00:00Z"), &zone).expect("a turn");
        assert!(!turn.is_over(Period::Day, at("2026-11-20T23:59:59Z"), &zone));
        assert!(turn.is_over(Period::Day, at("2026-11-22T00:00:00Z"), &zone));
        assert!(!turn.is_over(Period::Day, at("2026-11-01T10:00:00Z"), &zone));
        assert!(turn.is_over(Period::Day, at("2026-11-02T00:00:00Z"), &zone));
    }
}
