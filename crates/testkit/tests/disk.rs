//! The disk that crashes does what it is said to do.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use tracework_disk::{Disk, DiskFile, Open, write_all_at};
use tracework_testkit::{CrashDisk, DiskCall, DiskFault};

fn made(disk: &CrashDisk, bytes: &[u8]) -> Box<dyn DiskFile> {
    let file = disk.open(Path::new("/log"), Open::Create).unwrap();
    write_all_at(&*file, bytes, 0).unwrap();
    file
}

#[test]
fn what_was_synced_is_there_and_the_rest_may_be() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let disk = CrashDisk::new(seed);
        let file = made(&disk, &[1; 1024]);
        file.sync().unwrap();
        disk.sync_folder(Path::new("/")).unwrap();
        write_all_at(&*file, &[2; 1024], 0).unwrap();
        disk.crash();
        let bytes = disk.bytes("/log").unwrap();
        // A sector is old or new.
        for sector in bytes.chunks(512) {
            assert!(sector.iter().all(|byte| *byte == sector[0]) && [1, 2].contains(&sector[0]));
        }
        seen.insert((bytes[0], bytes[512]));
    }
    assert_eq!(seen.len(), 4, "in every order: {seen:?}");
}

#[test]
fn a_name_needs_its_folder_synced() {
    let there = (0..100).filter(|&seed| {
        let disk = CrashDisk::new(seed);
        made(&disk, b"x").sync().unwrap();
        disk.crash();
        disk.bytes("/log").is_some()
    });
    assert!((10..90).contains(&there.count()), "sometimes, and sometimes not");
}

#[test]
fn after_a_sync_that_failed_another_brings_nothing_back() {
    let lost = (0..100).filter(|&seed| {
        let disk = CrashDisk::new(seed);
        let file = made(&disk, b"x");
        disk.sync_folder(Path::new("/")).unwrap();
        disk.fail(DiskFault::new(DiskCall::Sync, ErrorKind::Other));
        assert!(file.sync().is_err());
        file.sync().unwrap();
        assert_eq!(disk.bytes("/log").as_deref(), Some(&b"x"[..]), "whoever reads sees it still");
        disk.crash();
        disk.bytes("/log").as_deref() != Some(b"x")
    });
    assert!((10..90).contains(&lost.count()));
}

#[test]
fn a_kill_keeps_everything_and_frees_the_locks() {
    let disk = CrashDisk::new(1);
    let file = made(&disk, b"x");
    assert!(file.try_lock().unwrap());
    disk.kill();
    assert!(file.length().is_err(), "it was opened before");
    let file = disk.open(Path::new("/log"), Open::Write).unwrap();
    assert!(file.try_lock().unwrap());
    assert_eq!(disk.bytes("/log").as_deref(), Some(&b"x"[..]));
}

#[test]
fn the_machine_stops_at_the_call_it_is_told_to() {
    let disk = CrashDisk::new(1);
    let file = made(&disk, b"x");
    disk.stop_after(1);
    assert!(file.length().is_ok());
    assert!(file.length().is_err() && file.length().is_err());
    disk.kill();
    assert!(disk.open(Path::new("/log"), Open::Read).is_ok());
}
