//! Random sequences of everything that can be done to a spool, beside a model of what it must hold.
//!
//! `TRACEWORK_SPOOL_MODEL` says how many sequences are tried (2,400), in four tests; `TRACEWORK_SPOOL_SEED` which is
//! the first.

use super::support::{Chance, settings, times};
use super::world::{End, Log, World};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tracework_engine::spool::{SpoolRetention, SyncPolicy};
use tracework_testkit::{CrashDisk, DiskCall, DiskFault};

/// What may go wrong beside crashes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Faults {
    None,
    Some,
}

fn policy(chance: &mut Chance) -> SyncPolicy {
    match chance.below(4) {
        0 => SyncPolicy::Always,
        1 => SyncPolicy::Never,
        2 => SyncPolicy::Every(Duration::ZERO),
        _ => SyncPolicy::Every(Duration::from_secs(3600)),
    }
}

/// A fault that a spool must live with: any call but those that read, which are another test's.
fn fault(chance: &mut Chance) -> DiskFault {
    const CALLS: [DiskCall; 8] = [
        DiskCall::Write,
        DiskCall::Sync,
        DiskCall::Sync,
        DiskCall::SyncFolder,
        DiskCall::Rename,
        DiskCall::Remove,
        DiskCall::SetLength,
        DiskCall::Open,
    ];
    let call = CALLS[usize::try_from(chance.below(CALLS.len() as u64)).unwrap()];
    let error = if chance.percent(30) { ErrorKind::StorageFull } else { ErrorKind::Other };
    let times = if call == DiskCall::Open { 1 } else { 1 + chance.below(4) };
    DiskFault::new(call, error).after(chance.below(4)).times(times)
}

/// One sequence.
fn play(seed: u64, faults: Faults, log: &Log) {
    let mut chance = Chance(seed);
    let disk = CrashDisk::new(seed);
    let largest = [30, 400, 6000][usize::try_from(chance.below(3)).unwrap()];
    let segment = [1024, 4096, 32 << 10][usize::try_from(chance.below(3)).unwrap()];
    let settings = settings().segment_bytes(segment).segment_records(1 + chance.below(6));
    let policy = policy(&mut chance);
    let mut world = World::new(disk.clone(), settings, policy, log.clone());
    for _ in 0..chance.below(80) {
        match chance.below(100) {
            0..35 => world.append(&mut chance, largest),
            35..42 => world.sync(),
            42..62 => world.read(&mut chance),
            62..76 => world.acknowledge(&mut chance),
            76..79 => world.rewind(),
            79..82 => world.discard(None),
            82..84 => {
                let (age, bytes) = (chance.percent(30).then_some(Duration::ZERO), None);
                world.discard(Some(SpoolRetention { age, records: Some(chance.below(20)), bytes }));
            }
            84..90 if faults == Faults::Some => {
                world.say("a fault");
                disk.fail(fault(&mut chance));
            }
            84..86 => disk.interrupt(10),
            86..90 => disk.stop_after(chance.below(30)),
            90..93 => {
                disk.heal();
                world.say("healed");
            }
            93..95 => world = world.reopen(End::Closed),
            95..97 => world = world.reopen(if stopped(&disk) { End::PowerFailed } else { End::Killed }),
            _ => world = world.reopen(End::PowerFailed),
        }
        if stopped(&disk) {
            world = world.reopen(End::PowerFailed);
        }
        world.check_bytes();
    }
    let world = world.reopen(End::Closed);
    drop(world.reopen(End::PowerFailed));
}

/// Has the machine stopped?
fn stopped(disk: &CrashDisk) -> bool {
    use tracework_disk::Disk as _;
    disk.list(std::path::Path::new("/")).is_err()
}

/// Plays a quarter of all sequences, those of the seeds from `first` on.
fn search(faults: Faults, first: u64) {
    let count = times("TRACEWORK_SPOOL_MODEL", 2_400) / 4;
    let first = times("TRACEWORK_SPOOL_SEED", first);
    for seed in first..first + count {
        let log = Log::default();
        let result = catch_unwind(AssertUnwindSafe(|| play(seed, faults, &log)));
        if let Err(panic) = result {
            let said = panic.downcast_ref::<&str>().copied();
            let text = panic.downcast_ref::<String>().map(String::as_str).or(said).unwrap_or_default();
            panic!("seed {seed}: {text}\n{}", log.borrow());
        }
    }
}

#[test]
fn nothing_durable_is_lost_whatever_crashes() {
    search(Faults::None, 0);
}

#[test]
fn nothing_durable_is_lost_whatever_crashes_elsewhere() {
    search(Faults::None, 1 << 32);
}

#[test]
fn nothing_durable_is_lost_whatever_fails() {
    search(Faults::Some, 2 << 32);
}

#[test]
fn nothing_durable_is_lost_whatever_fails_elsewhere() {
    search(Faults::Some, 3 << 32);
}
