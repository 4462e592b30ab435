//! What was emitted, what was acknowledged, and what arrived.

use std::time::Duration;

/// The three sets of one run, over all its processes.
#[derive(Debug, Default)]
pub(crate) struct Account {
    emitted: Numbers,
    acked: Numbers,
    /// How often each record arrived.
    arrived: Vec<u32>,
    /// The longest time from the end of a fault, or a start, to the first acknowledgement after it.
    pub(crate) recovery: Duration,
    /// Rows of a ledger that do not add up, as they were told.
    pub(crate) unbalanced: Vec<String>,
}

/// A set of numbers that lie close together.
#[derive(Debug, Default)]
struct Numbers(Vec<bool>);

impl Numbers {
    fn insert(&mut self, number: u64) {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if self.0.len() <= place {
            self.0.resize(place + 1, false);
        }
        self.0[place] = true;
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or(false)
    }

    fn len(&self) -> u64 {
        self.0.iter().filter(|&&there| there).count() as u64
    }
}

impl Account {
    /// A record was emitted.
    pub(crate) fn emitted(&mut self, number: u64) {
        self.emitted.insert(number);
    }

    /// A record was acknowledged.
    pub(crate) fn acked(&mut self, number: u64) {
        self.acked.insert(number);
    }

    /// A record is a dead letter, as it should be: that it was acknowledged before is no promise that it arrives.
    pub(crate) fn dead(&mut self, number: u64) {
        if let Some(acked) = usize::try_from(number).ok().and_then(|place| self.acked.0.get_mut(place)) {
            *acked = false;
        }
    }

    /// A record was found at the far end. It was emitted then, even if the program had no time to say so.
    pub(crate) fn arrived(&mut self, number: u64) {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if self.arrived.len() <= place {
            self.arrived.resize(place + 1, 0);
        }
        self.arrived[place] += 1;
        self.emitted.insert(number);
    }

    /// Forgets what arrived: the far end is read anew.
    pub(crate) fn read_anew(&mut self) {
        self.arrived.clear();
    }

    /// A recovery took so long.
    pub(crate) fn recovered(&mut self, time: Duration) {
        self.recovery = self.recovery.max(time);
    }

    /// Records emitted.
    pub(crate) fn accepted(&self) -> u64 {
        self.emitted.len()
    }

    /// Records acknowledged.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acked.len()
    }

    /// Records that arrived, each counted once.
    pub(crate) fn delivered(&self) -> u64 {
        self.arrived.iter().filter(|&&times| times > 0).count() as u64
    }

    /// Arrivals after the first.
    pub(crate) fn duplicates(&self) -> u64 {
        self.arrived.iter().map(|&times| u64::from(times.saturating_sub(1))).sum()
    }

    /// Records that were acknowledged and did not arrive.
    pub(crate) fn lost(&self) -> u64 {
        (0..self.acked.0.len()).filter(|&place| self.acked.has(place) && !self.has_arrived(place)).count() as u64
    }

    /// Records that were emitted and neither acknowledged nor arrived.
    pub(crate) fn gone(&self) -> u64 {
        let gone = |place: usize| self.emitted.has(place) && !self.acked.has(place) && !self.has_arrived(place);
        (0..self.emitted.0.len()).filter(|&place| gone(place)).count() as u64
    }

    fn has_arrived(&self, place: usize) -> bool {
        self.arrived.get(place).is_some_and(|&times| times > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_are_compared() {
        let mut account = Account::default();
        (0..10).for_each(|number| account.emitted(number));
        (0..6).for_each(|number| account.acked(number));
        [0, 1, 2, 3, 4, 7, 7, 12].into_iter().for_each(|number| account.arrived(number));
        assert_eq!((account.accepted(), account.acknowledged(), account.delivered()), (11, 6, 7));
        assert_eq!((account.lost(), account.gone(), account.duplicates()), (1, 3, 1));
        account.dead(5);
        assert_eq!((account.acknowledged(), account.lost(), account.gone()), (5, 0, 4));
    }
}
