//! Whatever happens, the ledger balances at every moment at which it is read.

use super::super::{Outlet, close_all};
use super::support::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tracework_core::*;

/// Marsaglia's xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("it is below `end`")
    }
}

/// A destination that does anything: fails, refuses, panics, dawdles, delivers a part.
fn moody(seed: u64, got: &Arc<AtomicU64>) -> Fake {
    let (mut chance, got) = (Chance(seed), Arc::clone(got));
    Fake::new(move |batch| {
        let outcome = match chance.below(20) {
            0 => Err(Failure::temporary("now and then")),
            1 => Err(Failure::temporary("in the middle").after(batch.len() / 2)),
            2 => Err(Failure::permanent("never").after(batch.len() / 3)),
            3 if chance.below(4) == 0 => panic!("moody"),
            4 => {
                std::thread::sleep(Duration::from_millis(1));
                Ok(())
            }
            _ => Ok(()),
        };
        let ours = batch.records().iter().filter(|record| !record.internal());
        let delivered = outcome.as_ref().map_or_else(Failure::delivered, |()| batch.len());
        got.fetch_add(ours.take(delivered).count() as u64, Ordering::SeqCst);
        outcome
    })
}

const POLICIES: [Overflow; 5] = [
    Overflow::Block { limit: None },
    Overflow::Block { limit: Some(Duration::from_millis(1)) },
    Overflow::DropNewest,
    Overflow::DropOldest,
    Overflow::DropLowest,
];

/// Pushes at random into `outlet`, changing its settings meanwhile; returns how many records.
fn push_at_random(outlet: &Outlet, chance: &mut Chance, rounds: usize) -> u64 {
    let mut pushed = 0;
    for _ in 0..rounds {
        let count = chance.below(40) + 1;
        let records: Vec<(Severity, String)> =
            (0..count).map(|_| (Severity::ALL[chance.below(6)], "x".repeat(chance.below(60)))).collect();
        outlet.push(parcel(&records.iter().map(|(severity, text)| (*severity, text.as_str())).collect::<Vec<_>>()));
        pushed += count as u64;
        match chance.below(60) {
            0 => outlet.command(Command::Rotate),
            1 => outlet.set_batch(BatchSettings { records: chance.below(50) + 1, ..BatchSettings::default() }),
            2 => outlet.set_format(0, Box::new(Plain)),
            3 => _ = outlet.request(super::super::Until::Delivered),
            4 => std::thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
    }
    pushed
}

fn storm(seed: u64, when_full: Overflow) {
    let (got_one, got_two) = (Arc::default(), Arc::default());
    let buffer = BufferSettings { memory: 4_000, when_full };
    let (one, _) = moody(seed, &got_one).start_named("one", |settings| settings.buffer = buffer);
    let (two, _) = moody(seed + 1, &got_two).start_named("two", |settings| {
        settings.buffer = buffer;
        settings.retry.give_up = GiveUp::Attempts(3);
    });
    if seed.is_multiple_of(2) {
        one.set_failover(Some(&two));
    }
    let over = Arc::new(AtomicBool::new(false));
    let reader = std::thread::spawn({
        let (over, outlets) = (Arc::clone(&over), [Arc::clone(&one), Arc::clone(&two)]);
        move || {
            let mut reads = 0;
            while !over.load(Ordering::SeqCst) || reads < 100 {
                outlets.iter().for_each(|outlet| _ = row(outlet));
                reads += 1;
            }
        }
    });
    let mut chance = Chance(seed + 7);
    let pushed = push_at_random(&one, &mut chance, 150);
    let closed = if seed.is_multiple_of(3) { within(5) } else { within(10_000) };
    close_all(&[Arc::clone(&one), Arc::clone(&two)], closed, |_| {});
    over.store(true, Ordering::SeqCst);
    reader.join().expect("every row that was read balances");
    let (row_one, row_two) = (row(&one), row(&two));
    assert_eq!((row_one.accepted, row_one.pending, row_two.pending), (pushed, 0, 0));
    assert_eq!(row_one.handed_over.values().sum::<u64>(), row_two.accepted);
    if !seed.is_multiple_of(3) {
        assert_eq!(row_one.delivered, got_one.load(Ordering::SeqCst));
        assert_eq!(row_two.delivered, got_two.load(Ordering::SeqCst));
    }
}

#[test]
fn every_reading_balances_whatever_happens() {
    for (place, when_full) in POLICIES.into_iter().enumerate() {
        for seed in 0..6 {
            storm(1 + seed + 100 * place as u64, when_full);
        }
    }
}
