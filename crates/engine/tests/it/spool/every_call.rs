//! One story, told once for each call to the disk that it makes: the machine stops there, the process is killed there,
//! or the call fails there.

use super::support::{FOLDER, drain, open, put, settings};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use tracework_engine::spool::{SpoolReader, SpoolSettings, SpoolWriter, SyncPolicy};
use tracework_testkit::{CrashDisk, DiskCall, DiskFault};

/// What came of the story.
#[derive(Default)]
struct Told {
    /// Told durable.
    durable: BTreeSet<u64>,
    /// Acknowledged, and the call succeeded.
    done: BTreeSet<u64>,
    offered: u64,
}

fn always() -> SpoolSettings {
    settings().sync(SyncPolicy::Always)
}

/// Appends, reads, acknowledges, discards and opens again, through whatever goes wrong.
fn story(disk: &CrashDisk, told: &mut Told) {
    for _ in 0..3 {
        let Ok((mut writer, mut reader)) = open(disk, always()) else { continue };
        for _ in 0..5 {
            chapter(&mut writer, &mut reader, told);
        }
        _ = writer.close();
    }
}

fn chapter(writer: &mut SpoolWriter, reader: &mut SpoolReader, told: &mut Told) {
    for _ in 0..2 {
        let number = told.offered;
        told.offered += 1;
        if put(writer, number).is_ok() {
            told.durable.insert(number);
        }
    }
    let Ok(chunk) = reader.read(2, 1 << 20) else { return };
    let Some(first) = chunk.iter().next() else { return };
    let number = super::support::number_of(first.payload).expect("one that was offered");
    if reader.acknowledge(first.sequence).is_ok() {
        told.done.insert(number);
    }
    // Whether or not the disk knows, it counts as done.
    told.durable.remove(&number);
    reader.rewind();
}

/// Everything that was told durable and is not done must be there, once, in order; and nothing that is done.
fn check(disk: &CrashDisk, told: &Told, what: &str) {
    let (_writer, mut reader) = open(disk, always()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = drain(&mut reader);
    let set: BTreeSet<_> = found.iter().copied().collect();
    assert_eq!(set.len(), found.len(), "{what}: twice");
    assert!(found.is_sorted(), "{what}: out of order");
    let lost: Vec<_> = told.durable.difference(&set).collect();
    assert!(lost.is_empty(), "{what}: {lost:?} are lost");
    assert!(set.is_disjoint(&told.done), "{what}: what is done comes again");
    assert!(found.iter().all(|&number| number < told.offered), "{what}: invented");
}

/// How many calls the story makes if nothing goes wrong.
fn calls() -> u64 {
    let disk = CrashDisk::new(0);
    story(&disk, &mut Told::default());
    disk.calls()
}

#[test]
fn the_power_may_fail_at_every_call() {
    for call in 0..calls() {
        for seed in 0..3 {
            let disk = CrashDisk::new(call << 8 | seed);
            disk.stop_after(call);
            let mut told = Told::default();
            story(&disk, &mut told);
            disk.crash();
            check(&disk, &told, &format!("power failure at call {call}, seed {seed}"));
        }
    }
}

#[test]
fn the_process_may_be_killed_at_every_call() {
    for call in 0..calls() {
        let disk = CrashDisk::new(call);
        disk.stop_after(call);
        let mut told = Told::default();
        story(&disk, &mut told);
        disk.kill();
        check(&disk, &told, &format!("kill at call {call}"));
    }
}

#[test]
fn every_call_may_fail_once_or_for_long_and_nothing_is_told_durable_that_is_not() {
    for call in DiskCall::ALL {
        for error in [ErrorKind::Other, ErrorKind::StorageFull] {
            for (after, times) in (0..60).flat_map(|after| [(after, 1), (after, 2), (after, u64::MAX)]) {
                // What cannot be read at all is given up after three times: that is another test.
                if matches!(call, DiskCall::Read | DiskCall::Open) && times > 2 {
                    continue;
                }
                let disk = CrashDisk::new(after);
                disk.fail(DiskFault::new(call, error).after(after).times(times));
                let mut told = Told::default();
                story(&disk, &mut told);
                disk.crash();
                check(&disk, &told, &format!("{call:?} fails {times} times with {error:?} after {after} calls"));
            }
        }
    }
}

#[test]
fn interrupted_and_short_calls_are_finished_and_write_nothing_twice() {
    for seed in 0..50 {
        let (plain, jumpy) = (CrashDisk::new(seed), CrashDisk::new(seed));
        jumpy.interrupt(60);
        let mut told = Told::default();
        for disk in [&plain, &jumpy] {
            let (mut writer, _reader) = open(disk, always()).expect("it opens");
            for number in 0..20 {
                put(&mut writer, number).expect("it is finished");
                told.durable.insert(number);
            }
        }
        told.offered = 20;
        jumpy.crash();
        jumpy.heal();
        check(&jumpy, &told, "interrupted");
        let lengths = |disk: &CrashDisk| {
            let segments = disk.files().into_iter().filter(|path| path.to_string_lossy().ends_with(".seg"));
            segments.map(|path| disk.bytes(path).map(|bytes| bytes.len())).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&plain), lengths(&jumpy), "bytes written twice");
    }
}

