//! What tells one event from all others.

use crate::Timestamp;
use std::fmt;
use std::str::FromStr;

/// The id of an event: a UUID of version 7 (RFC 9562, section 5.7). Its time is that of the record, in milliseconds and 4,096th
/// of them (section 6.2, method 3), so ids sort as events do, to a quarter of a microsecond. The other 62 bits come from the
/// number of the event in its process, and a random number of that run of the program.
///
/// Two events of one run never share an id, since their numbers differ and what is made of them is a permutation. Those of
/// different runs share one by chance alone.
///
/// ```
/// use tracework_core::{EventId, Timestamp};
///
/// let id = EventId::new(Timestamp(1_768_473_045_123_456_000), 0xC0FFEE, 42);
/// assert!(id < EventId::new(Timestamp(1_768_473_045_123_456_250), 0xC0FFEE, 7));
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(&id.to_string()[..15], "019bc135-2883-7");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u128);

/// The text is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnEventId;

impl EventId {
    /// The id of event `number` of a `run`, at `time`.
    #[must_use]
    pub fn new(time: Timestamp, run: u64, number: u64) -> Self {
        let millis = time.0.div_euclid(MILLI).cast_unsigned() & ((1 << 48) - 1);
        let fraction = (time.0.rem_euclid(MILLI).cast_unsigned() << 12) / MILLI.cast_unsigned();
        let high = u128::from(millis << 16 | 7 << 12 | fraction);
        Self(high << 64 | 0b10 << 62 | u128::from(mix(mix(number) ^ run)))
    }

    /// The id that these bytes are, most significant first.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// Its bytes, most significant first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Its usual text, 36 bytes, without an allocation.
    ///
    /// ```
    /// use tracework_core::EventId;
    ///
    /// let mut text = [0; 36];
    /// assert_eq!(EventId::from_bytes([0x5a; 16]).write(&mut text), "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
    /// ```
    #[inline]
    pub fn write(self, out: &mut [u8; 36]) -> &str {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut at = 0;
        for (place, byte) in self.to_bytes().into_iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                out[at] = b'-';
                at += 1;
            }
            out[at] = DIGITS[usize::from(byte >> 4)];
            out[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        std::str::from_utf8(out).unwrap_or_default()
    }
}

/// A millisecond in nanoseconds.
const MILLI: i64 = 1_000_000;

/// A permutation of the 62-bit numbers that leaves no pattern: the finaliser of SplitMix64 (Steele, Lea, Flood: Fast
/// splittable pseudorandom number generators, OOPSLA 2014), each step of which is one on so many bits too.
fn mix(number: u64) -> u64 {
    const BITS: u64 = (1 << 62) - 1;
    let number = number & BITS;
    let mixed = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9) & BITS;
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB) & BITS;
    mixed ^ mixed >> 31
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write(&mut [0; 36]))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    /// Reads the usual form of a UUID: 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between.
    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
        let parts = text.split('-');
        let shaped = parts.clone().map(str::len).eq(LENGTHS);
        let digits: String = parts.collect();
        if !shaped || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAnEventId);
        }
        u128::from_str_radix(&digits, 16).map(Self).map_err(|_| NotAnEventId)
    }
}

impl fmt::Display for NotAnEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an event id: expected a UUID such as 019bc173-d943-7000-8000-000000000000")
    }
}

impl std::error::Error for NotAnEventId {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn events_of_one_run_and_of_several_differ() {
        let mut seen = HashSet::new();
        for run in [0, 1, u64::MAX, 0xDEAD_BEEF] {
            for draft in 0..8 {
                for number in 0..2_000 {
                    assert!(
                        seen.insert(EventId::new(Timestamp(5), run, draft << 40 | number)),
                        "{run} {draft} {number}"
                    );
                }
            }
        }
    }

    #[test]
    fn it_is_a_uuid_of_version_7_and_of_the_usual_variant() {
        for number in 0..1_000 {
            let id = EventId::new(Timestamp(i64::MAX), 7, number).to_bytes();
            assert_eq!((id[6] >> 4, id[8] >> 6), (7, 0b10));
        }
    }

    #[test]
    fn later_events_sort_behind_earlier_ones() {
        let at = |millis: i64| EventId::new(Timestamp(millis * 1_000_000), 99, 3);
        assert!(at(1) < at(2) && at(2) < at(1_000_000));
        let mut last = EventId::new(Timestamp(0), 99, 0);
        for number in 1..10_000 {
            let next = EventId::new(Timestamp(250 * i64::try_from(number).expect("it is small")), 99, number);
            assert!(last < next, "{number}");
            last = next;
        }
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        for text in [
            "",
            "x",
            "019bc173d94370008000000000000000",
            "+19bc173-d943-7000-8000-000000000000",
            "019bc173-d943-7000-8000-00000000000g",
        ] {
            assert_eq!(text.parse::<EventId>(), Err(NotAnEventId), "{text}");
        }
    }
}
