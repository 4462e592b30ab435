//! Delivery at least once: what is accepted is on disk until it is delivered, and comes again after a restart.

use super::super::Outlet;
use super::support::*;
use crate::LedgerRow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracework_core::*;

/// A disk buffer in `folder`.
pub(super) fn disk(folder: &Path) -> DiskSettings {
    DiskSettings { path: Some(folder.to_owned()), ..DiskSettings::default() }
}

/// Has a destination keep all on disk.
pub(super) fn at_least_once(settings: &mut DestinationSettings, folder: &Path) {
    settings.disk = Some(disk(folder));
    settings.delivery = Delivery::AtLeastOnce;
    settings.buffer.when_full = Overflow::Block { limit: None };
}

fn switched(fails: &Arc<AtomicBool>) -> Fake {
    let fails = Arc::clone(fails);
    Fake::new(move |_| if fails.load(Ordering::SeqCst) { Err(Failure::temporary("down")) } else { Ok(()) })
}

/// Closes it, and gives its last row.
pub(super) fn close(outlet: &Outlet, millis: u64) -> LedgerRow {
    outlet.close(within(millis));
    row(outlet)
}

#[test]
fn what_is_delivered_leaves_the_spool() {
    let folder = tempfile::tempdir().expect("a folder");
    let (outlet, seen) = Fake::well().start(|settings| at_least_once(settings, folder.path()));
    (0..50).for_each(|part| outlet.push(numbers(part * 20..part * 20 + 20)));
    assert!(flush(&outlet));
    assert_eq!(seen.lines(), lines(0..1_000));
    let health = outlet.health();
    let spool = health.spool.expect("it has one");
    assert_eq!((spool.records, spool.recovered, health.pending_bytes), (0, 0, 0));
    let last = close(&outlet, 5_000);
    assert_eq!((last.accepted, last.delivered, last.pending, last.spooled), (1_000, 1_000, 0, 0));
    let (again, seen) = Fake::well().start(|settings| at_least_once(settings, folder.path()));
    assert!(flush(&again));
    assert_eq!((seen.lines().len(), row(&again).recovered), (0, 0));
}

#[test]
fn what_could_not_be_delivered_is_spooled_and_comes_first_after_a_restart() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
    let (outlet, _) = switched(&fails).start(|settings| at_least_once(settings, folder.path()));
    outlet.push(numbers(0..500));
    until("all is on disk", || row(&outlet).spooled == 500);
    let begin = Instant::now();
    assert!(!flush_within(&outlet, 200), "it is not delivered");
    assert!(begin.elapsed() < Duration::from_secs(2));
    let last = close(&outlet, 5_000);
    assert!(begin.elapsed() < Duration::from_secs(3), "what is safe is not waited for");
    assert_eq!((last.lost(), last.pending, last.spooled), (0, 500, 500));

    fails.store(false, Ordering::SeqCst);
    let (again, seen) = switched(&fails).start(|settings| at_least_once(settings, folder.path()));
    again.push(numbers(500..600));
    assert!(flush(&again));
    assert_eq!(seen.lines(), lines(0..600), "the recovered ones come first, in order");
    let row = row(&again);
    assert_eq!((row.recovered, row.accepted, row.delivered, row.pending), (500, 100, 600, 0));
}

#[test]
fn memory_holds_the_oldest_and_the_rest_waits_on_disk() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
    let memory = 64 << 10;
    let (outlet, seen) = switched(&fails).start(|settings| {
        at_least_once(settings, folder.path());
        settings.buffer.memory = memory;
    });
    let mut most = 0;
    for part in 0..400 {
        while outlet.is_congested() {
            outlet.wait_for_room();
        }
        outlet.push(numbers(part * 20..part * 20 + 20));
        most = most.max(outlet.health().pending_bytes);
    }
    until("all is on disk", || row(&outlet).spooled == 8_000);
    let one = numbers(0..20).bytes;
    // What is read back is read even where there is no room for it, and takes up to twice its bytes on disk in memory.
    let above = one + 2 * super::super::refill::LEAST;
    assert!(most <= memory + above, "{most} bytes of {memory}");
    assert!(row(&outlet).pending == 8_000 && outlet.health().pending_bytes <= memory + above);
    fails.store(false, Ordering::SeqCst);
    assert!(flush(&outlet));
    assert_eq!(seen.lines(), lines(0..8_000));
    assert_eq!(outlet.health().spool.expect("it has one").records, 0);
}

