//! What stays of rotated files, and what is never touched.

use crate::support::{Clock, names, numbered, write};
use std::fs;
use std::path::Path;
use tempfile::tempdir;
use tracework_core::{Command, Destination};
use tracework_std::{Compression, File};

/// Rotates `count` times, a day each, and closes.
fn rotate(mut file: File, clock: &Clock, count: usize) {
    for day in 1..=count {
        clock.set(&format!("2026-11-{day:02}T00:00:00Z"));
        write(&mut file, &numbered(0..1));
        file.command(Command::Rotate).expect("it rotates");
    }
    write(&mut file, &["open"]);
    file.close().expect("it closes");
}

fn file(folder: &Path, clock: &Clock) -> File {
    File::rolling(folder.join("app.jsonl")).clock(clock.read())
}

#[test]
fn exactly_as_many_rotated_files_stay_as_asked_for() {
    for keep in 0..=3 {
        let folder = tempdir().expect("a folder");
        let clock = Clock::at("2026-11-01T00:00:00Z");
        rotate(file(folder.path(), &clock).keep(keep), &clock, 5);
        let mut expected: Vec<_> = (6 - keep..=5).map(|day| format!("app.2026-11-{day:02}T00-00-00.jsonl")).collect();
        expected.push("app.jsonl".to_owned());
        assert_eq!(names(folder.path()), expected, "keep {keep}");
    }
}

#[test]
fn files_that_are_too_old_go() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    rotate(file(folder.path(), &clock).keep_age("2d"), &clock, 5);
    assert_eq!(names(folder.path()).len(), 4, "the 3rd, 4th and 5th, and the open one");
}

#[test]
fn the_oldest_go_while_all_take_too_much() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    rotate(file(folder.path(), &clock).keep_total(20), &clock, 5);
    assert_eq!(names(folder.path()).len(), 3, "two of 7 bytes, and the open one");
}

#[test]
fn the_strictest_of_several_rules_holds() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    rotate(file(folder.path(), &clock).keep(4).keep_age("100d").keep_total(7), &clock, 5);
    assert_eq!(names(folder.path()), ["app.2026-11-05T00-00-00.jsonl", "app.jsonl"]);
}

#[test]
fn the_open_file_stays_however_large_and_old_it_is() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    let mut file = file(folder.path(), &clock).keep(0).keep_age("1s").keep_total(1);
    write(&mut file, &numbered(0..100));
    clock.set("2027-11-01T00:00:00Z");
    file.tick().expect("it ticks");
    file.close().expect("it closes");
    assert_eq!(names(folder.path()), ["app.jsonl"]);
}

/// It is deleted by a thread of its own; the next tick behind that tells.
#[test]
fn what_was_deleted_is_told_once() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    let mut file = file(folder.path(), &clock).keep(1);
    assert_eq!(file.notice(), None);
    for day in 1..=4 {
        clock.set(&format!("2026-11-{day:02}T00:00:00Z"));
        write(&mut file, &numbered(0..1));
        file.command(Command::Rotate).expect("it rotates");
    }
    file.close().expect("it closes, and waits for the thread");
    let told = file.notice().expect("something was deleted");
    let path = folder.path().join("app.jsonl");
    let expected =
        format!("3 rotated files were deleted that retention does not keep, 21 bytes of `{}`", path.display());
    assert_eq!(told, expected);
    assert_eq!(file.notice(), None, "it is told once");
}

#[test]
fn names_of_others_are_never_touched() {
    let folder = tempdir().expect("a folder");
    let foreign = [
        "app.backup.jsonl",
        "app.2020-01-01T00-00-00.jsonl.bak",
        "app.2020-01-01.jsonl",
        "app.2020-01-01T00-00-00.old.jsonl",
        "app.2020-01-01T00-00-00.jsonl.part",
        "app2.2020-01-01T00-00-00.jsonl",
        "app.2020-99-01T00-00-00.jsonl",
        "other.log",
    ];
    foreign.iter().for_each(|name| fs::write(folder.path().join(name), "precious").expect("written"));
    fs::create_dir(folder.path().join("app.2020-01-02T00-00-00.jsonl")).expect("a folder of our form");
    #[cfg(unix)]
    std::os::unix::fs::symlink("other.log", folder.path().join("app.2020-01-03T00-00-00.jsonl")).expect("a link");
    let clock = Clock::at("2026-11-01T00:00:00Z");
    let mut hungry = file(folder.path(), &clock).keep(0).keep_age("1s").keep_total(0);
    if Compression::Gzip.is_available() {
        hungry = hungry.compress(Compression::Gzip);
    }
    rotate(hungry, &clock, 2);
    let left = names(folder.path());
    for name in foreign {
        assert!(left.iter().any(|left| left == name), "{name} is still there");
        assert_eq!(fs::read_to_string(folder.path().join(name)).expect("readable"), "precious");
    }
    assert_eq!(left.len(), foreign.len() + if cfg!(unix) { 3 } else { 2 });
}
