//! The disk of this machine, and whole calls over single ones.

use std::io::ErrorKind;
use std::path::Path;
use tracework_disk::{Disk, Open, OsDisk, create_folders, read_full_at, sync_above, write_all_at};
use tracework_testkit::{CrashDisk, DiskCall, DiskFault};

#[test]
fn what_is_written_at_a_place_is_read_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert_eq!(OsDisk.open(&path, Open::Write).unwrap_err().kind(), ErrorKind::NotFound);
    let file = OsDisk.open(&path, Open::Create).unwrap();
    write_all_at(&*file, b"abcdef", 4).unwrap();
    file.sync().unwrap();
    let mut read = [9; 20];
    assert_eq!(read_full_at(&*file, &mut read, 0).unwrap(), 10);
    assert_eq!(&read[..10], b"\0\0\0\0abcdef");
    file.set_length(5).unwrap();
    assert_eq!(file.length().unwrap(), 5);
    assert_eq!(OsDisk.open(&path, Open::Create).unwrap().length().unwrap(), 5, "it is kept");
    assert_eq!(OsDisk.open(&path, Open::New).unwrap().length().unwrap(), 0, "it is emptied");
    let other = folder.path().join("other");
    OsDisk.rename(&path, &other).unwrap();
    let listed = OsDisk.list(folder.path()).unwrap();
    assert_eq!(listed.iter().map(|entry| (entry.name.as_str(), entry.is_file)).collect::<Vec<_>>(), [("other", true)]);
    OsDisk.remove(&other).unwrap();
    OsDisk.sync_folder(folder.path()).unwrap();
    assert!(OsDisk.list(folder.path()).unwrap().is_empty());
}

#[test]
fn a_lock_is_held_by_one_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let (one, two) = (OsDisk.open(&path, Open::Create).unwrap(), OsDisk.open(&path, Open::Create).unwrap());
    assert!(one.try_lock().unwrap() && !two.try_lock().unwrap());
    drop(one);
    assert!(two.try_lock().unwrap());
}

#[cfg(unix)]
#[test]
fn links_folders_and_pipes_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    std::fs::write(&real, "mine").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    for how in [Open::Read, Open::Write, Open::Create, Open::New] {
        assert!(OsDisk.open(&link, how).is_err(), "{how:?}");
    }
    assert_eq!(std::fs::read(&real).unwrap(), b"mine");
    assert!(OsDisk.open(folder.path(), Open::Read).is_err());
    let listed = OsDisk.list(folder.path()).unwrap();
    assert!(listed.iter().any(|entry| entry.name == "link" && !entry.is_file));
}

#[test]
fn folders_are_made_and_each_is_synced_into_the_one_above() {
    let disk = CrashDisk::new(1);
    create_folders(&disk, Path::new("/a/b/c")).unwrap();
    disk.crash();
    assert!(disk.list(Path::new("/a/b/c")).is_ok(), "it outlives a power failure");
    create_folders(&disk, Path::new("/a/b/c")).unwrap();
    disk.fail(DiskFault::new(DiskCall::SyncFolder, ErrorKind::Other));
    assert!(create_folders(&disk, Path::new("/x")).is_err());
}

#[test]
fn folders_that_somebody_else_made_are_synced_too() {
    let disk = CrashDisk::new(1);
    for folder in ["/a", "/a/b", "/a/b/c"] {
        disk.make_folder(Path::new(folder)).unwrap();
    }
    sync_above(&disk, Path::new("/a/b/c")).unwrap();
    disk.crash();
    assert!(disk.list(Path::new("/a/b/c")).is_ok());
    // What this process may not open it cannot have made.
    disk.fail(DiskFault::new(DiskCall::SyncFolder, ErrorKind::PermissionDenied).times(9));
    sync_above(&disk, Path::new("/a/b/c")).unwrap();
    disk.heal();
    disk.fail(DiskFault::new(DiskCall::SyncFolder, ErrorKind::Other));
    assert!(sync_above(&disk, Path::new("/a/b/c")).is_err());
}

#[test]
fn short_and_interrupted_calls_are_finished_and_a_full_disk_is_told() {
    let disk = CrashDisk::new(1);
    let file = disk.open(Path::new("/log"), Open::New).unwrap();
    disk.interrupt(70);
    let bytes: Vec<u8> = (0..5000_u32).map(|number| number.to_le_bytes()[0]).collect();
    write_all_at(&*file, &bytes, 0).unwrap();
    let mut read = vec![0; 6000];
    assert_eq!(read_full_at(&*file, &mut read, 0).unwrap(), 5000);
    assert_eq!(&read[..5000], bytes);
    disk.heal();
    disk.set_capacity(Some(5100));
    assert_eq!(write_all_at(&*file, &bytes, 5000).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(file.length().unwrap(), 5100, "as much as there was room for");
}
