//! Which of the healthy requests are logged.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::sync::OnceLock;

/// Which of the healthy requests are logged. A request that failed or was slow is logged always.
///
/// ```
/// use tracework_tower::Sampling;
///
/// assert_eq!(Sampling::one_in(0), Sampling::All);
/// assert_eq!(Sampling::probability(7.0), Sampling::All);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Sampling {
    /// Every one.
    #[default]
    All,
    /// The first, and then each n-th, over all connections.
    OneIn(NonZeroU32),
    /// Each with this probability, from 0 to 1.
    Probability(f64),
}

impl Sampling {
    /// The first of `n`, the first of the next `n`, and so on; every one for 0 and 1.
    #[must_use]
    pub fn one_in(n: u32) -> Self {
        NonZeroU32::new(n).filter(|n| n.get() > 1).map_or(Self::All, Self::OneIn)
    }

    /// Each with this probability: none at 0 and below, every one from 1 on.
    #[must_use]
    pub fn probability(probability: f64) -> Self {
        if probability >= 1.0 { Self::All } else { Self::Probability(probability.max(0.0)) }
    }

    /// Is the healthy request of this number logged?
    pub(crate) fn keeps(self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::OneIn(n) => number.is_multiple_of(n.get().into()),
            Self::Probability(probability) => draw(number) < probability,
        }
    }
}

/// A number from 0 to 1 that nobody outside can foretell.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a float holds")]
fn draw(number: u64) -> f64 {
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    let mixed = KEYS.get_or_init(RandomState::new).hash_one(number);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::Sampling;

    #[test]
    fn one_in_n_is_exact_and_a_probability_is_kept_on_the_whole() {
        let kept = |sampling: Sampling| (0..10_000).filter(|&number| sampling.keeps(number)).count();
        assert_eq!([kept(Sampling::All), kept(Sampling::one_in(10))], [10_000, 1_000]);
        assert_eq!([kept(Sampling::probability(0.0)), kept(Sampling::probability(f64::NAN))], [0, 0]);
        let quarter = kept(Sampling::probability(0.25));
        assert!((2_200..2_800).contains(&quarter), "{quarter}");
    }
}
