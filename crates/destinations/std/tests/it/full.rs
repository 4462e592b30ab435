//! A full disk.
#![cfg(unix)]

use crate::support::{child, child_folder, deliver, deliver_from, numbered, text, write};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;
use tracework_core::{Destination, FailureClass};
use tracework_std::File;

/// Fills the file until it fails; the lines that got through, by the failures' own account.
fn fill(file: &mut File, lines: &[String]) -> usize {
    let failure = deliver(file, lines).expect_err("there is no room");
    assert_eq!(failure.class(), FailureClass::Temporary);
    failure.delivered()
}

#[test]
fn no_half_record_stays_behind_and_writing_goes_on_when_there_is_space() {
    let folder = tempdir().expect("a folder");
    // Its own output goes through a pipe: the limit would hold for a file too.
    let child = child("full::meets_a_limit", folder.path(), "trap '' XFSZ; ulimit -f 2").output().expect("it runs");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    let lines: Vec<_> = text(&folder.path().join("app")).lines().map(ToOwned::to_owned).collect();
    assert!(!lines.is_empty());
    assert_eq!(lines, numbered(0..lines.len()));
    let told: usize = text(&folder.path().join("told")).parse().expect("a number");
    assert_eq!(lines.len(), told, "exactly what it said is there");
    let mut file = File::append(folder.path().join("app"));
    deliver_from(&mut file, &numbered(0..1000), told).expect("now there is room");
    assert_eq!(text(&folder.path().join("app")).lines().collect::<Vec<_>>(), numbered(0..1000));
}

#[test]
#[ignore = "the child of another test"]
fn meets_a_limit() {
    let Some(folder) = child_folder() else { return };
    let mut file = File::append(folder.join("app"));
    let told = fill(&mut file, &numbered(0..1000));
    let failure = deliver_from(&mut file, &numbered(0..1000), told).expect_err("still no room");
    assert_eq!(failure.delivered(), 0);
    assert!(failure.to_string().contains("cannot write to"), "{failure}");
    fs::write(folder.join("told"), told.to_string()).expect("written");
}

/// A file system of 64 KiB, where we may mount one.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tracework-test"]).arg(at).output();
        mount.is_ok_and(|out| out.status.success()).then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_file_system_loses_nothing_that_was_counted() {
    let folder = tempdir().expect("a folder");
    let Some(_small) = Small::mount(folder.path()) else { return };
    let path = folder.path().join("app");
    let ballast = folder.path().join("ballast");
    fs::write(&ballast, vec![0; 30 << 10]).expect("written");
    let lines = numbered(0..8000);
    let mut file = File::append(&path);
    let told = fill(&mut file, &lines);
    assert_eq!(text(&path).lines().count(), told);
    assert!(text(&path).ends_with('\n'));
    fs::remove_file(&ballast).expect("removed");
    deliver_from(&mut file, &lines, told).expect("there is room again");
    assert_eq!(text(&path).lines().collect::<Vec<_>>(), lines);
    file.tick().expect("it is well");
}

#[test]
fn retention_makes_room_although_compression_finds_none() {
    let folder = tempdir().expect("a folder");
    let Some(_small) = Small::mount(folder.path()) else { return };
    let old = folder.path().join("app.2026-01-01T00-00-00");
    fs::write(&old, vec![b'x'; 40 << 10]).expect("written");
    let mut file = File::rolling(folder.path().join("app")).keep(0);
    if tracework_std::Compression::Gzip.is_available() {
        file = file.compress(tracework_std::Compression::Gzip);
    }
    write(&mut file, &["one"]);
    file.close().expect("it closes");
    assert!(!old.exists());
}
