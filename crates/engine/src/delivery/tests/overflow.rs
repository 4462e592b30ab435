//! What each policy keeps and drops, record by record, with the exact ledger.

use super::support::*;
use crate::{DropReason, State};
use tracework_core::{BufferSettings, Overflow, Severity};

/// Fills a queue behind a destination that hangs with its first record, then lets it go; returns the lines that were
/// delivered after the first, and how many were dropped.
fn overflowing(when_full: Overflow, room: usize, parcels: Vec<crate::round::Parcel>) -> (Vec<String>, u64) {
    let (fake, door) = hanging();
    let memory = (room + 1) * (size_of_one() + 8);
    let (outlet, seen) = fake.start(|settings| settings.buffer = BufferSettings { memory, when_full });
    outlet.push(numbers(9999..10_000));
    until("the first record is being delivered", || seen.opened.load(std::sync::atomic::Ordering::SeqCst) == 1);
    let pushed: u64 = parcels.iter().map(|parcel| parcel.picks.len() as u64).sum();
    for parcel in parcels {
        outlet.push(parcel);
        assert!(outlet.health().pending_bytes <= memory, "the bound holds");
    }
    let health = outlet.health();
    let full = row(&outlet);
    assert_eq!(full.accepted, pushed + 1);
    if health.pending_bytes > memory - memory / 8 {
        assert_eq!(health.state, State::Full);
    }
    door.open();
    assert!(flush(&outlet), "flush works on a full queue that drops");
    assert_eq!(seen.flushes(), 1);
    let end = row(&outlet);
    assert_eq!((end.pending, end.delivered), (0, pushed + 1 - dropped(&end, DropReason::QueueFull)));
    let mut lines = seen.lines();
    lines.retain(|line| line != "n9999" && !line.contains("lost"));
    assert_eq!(lines.len() as u64, end.delivered - 1);
    (lines, dropped(&end, DropReason::QueueFull))
}

#[test]
fn drop_newest_keeps_the_beginning() {
    let (kept, dropped) = overflowing(Overflow::DropNewest, 10, vec![numbers(0..4), numbers(4..20)]);
    assert!((8..=11).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept, lines(0..kept.len()));
    assert_eq!(dropped + kept.len() as u64, 20);
}

#[test]
fn drop_oldest_keeps_the_end() {
    let (kept, dropped) = overflowing(Overflow::DropOldest, 10, vec![numbers(0..4), numbers(4..20), numbers(20..23)]);
    assert!((8..=11).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept, lines(23 - kept.len()..23));
    assert_eq!(dropped + kept.len() as u64, 23);
}

#[test]
fn drop_lowest_keeps_the_most_serious_and_drops_the_oldest_of_the_others() {
    let mixed = |tag: &str| {
        let names: Vec<String> = ["d0", "e0", "d1", "i0", "e1"].iter().map(|name| format!("{name}{tag}x")).collect();
        let severity = |name: &str| match &name[..1] {
            "d" => Severity::DEBUG,
            "i" => Severity::INFO,
            _ => Severity::ERROR,
        };
        parcel(&names.iter().map(|name| (severity(name), name.as_str())).collect::<Vec<_>>())
    };
    let (kept, dropped) = overflowing(Overflow::DropLowest, 9, vec![mixed("aa"), mixed("bb"), mixed("cc")]);
    let count = |start: &str| kept.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("e"), 6, "no error is lost while anything else is there: {kept:?}");
    assert!(count("i") >= 1 && count("d") == 0, "the least serious went first: {kept:?}");
    assert!(kept.contains(&"i0ccx".to_owned()), "of one severity the oldest went first: {kept:?}");
    assert_eq!(dropped + kept.len() as u64, 15);
    let errors: Vec<_> = kept.iter().filter(|line| line.starts_with('e')).cloned().collect();
    assert_eq!(errors, ["e0aax", "e1aax", "e0bbx", "e1bbx", "e0ccx", "e1ccx"], "in order");
}

#[test]
fn drop_lowest_among_equals_drops_the_oldest() {
    let (kept, _) = overflowing(Overflow::DropLowest, 6, vec![numbers(0..4), numbers(4..20)]);
    assert_eq!(kept, lines(20 - kept.len()..20));
    assert!(kept.len() >= 4);
}

#[test]
fn a_record_larger_than_the_queue_still_goes_when_it_is_alone() {
    for when_full in [Overflow::DropNewest, Overflow::DropOldest, Overflow::DropLowest] {
        let (outlet, seen) = Fake::well().start(|settings| settings.buffer = BufferSettings { memory: 10, when_full });
        outlet.push(numbers(0..1));
        assert!(flush(&outlet));
        assert_eq!((seen.lines(), row(&outlet).delivered), (lines(0..1), 1));
    }
}

#[test]
fn a_smaller_queue_drops_what_is_too_much() {
    let (fake, door) = hanging();
    let (outlet, _) = fake.start(|settings| settings.buffer.when_full = Overflow::DropOldest);
    outlet.push(numbers(0..1));
    until("it is being delivered", || outlet.health().ledger.pending == 1);
    outlet.push(numbers(1..101));
    outlet.set_buffer(BufferSettings { memory: 4 * size_of_one(), when_full: Overflow::DropOldest });
    outlet.push(numbers(101..102));
    let end = row(&outlet);
    assert!(end.pending <= 4 && end.lost() >= 98, "{end:?}");
    door.open();
}