#[test]
fn one_that_hangs_stops_neither_the_spooler_nor_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fake, door) = hanging();
    let (outlet, _) = fake.start(|settings| at_least_once(settings, folder.path()));
    (0..10).for_each(|part| outlet.push(numbers(part * 10..part * 10 + 10)));
    until("all is on disk", || row(&outlet).spooled == 100);
    let begin = Instant::now();
    let last = close(&outlet, 300);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!((last.spooled, last.pending, last.lost()), (100, 100, 0));
    let (again, seen) = Fake::well().start(|settings| at_least_once(settings, folder.path()));
    assert!(flush(&again));
    assert_eq!((seen.lines(), row(&again).recovered), (lines(0..100), 100));
    door.open();
}

#[test]
fn a_spool_that_is_in_use_is_refused_and_says_by_whom() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_outlet, _) = Fake::well().start(|settings| at_least_once(settings, folder.path()));
    let attachment = Fake::well().format(Plain).set(|settings| at_least_once(settings, folder.path()));
    let clock = Arc::new(|| Timestamp(0));
    let other = Outlet::spawn("fake".to_owned(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
    let refused = other.open_spool().expect_err("the other has it");
    assert!(refused.contains("in use by this process"), "{refused}");
    other.close(Instant::now());
}

#[test]
fn what_a_destination_refuses_or_the_failover_takes_leaves_the_spool_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(|batch| {
        let bad = batch.records().iter().any(|record| record.message() == "n0007");
        if bad { Err(Failure::permanent("refused as invalid")) } else { Ok(()) }
    });
    let (outlet, _) = fake.start(|settings| at_least_once(settings, folder.path()));
    outlet.push(numbers(0..20));
    assert!(flush(&outlet));
    assert_eq!((row(&outlet).delivered, row(&outlet).dead_lettered), (19, 1));
    until("the spool is told", || outlet.health().spool.is_some_and(|spool| spool.records == 0));
}

#[test]
fn a_failover_has_the_records_in_its_own_spool_before_they_leave_this_one() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let fails = Arc::new(AtomicBool::new(true));
    let (first, _) = switched(&fails).start_named("first", |settings| {
        at_least_once(settings, one.path());
        settings.buffer.memory = 32 << 10;
    });
    first.push(numbers(0..10));
    until("it fails", || first.health().breaker.failures > 0);
    (1..200).for_each(|part| first.push(numbers(part * 10..part * 10 + 10)));
    until("all is on disk", || row(&first).spooled == 2_000);
    let (second, seen) = Fake::well().start_named("second", |settings| at_least_once(settings, two.path()));
    first.set_failover(Some(&second));
    until("the other has them, from the disk too", || seen.lines() == lines(0..2_000));
    until("the spool is told", || first.health().spool.is_some_and(|spool| spool.records == 0));
    let row = row(&first);
    assert_eq!((row.handed_over.get("second"), row.pending), (Some(&2_000), 0));
}

