//! A part of the records.

use super::FilterKey;
use std::hash::{BuildHasher, RandomState};
use tracework_core::{Decision, Description, Record, StatefulFilter, Timestamp};

/// Keeps a part of the records.
///
/// With a key, it keeps or drops all records of a key alike: of a request, everything or nothing. The choice depends on
/// the key's text alone, so that every process and every service makes the same. A record without the key is chosen for
/// itself.
///
/// ```
/// use tracework_engine::{FilterKey, Sample};
///
/// let tenth = Sample::one_in(10).by(FilterKey::parse(["context.request_id"])?);
/// # drop(tenth);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Debug)]
pub struct Sample {
    key: Option<FilterKey>,
    /// Kept are the keys whose hashes are below this.
    below: u128,
    written: String,
    /// One in so many, counted.
    one_in: Option<u64>,
    count: u64,
    random: u64,
}

impl Sample {
    /// Each record with this probability, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2^64, as it was clamped")]
    pub fn probability(probability: f64) -> Self {
        let probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
        let below = (probability * 2_f64.powi(64)) as u128;
        Self::below(below, None, format!("probability: {probability}"))
    }

    /// One record in `many`, at least one: the first, then each one after `many - 1` others.
    #[must_use]
    pub fn one_in(many: u64) -> Self {
        let many = many.max(1);
        Self::below((1 << 64) / u128::from(many), Some(many), format!("one_in: {many}"))
    }

    fn below(below: u128, one_in: Option<u64>, written: String) -> Self {
        let random = RandomState::new().hash_one(0) | 1;
        Self { key: None, below, written, one_in, count: 0, random }
    }

    /// Keeps or drops all records of a key alike.
    #[must_use]
    pub fn by(mut self, key: FilterKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Is the next record kept that is chosen for itself?
    fn next(&mut self) -> bool {
        if let Some(many) = self.one_in {
            self.count += 1;
            return (self.count - 1).is_multiple_of(many);
        }
        // Xorshift: evenly spread, which is all that is asked of it.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        u128::from(self.random) < self.below
    }
}

impl StatefulFilter for Sample {
    fn decide(&mut self, record: &Record<'_>, _: Timestamp) -> Decision {
        let keeps = match self.key.as_ref().and_then(|key| key.everywhere(record)) {
            Some(key) => u128::from(key) < self.below,
            None => self.next(),
        };
        if keeps { Decision::Keep } else { Decision::Drop }
    }

    fn describe(&self) -> String {
        let by = self.key.as_ref().map_or_else(String::new, |key| format!(", by: [{key}]"));
        format!("{{ type: sample, {}{by} }}", self.written)
    }

    fn identity(&self) -> Option<String> {
        Some(self.describe())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("sample");
        let description = match (self.one_in, self.written.strip_prefix("probability: ")) {
            (Some(many), _) => description.with("one_in", many),
            (None, probability) => description.with("probability", probability?),
        };
        Some(description.with_some("by", self.key.as_ref().map(FilterKey::parts)))
    }
}
