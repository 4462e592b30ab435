//! Rotated files are compressed, whatever happens in between.
#![cfg(feature = "gzip")]

use crate::support::{Clock, all_lines, names, numbered, text, unzipped, write};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::tempdir;
use tracework_core::{Command, Destination};
use tracework_std::{Compression, File};

const ROTATED: &str = "app.2026-11-21T12-00-00.jsonl";

fn file(folder: &Path) -> File {
    let clock = Clock::at("2026-11-21T12:00:00Z");
    File::rolling(folder.join("app.jsonl")).compress(Compression::Gzip).clock(clock.read())
}

#[test]
fn a_rotated_file_becomes_a_gz_with_the_same_lines_mode_and_time() {
    let folder = tempdir().expect("a folder");
    let mut file = file(folder.path()).mode(0o600);
    write(&mut file, &numbered(0..1000));
    let written = SystemTime::now() - Duration::from_secs(7200);
    let open = fs::File::options().append(true).open(folder.path().join("app.jsonl")).expect("opened");
    open.set_modified(written).expect("dated");
    drop(open);
    file.command(Command::Rotate).expect("it rotates");
    file.close().expect("it closes");
    assert_eq!(names(folder.path()), [&format!("{ROTATED}.gz"), "app.jsonl"]);
    let packed = folder.path().join(format!("{ROTATED}.gz"));
    assert_eq!(unzipped(&packed).lines().collect::<Vec<_>>(), numbered(0..1000));
    let metadata = fs::metadata(&packed).expect("it is there");
    assert!(metadata.modified().expect("a time").duration_since(written).is_ok_and(|gap| gap.as_secs() < 2));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777, 0o600);
}

/// What a crash leaves behind, and the lines that must be there afterwards, once each.
fn recovers(leave: impl FnOnce(&Path)) -> Vec<String> {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join(ROTATED), "old\n").expect("written");
    leave(folder.path());
    let mut file = file(folder.path());
    write(&mut file, &["new"]);
    file.close().expect("it closes");
    assert_eq!(all_lines(folder.path()), ["new", "old"]);
    names(folder.path())
}

#[test]
fn what_a_crash_left_uncompressed_is_compressed_at_the_next_start() {
    assert_eq!(recovers(|_| {}), [&format!("{ROTATED}.gz"), "app.jsonl"]);
}

#[test]
fn what_a_crash_left_half_compressed_is_removed_and_done_anew() {
    let names = recovers(|folder| fs::write(folder.join(format!("{ROTATED}.gz.part")), "torn").expect("written"));
    assert_eq!(names, [&format!("{ROTATED}.gz"), "app.jsonl"]);
}

#[test]
fn a_crash_before_the_original_is_removed_leaves_no_line_twice() {
    let names = recovers(|folder| {
        let status = std::process::Command::new("gzip").arg("-k").arg(folder.join(ROTATED)).status();
        assert!(status.expect("gzip runs").success());
    });
    assert_eq!(names, [&format!("{ROTATED}.gz"), "app.jsonl"]);
}

#[test]
fn a_half_compressed_file_without_its_original_is_removed() {
    let names = recovers(|folder| {
        fs::write(folder.join("app.2026-11-20T12-00-00.jsonl.gz.part"), "torn").expect("written");
    });
    assert_eq!(names, [&format!("{ROTATED}.gz"), "app.jsonl"]);
}

#[test]
fn retention_counts_what_is_compressed_by_its_compressed_size() {
    let folder = tempdir().expect("a folder");
    let mut file = file(folder.path()).max_size(70_000).keep_total(100_000);
    write(&mut file, &numbered(0..100_000));
    file.close().expect("it closes");
    // 700,000 bytes of digits; as they are, only one rotated file would have stayed.
    assert!(names(folder.path()).len() > 4, "{:?}", names(folder.path()));
}

#[test]
fn a_file_that_cannot_be_compressed_stays_as_it_is_and_is_said() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join(ROTATED), "old\n").expect("written");
    let part = folder.path().join(format!("{ROTATED}.gz.part"));
    fs::create_dir(&part).expect("something in the way");
    fs::write(part.join("full"), "").expect("written");
    let mut file = file(folder.path());
    file.open().expect("it opens");
    let failure = file.close().expect_err("it says so");
    assert!(failure.to_string().contains("app.2026-11-21T12-00-00.jsonl"), "{failure}");
    assert_eq!(text(&folder.path().join(ROTATED)), "old\n");
}

#[cfg(feature = "zstd")]
#[test]
fn a_rotated_file_becomes_a_zst() {
    let folder = tempdir().expect("a folder");
    let mut file = file(folder.path()).compress(Compression::Zstd);
    write(&mut file, &numbered(0..1000));
    file.command(Command::Rotate).expect("it rotates");
    file.close().expect("it closes");
    let bytes = fs::read(folder.path().join(format!("{ROTATED}.zst"))).expect("it is there");
    let lines = zstd::decode_all(&bytes[..]).expect("it is sound");
    assert_eq!(String::from_utf8_lossy(&lines).lines().collect::<Vec<_>>(), numbered(0..1000));
}