#[test]
fn another_in_its_place_waits_for_the_spool_and_delivers_what_is_left() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
    let (old, _) = switched(&fails).start(|settings| at_least_once(settings, folder.path()));
    old.push(numbers(0..100));
    let attachment = Fake::well();
    let seen = attachment.seen.clone();
    let attachment = attachment.format(Plain).set(|settings| at_least_once(settings, folder.path()));
    let clock = Arc::new(|| Timestamp(0));
    let new = Outlet::spawn("fake".to_owned(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
    old.leave_spool(true);
    new.hold_until_closed([&old]);
    new.open_spool().expect("it is opened later");
    new.push(numbers(100..200));
    let begin = Instant::now();
    assert_eq!(close(&old, 20_000).spooled, 100);
    assert!(begin.elapsed() < Duration::from_secs(5), "it does not try to deliver what is left to another");
    assert!(flush(&new));
    assert_eq!((seen.lines(), row(&new).recovered), (lines(0..200), 100));
}

#[test]
fn what_is_promised_holds_before_it_is_delivered() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
    let (outlet, _) = switched(&fails).start(|settings| {
        at_least_once(settings, folder.path());
        // Nothing would be synced by itself before the test is over.
        settings.disk.as_mut().expect("it has one").fsync = Fsync::Every(Duration::from_secs(3_600));
    });
    for part in 0..20 {
        outlet.push(numbers(part * 10..part * 10 + 10));
        assert!(secure(&outlet, 10_000), "{part}");
        let inside = outlet.shared.lock();
        let watch = inside.spool.as_ref().expect("it is open");
        assert!(watch.durable() >= watch.next(), "all of it outlives a power failure");
    }
    let begin = Instant::now();
    assert!(secure(&outlet, 10_000) && begin.elapsed() < Duration::from_secs(1), "there is nothing to wait for");
    assert_eq!((row(&outlet).delivered, row(&outlet).spooled), (0, 200));
    fails.store(false, Ordering::SeqCst);
    assert!(flush(&outlet));
    assert_eq!(row(&outlet).delivered, 200);
}

#[test]
fn without_a_spool_a_promise_is_kept_by_delivering() {
    let fails = Arc::new(AtomicBool::new(true));
    let (outlet, _) = switched(&fails).start(|_| {});
    outlet.push(numbers(0..10));
    assert!(!secure(&outlet, 100), "it waits in memory");
    fails.store(false, Ordering::SeqCst);
    assert!(secure(&outlet, 10_000));
    assert_eq!(row(&outlet).delivered, 10);
}

#[test]
fn what_the_failover_got_is_safe_when_it_is_safe_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let fails = Arc::new(AtomicBool::new(true));
    let (outlet, _) = Fake::new(|_| Err(Failure::temporary("down"))).start(|settings| {
        settings.breaker.after = 1;
        at_least_once(settings, &folder.path().join("first"));
    });
    let (second, _) = switched(&fails).start(|settings| at_least_once(settings, &folder.path().join("second")));
    outlet.set_failover(Some(&second));
    outlet.push(numbers(0..50));
    until("it has handed over", || row(&second).accepted > 0);
    assert!(secure(&outlet, 10_000));
    assert_eq!(row(&outlet).spooled + row(&second).spooled, 50, "{:?} {:?}", row(&outlet), row(&second));
}

/// One that takes the place of `old`, whose folder it has, and is held until that is closed.
fn heir(old: &Arc<Outlet>, folder: &Path) -> (Arc<Outlet>, Seen) {
    let attachment = Fake::well();
    let seen = attachment.seen.clone();
    let attachment = attachment.format(Plain).set(|settings| at_least_once(settings, folder));
    let clock = Arc::new(|| Timestamp(0));
    let new = Outlet::spawn("fake".to_owned(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
    old.leave_spool(true);
    new.hold_until_closed([old]);
    new.open_spool().expect("it is opened later");
    (new, seen)
}

#[test]
fn a_flush_and_a_close_wait_for_the_spool_to_be_open() {
    for closes in [false, true] {
        let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
        let (old, _) = switched(&fails).start(|settings| at_least_once(settings, folder.path()));
        old.push(numbers(0..100));
        let (new, seen) = heir(&old, folder.path());
        let other = Arc::clone(&new);
        let waits = std::thread::spawn(move || if closes { other.close(within(20_000)) } else { flush(&other) });
        assert_eq!(close(&old, 20_000).spooled, 100);
        assert!(waits.join().expect("no test panics here"), "closes: {closes}");
        assert_eq!((seen.lines(), row(&new).delivered), (lines(0..100), 100), "closes: {closes}");
    }
}

#[test]
fn a_spool_that_cannot_be_opened_holds_nobody_up() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(false)));
    let (old, _) = switched(&fails).start(|_| {});
    let (_other, _) = switched(&fails).start(|settings| at_least_once(settings, folder.path()));
    let (new, _) = heir(&old, folder.path());
    close(&old, 5_000);
    let begin = Instant::now();
    assert!(flush(&new) && new.close(within(10_000)));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(new.health().last_error.expect("it is told").message.contains("in use"));
}
