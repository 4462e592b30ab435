//! Whatever a destination does, and however often the program is started again: nothing that was accepted is missing,
//! each reading of the ledger balances, and the order is kept.

use super::spool::{at_least_once, close};
use super::support::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracework_core::*;

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

type Taken = Arc<Mutex<Vec<String>>>;

/// A destination that fails, takes a part, refuses for a time, panics once in a while, dawdles; and never refuses for
/// good.
fn moody(seed: u64, taken: &Taken) -> Fake {
    let (mut chance, taken) = (Chance(seed | 1), Arc::clone(taken));
    Fake::new(move |batch| {
        let lines: Vec<_> = batch.iter().map(|(_, line)| String::from_utf8_lossy(line).trim_end().to_owned()).collect();
        let take = |range: std::ops::Range<usize>| {
            taken.lock().expect("no test panics here").extend_from_slice(&lines[range]);
        };
        match chance.below(12) {
            0 => Err(Failure::temporary("now and then")),
            1 => {
                take(0..lines.len() / 2);
                Err(Failure::temporary("in the middle").after(lines.len() / 2))
            }
            2 => {
                take(0..lines.len() - 1);
                let refusal = Refusal { at: lines.len() - 1, class: FailureClass::Temporary, reason: "busy".into() };
                Err(Failure::partial(vec![refusal]))
            }
            3 => {
                std::thread::sleep(Duration::from_millis(2));
                take(0..lines.len());
                Ok(())
            }
            4 => Err(Failure::temporary("wait").retry_after(Duration::from_millis(5))),
            _ => {
                take(0..lines.len());
                Ok(())
            }
        }
    })
}

fn storm(seed: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = Taken::default();
    let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9) | 1);
    let (mut next, mut pending) = (0, 0);
    for life in 0..5 {
        let (outlet, _) = moody(seed + life, &taken).start(|settings| {
            at_least_once(settings, folder.path());
            settings.buffer.memory = 4_000 + usize::try_from(chance.below(40_000)).expect("it is small");
            settings.batch.records = 1 + usize::try_from(chance.below(40)).expect("it is small");
        });
        let recovered = row(&outlet).recovered;
        assert!((pending..=pending + 40).contains(&recovered), "what was left is found again: {pending}, {recovered}");
        for _ in 0..chance.below(60) {
            let count = 1 + usize::try_from(chance.below(30)).expect("it is small");
            outlet.wait_for_room();
            outlet.push(numbers(next..next + count));
            next += count;
            _ = row(&outlet);
        }
        if chance.below(3) == 0 {
            assert!(flush(&outlet));
        }
        // As long as a busy disk may take for what is not written yet.
        let last = close(&outlet, 250 + chance.below(250));
        assert_eq!((last.lost(), last.pending, last.dead_lettered), (0, last.spooled, 0), "{last:?}");
        pending = last.pending;
    }
    let (outlet, _) = Fake::new({
        let taken = Arc::clone(&taken);
        move |batch| {
            let lines = batch.iter().map(|(_, line)| String::from_utf8_lossy(line).trim_end().to_owned());
            taken.lock().expect("no test panics here").extend(lines);
            Ok(())
        }
    })
    .start(|settings| at_least_once(settings, folder.path()));
    assert!(flush(&outlet));
    let taken = taken.lock().expect("no test panics here");
    let all: BTreeSet<_> = taken.iter().cloned().collect();
    assert_eq!(all, lines(0..next).into_iter().collect(), "seed {seed}: each at least once");
    // The first time that each came, they came in order.
    let mut newest = 0;
    let mut met = BTreeSet::new();
    for line in taken.iter().filter(|line| met.insert((*line).clone())) {
        let number: usize = line[1..].parse().expect("a number");
        assert!(number >= newest, "seed {seed}: {number} after {newest}");
        newest = number;
    }
}

#[test]
fn nothing_is_missing_whatever_happens() {
    (0..20).for_each(|seed| storm(1 + seed));
}