#[test]
fn after_a_sync_that_failed_nothing_is_accepted_until_it_is_written_again_to_a_new_file() {
    let disk = CrashDisk::new(9);
    let every = SyncPolicy::Every(std::time::Duration::from_secs(3600));
    let (mut writer, mut reader) = open(&disk, settings().segment_records(100).sync(every)).expect("it opens");
    for number in 0..4 {
        put(&mut writer, number).expect("there is room");
    }
    writer.sync().expect("all is well");
    for number in 4..8 {
        put(&mut writer, number).expect("there is room");
    }
    // The data of the first file is refused, and then the new one's name.
    disk.fail(DiskFault::new(DiskCall::Sync, ErrorKind::Other).on(".seg.new"));
    disk.fail(DiskFault::new(DiskCall::Rename, ErrorKind::Other).times(2));
    assert!(writer.sync().is_err());
    assert_eq!(writer.watch().durable(), 5, "told durable in spite of the error");
    let health = writer.watch().health();
    assert!(health.failing && health.sync_failures == 1, "{health:?}");
    assert!(put(&mut writer, 8).is_err(), "accepted while the disk fails");
    assert_eq!(drain(&mut reader), [0, 1, 2, 3], "shown while they are nowhere for certain");
    assert_eq!(put(&mut writer, 9).expect("the disk is well again"), 9);
    assert!(!writer.watch().health().failing);
    writer.sync().expect("all is well");
    disk.crash();
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(drain(&mut reader), [0, 1, 2, 3, 4, 5, 6, 7, 9]);
    assert!(disk.bytes(format!("{FOLDER}/00000000000000000005.seg")).is_some(), "under the old sequences");
}

#[test]
fn what_cannot_be_opened_for_a_reason_that_may_pass_is_waited_for() {
    let too_many = || std::io::Error::from_raw_os_error(24).kind();
    for kind in [ErrorKind::PermissionDenied, ErrorKind::OutOfMemory] {
        let disk = CrashDisk::new(3);
        let (mut writer, mut reader) = open(&disk, settings()).expect("it opens");
        for number in 0..9 {
            put(&mut writer, number).expect("there is room");
        }
        assert!(kind != too_many(), "that one is known by its number");
        disk.fail(DiskFault::new(DiskCall::Open, kind).on(".seg").times(20));
        let failed = (0..20).filter(|_| reader.read(100, 1 << 20).is_err()).count();
        assert_eq!((failed, drain(&mut reader)), (20, (0..9).collect::<Vec<_>>()));
        assert_eq!(writer.watch().health().quarantined_records, 0);
    }
}

#[test]
fn what_cannot_be_read_three_times_is_passed_over_and_counted() {
    let disk = CrashDisk::new(3);
    let (mut writer, mut reader) = open(&disk, settings()).expect("it opens");
    for number in 0..9 {
        put(&mut writer, number).expect("there is room");
    }
    // The second segment cannot be opened.
    disk.fail(DiskFault::new(DiskCall::Open, ErrorKind::Other).on("00000000000000000004.seg").times(3));
    assert_eq!(super::support::numbers(&reader.read(3, 1 << 20).expect("the first is well")), [0, 1, 2]);
    assert!(reader.read(3, 1 << 20).is_err());
    let mut lost = 0;
    let mut found = Vec::new();
    for _ in 0..5 {
        let Ok(chunk) = reader.read(3, 1 << 20) else { continue };
        lost += chunk.lost().iter().map(tracework_engine::spool::Lost::records).sum::<u64>();
        found.extend(super::support::numbers(&chunk));
    }
    assert_eq!((lost, found), (3, vec![6, 7, 8]));
    assert_eq!(writer.watch().health().quarantined_records, 3);
    reader.acknowledge(u64::MAX).expect("all is well");
    assert_eq!(writer.watch().health().records, 0);
}
