//! How long callers took, in buckets an eighth of their value wide.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets of nanoseconds: eight for each doubling.
const BUCKETS: usize = 64 * 8;

/// Counts of times, which several threads add to.
pub(crate) struct Histogram {
    counts: Vec<AtomicU64>,
    longest: AtomicU64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { counts: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(), longest: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)].fetch_add(1, Ordering::Relaxed);
        self.longest.fetch_max(nanoseconds, Ordering::Relaxed);
    }

    /// The count, the median, the 99th percentile and the longest since the last time.
    pub(crate) fn take(&self) -> [u64; 4] {
        let counts: Vec<_> = self.counts.iter().map(|count| count.swap(0, Ordering::Relaxed)).collect();
        let all = counts.iter().sum();
        let at = |part: f64| {
            let mut left = (all as f64 * part).ceil();
            let found = counts.iter().position(|&count| {
                left -= count as f64;
                left <= 0.0
            });
            found.map_or(0, value)
        };
        [all, at(0.5), at(0.99), self.longest.swap(0, Ordering::Relaxed)]
    }
}

fn bucket(value: u64) -> usize {
    if value < 8 {
        return usize::try_from(value).unwrap_or(0);
    }
    let doublings = value.ilog2() - 3;
    (doublings as usize + 1) * 8 + usize::try_from(value >> doublings).unwrap_or(8) - 8
}

/// The least value of a bucket.
fn value(bucket: usize) -> u64 {
    if bucket < 8 {
        return bucket as u64;
    }
    let (doublings, within) = (bucket / 8 - 1, bucket % 8);
    (within as u64 + 8) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_in_its_bucket() {
        for number in [0, 1, 7, 8, 9, 15, 16, 17, 31, 1_000, 123_456_789, u64::MAX / 2] {
            let least = value(bucket(number));
            assert!(least <= number && number - least <= number / 8, "{number} {least}");
        }
    }

    #[test]
    fn the_parts_are_told() {
        let histogram = Histogram::new();
        (1..=1_000).for_each(|number| histogram.add(number));
        let [all, median, most, longest] = histogram.take();
        assert_eq!((all, longest), (1_000, 1_000));
        assert!((440..=500).contains(&median) && (860..=990).contains(&most), "{median} {most}");
        assert_eq!(histogram.take(), [0; 4]);
    }
}
