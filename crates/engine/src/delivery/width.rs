//! How many batches are handed over at once: additive increase, multiplicative decrease. A pure calculation.

use std::time::Duration;
use tracework_core::Concurrency;

/// Answers that take up to so many times as long as the quickest come no later.
const SOON: f64 = 1.5;
/// Answers that take more than so many times as long as the quickest are late.
const LATE: f64 = 2.0;
/// What is left of the width after late answers.
const AFTER_LATE: f64 = 0.9;
/// After so many answers the best is sought anew, with half the width: a way that became longer is not taken for a
/// server that has too much to do.
const ANEW: u32 = 200;

/// More batches in a time, by so much, are worth it although the answers come later.
const WORTH: f64 = 1.1;
/// Less of the best rate than this is too little for answers that come late.
const POOR: f64 = 0.75;
/// What is left of the best rate after each answer: one that was quick by luck is not asked of all others.
const FADES: f64 = 0.98;

/// How many batches are handed over at once.
#[derive(Debug)]
pub(super) struct Width {
    settings: Concurrency,
    /// How many the destination can take.
    most: usize,
    now: f64,
    /// The best answers of late.
    best: Option<Best>,
}

/// The best answers since it was last sought anew.
#[derive(Clone, Copy, Debug)]
struct Best {
    /// The time of the quickest.
    quickest: Duration,
    /// The most batches in a second.
    rate: f64,
    /// How many answers came since.
    answers: u32,
}

impl Width {
    pub(super) fn new(settings: Concurrency) -> Self {
        Self { settings, most: 1, now: 1.0, best: None }
    }

    pub(super) fn set(&mut self, settings: Concurrency) {
        self.settings = settings;
    }

    /// The destination can take so many.
    pub(super) fn set_most(&mut self, most: usize) {
        self.most = most.max(1);
        self.now = self.now.min(self.bound());
    }

