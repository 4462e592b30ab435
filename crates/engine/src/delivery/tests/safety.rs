//! What is promised holds where two things go wrong together.

use super::super::on_disk::OnDisk;
use super::super::queue::Queue;
use super::super::spooler::DISKS;
use super::super::{Outlet, close_all};
use super::spool::{at_least_once, close};
use super::support::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracework_core::*;
use tracework_testkit::{CrashDisk, DiskCall, DiskFault};

fn switched(fails: &Arc<AtomicBool>, fault: fn() -> Result<(), Failure>) -> Fake {
    let fails = Arc::clone(fails);
    Fake::new(move |_| if fails.load(Ordering::SeqCst) { fault() } else { Ok(()) })
}

fn down() -> Result<(), Failure> {
    Err(Failure::temporary("down"))
}

/// One that takes the place of `old`, and its folder.
fn heir(old: &Arc<Outlet>, folder: &Path) -> Arc<Outlet> {
    let attachment = Fake::new(|_| down()).format(Plain).set(|settings| at_least_once(settings, folder));
    let clock = Arc::new(|| Timestamp(0));
    let new = Outlet::spawn("fake".to_owned(), attachment, clock, Arc::new(|| ())).expect("a thread starts");
    old.leave_spool(true);
    new.hold_until_closed([old]);
    new.open_spool().expect("it is opened later");
    new
}

#[test]
fn one_that_waits_for_a_spool_gets_it_though_the_one_before_hangs() {
    for alone in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let (fake, door) = hanging();
        let (old, _) = fake.start(|settings| at_least_once(settings, folder.path()));
        old.push(numbers(0..100));
        until("it hangs", || row(&old).spooled == 100);
        let new = heir(&old, folder.path());
        new.push(numbers(100..200));
        let begin = Instant::now();
        let outlets = if alone { vec![Arc::clone(&new)] } else { vec![Arc::clone(&old), Arc::clone(&new)] };
        close_all(&outlets, within(2_000), |_| ());
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
        let last = row(&new);
        assert_eq!((last.spooled, last.lost()), (200, 0), "alone: {alone}, {last:?}");
        let (again, seen) = Fake::well().start(|settings| at_least_once(settings, folder.path()));
        assert!(flush(&again));
        assert_eq!(seen.lines(), lines(0..200));
        door.open();
    }
}

#[test]
fn a_record_at_which_it_panics_is_a_dead_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(move |batch| {
        assert!(batch.records().iter().all(|record| record.message() != "n0042"), "not this one");
        Ok(())
    });
    let (outlet, _) = fake.start(|settings| at_least_once(settings, folder.path()));
    outlet.push(numbers(0..64));
    assert!(flush(&outlet));
    let last = row(&outlet);
    assert_eq!((last.delivered, last.dead_lettered, last.lost()), (63, 1, 0), "{last:?}");
    assert!(outlet.dead_letters()[0].reason.contains("not this one"), "{:?}", outlet.dead_letters());
}

#[test]
fn one_that_panics_at_everything_keeps_what_it_has() {
    let (folder, fails) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(true)));
    let (outlet, seen) = switched(&fails, || panic!("always")).start(|settings| at_least_once(settings, folder.path()));
    outlet.push(numbers(0..1_000));
    until("it has panicked often", || outlet.health().last_error.is_some_and(|error| error.count > 60));
    let before = row(&outlet);
    assert_eq!(before.dropped.values().sum::<u64>(), 0, "{before:?}");
    fails.store(false, Ordering::SeqCst);
    assert!(flush(&outlet));
    let last = row(&outlet);
    assert_eq!(seen.lines().len() as u64 + last.dead_lettered, 1_000, "{last:?}");
    assert!(last.dead_lettered < 32, "those at which it was looked for the one: {last:?}");
}

