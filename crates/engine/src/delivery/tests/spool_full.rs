//! What happens at the bounds of the disk buffer, and spilling.

use super::spool::{at_least_once, close, disk};
use super::support::*;
use crate::DropReason;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework_core::*;

/// A destination that fails until it is told otherwise.
fn down() -> (Fake, Arc<AtomicBool>) {
    let well = Arc::new(AtomicBool::new(false));
    let own = Arc::clone(&well);
    (Fake::new(move |_| if own.load(Ordering::SeqCst) { Ok(()) } else { Err(Failure::temporary("down")) }), well)
}

/// A record of 1,000 bytes or more that begins with its number.
fn long(number: usize) -> crate::round::Parcel {
    let text = format!("n{number:04}{}", "x".repeat(1_000));
    parcel(&[(Severity::INFO, &text)])
}

fn numbers_of(seen: &Seen) -> Vec<usize> {
    let lines = seen.lines();
    lines.iter().filter_map(|line| line.strip_prefix('n')?.get(..4)?.parse().ok()).collect()
}

/// Pushes 1,000 long records to one with 256 KiB on disk and 32 KiB in memory.
fn fill(when_full: Overflow) -> (Arc<super::super::Outlet>, Seen, Arc<AtomicBool>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let (fake, well) = down();
    let (outlet, seen) = fake.start(|settings| {
        at_least_once(settings, folder.path());
        settings.disk = Some(DiskSettings { bytes: 256 << 10, ..disk(folder.path()) });
        settings.buffer = BufferSettings { memory: 32 << 10, when_full };
    });
    (outlet, seen, well, folder)
}

#[test]
fn drop_oldest_gives_up_whole_segments_and_says_so() {
    let (outlet, seen, well, _folder) = fill(Overflow::DropOldest);
    for number in 0..1_000 {
        outlet.push(long(number));
        if number % 10 == 0 {
            until("the spooler keeps up", || outlet.shared.lock().queue.tail() < 5);
        }
    }
    until("all is on disk or dropped", || outlet.shared.lock().is_spooled());
    let full = row(&outlet);
    let given_up = dropped(&full, DropReason::SpoolFull);
    assert!(given_up > 500 && full.spooled > 50, "{full:?}");
    well.store(true, Ordering::SeqCst);
    assert!(flush(&outlet));
    let numbers = numbers_of(&seen);
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "in order: {numbers:?}");
    assert_eq!(numbers.last(), Some(&999));
    let last = row(&outlet);
    assert_eq!((last.delivered, last.pending), (numbers.len() as u64, 0));
    assert_eq!(last.delivered + last.lost(), 1_000);
    until("it is said", || seen.lines().iter().any(|line| line.ends_with("records lost: disk buffer full")));
}

#[test]
fn drop_newest_keeps_the_beginning() {
    let (outlet, seen, well, _folder) = fill(Overflow::DropNewest);
    for number in 0..1_000 {
        outlet.push(long(number));
        if number % 10 == 0 {
            until("the spooler keeps up", || outlet.shared.lock().queue.tail() < 5);
        }
    }
    until("all is on disk or dropped", || outlet.shared.lock().is_spooled());
    assert!(dropped(&row(&outlet), DropReason::SpoolFull) > 500);
    well.store(true, Ordering::SeqCst);
    assert!(flush(&outlet));
    let numbers = numbers_of(&seen);
    assert_eq!(numbers[..100], (0..100).collect::<Vec<_>>()[..]);
    assert_eq!(row(&outlet).delivered + row(&outlet).lost(), 1_000);
}

#[test]
fn block_has_callers_wait_and_loses_nothing() {
    let (outlet, seen, well, _folder) = fill(Overflow::Block { limit: None });
    let mut pushed = 0;
    while !outlet.is_congested() {
        outlet.push(long(pushed));
        pushed += 1;
        std::thread::sleep(Duration::from_micros(200));
        assert!(pushed < 1_000, "it must be full some time");
    }
    assert_eq!(row(&outlet).lost(), 0);
    well.store(true, Ordering::SeqCst);
    for number in pushed..600 {
        outlet.wait_for_room();
        outlet.push(long(number));
    }
    assert!(flush(&outlet));
    assert_eq!(numbers_of(&seen), (0..pushed.max(600)).collect::<Vec<_>>());
    assert_eq!(row(&outlet).lost(), 0);
}

#[test]
fn what_is_more_or_older_than_is_kept_goes_and_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fake, _) = down();
    let (outlet, _) = fake.start(|settings| {
        at_least_once(settings, folder.path());
        settings.disk = Some(DiskSettings { bytes: 1 << 20, keep_records: Some(200), ..disk(folder.path()) });
        settings.batch.records = 1;
    });
    (0..700).for_each(|number| outlet.push(long(number)));
    until("the oldest are gone", || dropped(&row(&outlet), DropReason::Expired) > 300);
    assert!(row(&outlet).pending >= 100, "a segment at a time: {:?}", row(&outlet));
    let (fake, _) = down();
    let folder = tempfile::tempdir().expect("a folder");
    let (outlet, _) = fake.start(|settings| {
        at_least_once(settings, folder.path());
        let keep_age = Some(Duration::from_secs(60));
        settings.disk = Some(DiskSettings { bytes: 512 << 10, keep_age, ..disk(folder.path()) });
        settings.batch.records = 1;
    });
    // They are of 1970.
    (0..300).for_each(|number| outlet.push(long(number)));
    until("all are too old but those next to the one in hand", || dropped(&row(&outlet), DropReason::Expired) > 200);
}

#[test]
fn spilling_begins_when_memory_is_short_and_keeps_the_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fake, well) = down();
    let (outlet, seen) = fake.start(|settings| {
        settings.disk = Some(disk(folder.path()));
        settings.buffer = BufferSettings { memory: 32 << 10, when_full: Overflow::Block { limit: None } };
    });
    outlet.push(long(0));
    until("it fails", || outlet.health().breaker.failures > 1);
    assert_eq!(outlet.health().spool.expect("it is open").records, 0, "memory is enough");
    for number in 1..300 {
        outlet.wait_for_room();
        outlet.push(long(number));
    }
    until("the newer ones are on disk", || row(&outlet).spooled > 200);
    assert!(outlet.health().pending_bytes <= 36 << 10);
    well.store(true, Ordering::SeqCst);
    assert!(flush(&outlet));
    assert_eq!(numbers_of(&seen), (0..300).collect::<Vec<_>>());
    assert_eq!(row(&outlet).lost(), 0);
}

#[test]
fn what_is_left_in_memory_at_the_end_is_spilled_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fake, _) = down();
    let start = |fake: Fake| {
        fake.start(|settings| {
            settings.disk = Some(disk(folder.path()));
            settings.buffer.memory = 32 << 10;
        })
    };
    let (outlet, _) = start(fake);
    (0..10).for_each(|number| outlet.push(long(number)));
    until("it fails", || outlet.health().breaker.failures > 1);
    let last = close(&outlet, 500);
    assert_eq!((last.spooled, last.pending, last.lost()), (10, 10, 0));
    let (again, seen) = start(Fake::well());
    assert!(flush(&again));
    let mut numbers = numbers_of(&seen);
    numbers.sort_unstable();
    assert_eq!((numbers, row(&again).recovered), ((0..10).collect(), 10));
}