    /// How many now.
    pub(super) fn now(&self) -> usize {
        match self.settings {
            // It is between one and `most`.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is at least one, and small"
            )]
            Concurrency::Auto => self.now.round() as usize,
            Concurrency::Fixed(width) => width.clamp(1, self.most),
        }
    }

    fn bound(&self) -> f64 {
        f64::from(u32::try_from(self.most).unwrap_or(u32::MAX))
    }

    /// So many batches were answered in `took`. Later answers are no harm as long as more batches get through: they may
    /// share a way, or the writing of the requests.
    pub(super) fn answered(&mut self, batches: usize, took: Duration) {
        let rate = f64::from(u32::try_from(batches).unwrap_or(u32::MAX)) / took.as_secs_f64().max(1e-9);
        let Some(best) = &mut self.best else {
            self.best = Some(Best { quickest: took, rate, answers: 0 });
            return;
        };
        let (is_worth_it, is_poor) = (rate > best.rate * WORTH, rate < best.rate * POOR);
        *best =
            Best { quickest: best.quickest.min(took), rate: (best.rate * FADES).max(rate), answers: best.answers + 1 };
        let (quickest, answers) = (best.quickest, best.answers);
        if answers > ANEW {
            (self.now, self.best) = ((self.now / 2.0).max(1.0), None);
        } else if took > quickest.mul_f64(LATE) && is_poor {
            if self.now <= 1.0 {
                self.best = None;
            }
            self.now = (self.now * AFTER_LATE).max(1.0);
        } else if (took <= quickest.mul_f64(SOON) || is_worth_it) && batches >= self.now() {
            self.now = (self.now + 1.0).min(self.bound());
        }
    }

    /// One of them failed in a way that time may heal.
    pub(super) fn failed(&mut self) {
        self.now = (self.now / 2.0).max(1.0);
    }

    /// Nothing is known of it any more: it was down.
    pub(super) fn reset(&mut self) {
        (self.now, self.best) = (1.0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers in 10 ms, and takes longer as soon as it gets more than `knee` at once.
    fn settle(knee: usize, rounds: usize) -> Width {
        let mut width = Width::new(Concurrency::Auto);
        width.set_most(64);
        for _ in 0..rounds {
            let now = width.now();
            let over = u32::try_from(now.saturating_sub(knee)).expect("it is small");
            width.answered(now, Duration::from_millis(10) + Duration::from_millis(4) * over);
        }
        width
    }

    #[test]
    fn it_grows_as_long_as_the_answers_come_no_later_and_not_far_beyond() {
        assert_eq!(settle(64, 150).now(), 64, "nothing slows it");
        for rounds in (50..2_000).step_by(17) {
            let some = settle(8, rounds).now();
            assert!((4..=12).contains(&some), "it settles near what the server takes: {some} after {rounds}");
        }
    }

    #[test]
    fn answers_that_come_later_are_no_harm_while_more_gets_through() {
        let mut width = Width::new(Concurrency::Auto);
        width.set_most(4);
        for _ in 0..20 {
            // Half of the time is the way there and back, the other half is spent for each batch.
            let now = u32::try_from(width.now()).expect("it is small");
            width.answered(width.now(), Duration::from_millis(10) + Duration::from_millis(10) * now);
        }
        assert_eq!(width.now(), 4);
    }

    #[test]
    fn a_server_whose_answers_take_a_while_now_longer_now_shorter_gets_what_it_can_take() {
        let mut width = Width::new(Concurrency::Auto);
        width.set_most(4);
        let (mut chance, mut all) = (7_u64, 0);
        for _ in 0..1_000 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let now = u32::try_from(width.now()).expect("it is small");
            // 60 ms whatever it is, 5 ms for each batch, and half as much again or less by chance.
            let percent = u32::try_from(60 + (chance >> 33) % 90).expect("it is small");
            width.answered(width.now(), (Duration::from_millis(60) + Duration::from_millis(5) * now) * percent / 100);
            all += now;
        }
        assert!(all > 3_500, "{all} batches in a thousand rounds of four at the most");
    }

    #[test]
    fn a_server_that_does_one_after_the_other_is_not_handed_many() {
        let mut width = Width::new(Concurrency::Auto);
        width.set_most(64);
        for _ in 0..150 {
            let now = u32::try_from(width.now()).expect("it is small");
            width.answered(width.now(), Duration::from_millis(10) * now);
        }
        assert!(width.now() <= 2, "{}", width.now());
    }

    #[test]
    fn it_halves_with_a_failure_and_begins_anew_after_one_was_down() {
        let mut width = settle(64, 100);
        width.failed();
        assert_eq!(width.now(), 32);
        (0..20).for_each(|_| width.failed());
        assert_eq!(width.now(), 1);
        let mut width = settle(64, 100);
        width.reset();
        assert_eq!(width.now(), 1);
    }

    #[test]
    fn batches_that_did_not_fill_it_do_not_widen_it() {
        let mut width = Width::new(Concurrency::Auto);
        width.set_most(16);
        (0..50).for_each(|_| width.answered(1, Duration::from_millis(5)));
        assert_eq!(width.now(), 2, "one more was tried, and never used");
    }

    #[test]
    fn a_way_that_became_longer_is_no_reason_to_stay_narrow() {
        let mut width = settle(64, 100);
        for _ in 0..400 {
            width.answered(width.now(), Duration::from_millis(80));
        }
        assert_eq!(width.now(), 64);
    }

    #[test]
    fn a_fixed_one_is_what_was_said_as_far_as_the_destination_can() {
        let mut width = Width::new(Concurrency::Fixed(8));
        assert_eq!(width.now(), 1);
        width.set_most(4);
        assert_eq!(width.now(), 4);
        width.set_most(64);
        width.failed();
        assert_eq!(width.now(), 8);
        width.set(Concurrency::Auto);
        assert_eq!(width.now(), 1);
    }
}