#[test]
fn a_dead_letter_that_cannot_be_written_is_waited_for() {
    for closes in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let blocked = folder.path().join("letters");
        std::fs::write(&blocked, "a file where a folder must be").expect("written");
        let fake = || {
            Fake::new(|batch| match batch.records().iter().any(|record| record.message() == "n0007") {
                true => Err(Failure::permanent("refused")),
                false => Ok(()),
            })
        };
        let set = |settings: &mut DestinationSettings| {
            at_least_once(settings, &folder.path().join("spool"));
            settings.dead_letters.file = Some(blocked.join("dead.jsonl"));
        };
        let (outlet, _) = fake().start(set);
        outlet.push(numbers(0..20));
        until("it cannot be written", || {
            outlet.health().last_error.is_some_and(|error| error.message.contains("cannot write the dead letter"))
        });
        assert_eq!(row(&outlet).dead_lettered, 0, "nothing says that it is done");
        let written = if closes {
            close(&outlet, 500);
            std::fs::remove_file(&blocked).expect("it was there");
            let (again, _) = fake().start(set);
            assert!(flush(&again), "it comes again");
            until("the spool is told", || again.health().spool.is_some_and(|spool| spool.records == 0));
            row(&again)
        } else {
            std::fs::remove_file(&blocked).expect("it was there");
            assert!(flush(&outlet));
            row(&outlet)
        };
        assert_eq!(written.dead_lettered, 1, "closes: {closes}, {written:?}");
        let letters = std::fs::read_to_string(blocked.join("dead.jsonl")).expect("it is written");
        assert_eq!(letters.lines().count(), 1, "{letters}");
    }
}

#[test]
fn what_is_not_shown_after_a_sync_that_failed_is_not_lost() {
    let folder = Path::new("/on/a/disk/that/fails");
    let disk = CrashDisk::new(7);
    DISKS.lock().expect("no test panics here").push((folder.to_owned(), Arc::new(disk.clone())));
    let fails = Arc::new(AtomicBool::new(true));
    let set = |settings: &mut DestinationSettings| {
        at_least_once(settings, folder);
        settings.disk.as_mut().expect("it has one").fsync = Fsync::Every(Duration::from_millis(20));
    };
    let (earlier, _) = switched(&fails, down).start(set);
    earlier.push(numbers(0..300));
    until("it is on disk", || row(&earlier).spooled == 300);
    assert_eq!(close(&earlier, 2_000).spooled, 300);
    let (outlet, seen) = switched(&fails, down).start(set);
    // Behind what an earlier run left, all that comes is on disk alone.
    outlet.push(numbers(300..350));
    assert!(secure(&outlet, 10_000));
    disk.fail(DiskFault::new(DiskCall::Sync, std::io::ErrorKind::Other).on(".seg.new"));
    disk.fail(DiskFault::new(DiskCall::Rename, std::io::ErrorKind::Other).times(8));
    outlet.push(numbers(350..400));
    until("a sync fails", || outlet.health().spool.is_some_and(|spool| spool.failing));
    fails.store(false, Ordering::SeqCst);
    assert!(flush(&outlet));
    let last = row(&outlet);
    assert_eq!((seen.lines(), last.lost()), (lines(0..400), 0), "{last:?}");
}

/// A queue with a spool, in which 10 records stand from the sequence 100 on.
fn queue() -> Queue {
    let mut queue = Queue::new(BufferSettings { memory: 1 << 20, when_full: Overflow::Block { limit: None } });
    queue.spool = Some(OnDisk::new(Delivery::AtLeastOnce, Fsync::Always));
    queue.append(numbers(0..10), Instant::now());
    queue.stored(100, 10, &mut Vec::new());
    queue
}

#[test]
fn what_is_partly_done_stays_in_memory() {
    let mut queue = queue();
    let mut taken = queue.take().expect("it is there");
    taken.parcel.picks = taken.parcel.picks[5..].into();
    queue.settle(5);
    queue.give_back(taken);
    queue.let_go_all(&mut Vec::new());
    assert!(queue.gap().is_none() && queue.first().is_some(), "read back, it would come whole");
    assert_eq!(queue.pending(), 5);
}

#[test]
fn what_is_given_up_counts_once_though_it_closes_meanwhile() {
    let (mut closing, mut freed) = (queue(), Vec::new());
    closing.let_go_all(&mut freed);
    closing.leave(&mut freed);
    assert_eq!((closing.discarded(4), closing.pending()), (4, 6));
    assert_eq!((closing.discarded(40), closing.pending()), (6, 0));
    let mut dropped = queue();
    dropped.append(numbers(10..20), Instant::now());
    assert_eq!(dropped.drop_from_tail(3, &mut freed), 3);
    dropped.abandon();
    assert_eq!(dropped.drop_from_tail(3, &mut freed), 0);
}
