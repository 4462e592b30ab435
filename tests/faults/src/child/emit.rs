//! A thread that emits.

use super::{Shared, tell};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// After so many records a thread tells how far it has come.
const TOLD: u64 = 64;

/// Emits at its part of the rate until it is stopped. What it is behind after a hold-up it does not make good.
pub(super) fn run(thread: u64, shared: &Shared) {
    let options = &shared.options;
    let (mut sequence, mut from, mut before) = (0, Instant::now(), 0);
    while !shared.stop.load(Ordering::Relaxed) && sequence < options.most {
        let micros = u64::try_from(from.elapsed().as_micros()).unwrap_or(u64::MAX);
        let due = before + micros.saturating_mul(options.rate) / options.threads / 1_000_000;
        let due = due.min(sequence + TOLD).min(options.most);
        if shared.pause.load(Ordering::Relaxed) {
            rest(shared);
            (from, before) = (Instant::now(), sequence);
            continue;
        }
        if due <= sequence {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        while sequence < due {
            emit(options.number(thread, sequence), shared);
            sequence += 1;
        }
        if from.elapsed() > Duration::from_millis(100) {
            (from, before) = (Instant::now(), sequence);
        }
        shared.emitted[usize::try_from(thread).unwrap_or(0)].store(sequence, Ordering::Release);
        tell(format_args!("e {thread} {sequence}"));
    }
}

/// Emits nothing until the pause is over.
fn rest(shared: &Shared) {
    shared.resting.fetch_add(1, Ordering::AcqRel);
    while shared.pause.load(Ordering::Relaxed) && !shared.stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(1));
    }
    shared.resting.fetch_sub(1, Ordering::AcqRel);
}

fn emit(number: u64, shared: &Shared) {
    let started = Instant::now();
    if shared.options.poison.is_some_and(|every| number % every == every / 2) {
        tracing::info!(amount = 12.5, user = "ann", "poison #{number};");
    } else {
        tracing::info!(amount = 12.5, user = "ann", "record #{number};");
    }
    shared.times.add(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX));
}
