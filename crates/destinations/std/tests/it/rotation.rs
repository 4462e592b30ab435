//! When a new file is begun, and what the old one is called.

use crate::support::{Clock, all_lines, names, numbered, page, text, write};
use std::fs;
use tempfile::tempdir;
use tracework_core::{Command, Destination};
use tracework_std::{File, Period};

const NOON: &str = "2026-11-21T12:00:00Z";

#[test]
fn a_file_never_becomes_larger_than_it_may() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at(NOON);
    let mut file = File::rolling(folder.path().join("app.jsonl")).max_size(70).clock(clock.read());
    write(&mut file, &numbered(0..25));
    let expected = ["app.2026-11-21T12-00-00.1.jsonl", "app.2026-11-21T12-00-00.jsonl", "app.jsonl"];
    assert_eq!(names(folder.path()), expected);
    assert_eq!(text(&folder.path().join(expected[1])).lines().count(), 10);
    assert_eq!(text(&folder.path().join("app.jsonl")).lines().count(), 5);
    assert_eq!(all_lines(folder.path()), numbered(0..25));
}

#[test]
fn a_file_that_is_exactly_full_stays_until_more_comes() {
    let folder = tempdir().expect("a folder");
    let mut file = File::rolling(folder.path().join("app.jsonl")).max_size(14);
    write(&mut file, &numbered(0..2));
    assert_eq!(names(folder.path()), ["app.jsonl"]);
    write(&mut file, &numbered(2..3));
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_record_that_is_too_large_has_a_file_for_itself() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at(NOON);
    let mut file = File::rolling(folder.path().join("app")).max_size("10B").clock(clock.read());
    write(&mut file, &["small", "larger than any file may be", "little"]);
    assert_eq!(names(folder.path()), ["app", "app.2026-11-21T12-00-00", "app.2026-11-21T12-00-00.1"]);
    assert_eq!(text(&folder.path().join("app.2026-11-21T12-00-00.1")), "larger than any file may be\n");
}

#[test]
fn a_day_ends_at_midnight_of_its_zone() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-11-21T22:59:59Z");
    let path = folder.path().join("app.jsonl");
    let mut file = File::rolling(&path).every(Period::Day).zone("Europe/Berlin").clock(clock.read());
    write(&mut file, &["before"]);
    clock.set("2026-11-21T23:00:00Z");
    write(&mut file, &["after"]);
    assert_eq!(names(folder.path()), ["app.2026-11-22T00-00-00.jsonl", "app.jsonl"]);
    assert_eq!(text(&path), "after\n");
}

#[test]
fn days_on_which_the_clock_changes_are_days() {
    for (from, hours, zone) in
        [("2026-03-28T23:00:00Z", 23, "Europe/Berlin"), ("2026-10-24T22:00:00Z", 25, "Europe/Berlin")]
    {
        let folder = tempdir().expect("a folder");
        let start: jiff::Timestamp = from.parse().expect("a time");
        let clock = Clock::at(from);
        let mut file = File::rolling(folder.path().join("app")).every(Period::Day).zone(zone).clock(clock.read());
        for hour in 0..hours {
            clock.set(&(start + jiff::SignedDuration::from_hours(hour)).to_string());
            write(&mut file, &["line"]);
        }
        assert_eq!(names(folder.path()), ["app"], "{from}: {hours} hours in one file");
        clock.set(&(start + jiff::SignedDuration::from_hours(hours)).to_string());
        write(&mut file, &["line"]);
        assert_eq!(names(folder.path()).len(), 2);
    }
}

#[test]
fn the_hour_that_comes_twice_makes_two_files() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at("2026-10-24T23:30:00Z");
    let mut file =
        File::rolling(folder.path().join("app")).every(Period::Hour).zone("Europe/Berlin").keep(1).clock(clock.read());
    write(&mut file, &["until two"]);
    clock.set("2026-10-25T00:00:00Z");
    write(&mut file, &["from two"]);
    clock.set("2026-10-25T01:00:00Z");
    write(&mut file, &["from two again"]);
    file.close().expect("it closes");
    assert_eq!(names(folder.path()), ["app", "app.2026-10-25T02-00-00.1"]);
    assert_eq!(all_lines(folder.path()), ["from two", "from two again"], "the older of the two went");
}

#[test]
fn size_and_time_together_rotate_by_whichever_comes_first() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at(NOON);
    let mut file = File::rolling(folder.path().join("app")).every(Period::Minute).max_size(14).clock(clock.read());
    write(&mut file, &numbered(0..3));
    clock.set("2026-11-21T12:01:00Z");
    write(&mut file, &numbered(3..4));
    assert_eq!(names(folder.path()), ["app", "app.2026-11-21T12-00-00", "app.2026-11-21T12-01-00"]);
    assert_eq!(all_lines(folder.path()), numbered(0..4));
}

#[test]
fn the_time_ends_a_file_also_while_nothing_is_logged_but_never_an_empty_one() {
    let folder = tempdir().expect("a folder");
    let clock = Clock::at(NOON);
    let mut file = File::rolling(folder.path().join("app")).every(Period::Hour).clock(clock.read());
    write(&mut file, &["line"]);
    for time in ["2026-11-21T13:00:00Z", "2026-11-21T14:00:00Z"] {
        clock.set(time);
        file.tick().expect("it ticks");
    }
    assert_eq!(names(folder.path()), ["app", "app.2026-11-21T13-00-00"]);
}

#[test]
fn a_file_of_yesterday_is_rotated_when_the_program_starts_today() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    fs::write(&path, "old\n").expect("written");
    let yesterday = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    let file = fs::File::options().append(true).open(&path).expect("opened");
    file.set_modified(yesterday.into()).expect("dated");
    write(&mut File::rolling(&path).every(Period::Day), &["new"]);
    assert_eq!(text(&path), "new\n");
    assert_eq!(all_lines(folder.path()), ["new", "old"]);
}

#[test]
fn a_start_begins_a_new_file_where_that_is_wanted() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    for run in 0..3 {
        write(&mut File::append(&path).rotate_at_start(true), &[format!("run {run}")]);
    }
    assert_eq!(text(&path), "run 2\n");
    assert_eq!(all_lines(folder.path()), ["run 0", "run 1", "run 2"]);
}

#[test]
fn an_operator_rotates_and_an_empty_file_stays() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path).header("name\n");
    file.open().expect("it opens");
    file.command(Command::Rotate).expect("nothing to rotate");
    assert_eq!(names(folder.path()), ["app"]);
    write(&mut file, &["one"]);
    file.command(Command::Rotate).expect("it rotates");
    write(&mut file, &["two"]);
    assert_eq!(text(&path), "name\ntwo\n");
    assert_eq!(all_lines(folder.path()), ["name", "name", "one", "two"]);
}

#[test]
fn the_header_stands_once_at_the_beginning_of_every_file() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app.csv");
    let clock = Clock::at(NOON);
    let file = || File::rolling(&path).max_size(19).header("name\n").clock(clock.read());
    write(&mut file(), &numbered(0..1));
    write(&mut file(), &numbered(1..2));
    write(&mut file(), &numbered(2..5));
    let content = |name: &str| text(&folder.path().join(name));
    assert_eq!(content("app.2026-11-21T12-00-00.csv"), "name\n000000\n000001\n");
    assert_eq!(content("app.2026-11-21T12-00-00.1.csv"), "name\n000002\n000003\n");
    assert_eq!(content("app.csv"), "name\n000004\n");
}

#[test]
fn a_rotation_that_fails_is_said_and_the_records_go_on_into_the_old_file() {
    let folder = tempdir().expect("a folder");
    // The stamp makes the name longer than a name may be.
    let path = folder.path().join("a".repeat(250));
    let mut file = File::rolling(&path).max_size(14);
    write(&mut file, &numbered(0..6));
    let failure = file.tick().expect_err("it says so");
    assert!(failure.to_string().starts_with("cannot rotate "), "{failure}");
    file.tick().expect("once");
    assert_eq!(all_lines(folder.path()), numbered(0..6));
}

#[test]
fn a_file_is_json_lines_unless_it_is_told_otherwise() {
    let mut format = File::append("app").usual_format().expect("a format");
    let (page, picks) = page(&["hello"]);
    let mut line = Vec::new();
    format.encode(&page.record(picks[0]), &mut line);
    assert!(line.starts_with(b"{") && line.ends_with(b"}\n"), "{}", String::from_utf8_lossy(&line));
}

#[test]
fn a_setting_that_makes_no_sense_is_said_and_never_healed() {
    let file = File::rolling("app").max_size("64 parsecs");
    assert_eq!(
        file.check().expect_err("no size").to_string(),
        "rotate.size: `64 parsecs` is no size: `parsecs` is no unit; a size is a number and a unit, such as 512KiB, \
         64MiB or 2GB"
    );
    let mut file = File::rolling("app").zone("Europe/Berln");
    let failure = file.open().expect_err("no zone");
    assert!(failure.to_string().starts_with("zone: `Europe/Berln` is no known time zone"), "{failure}");
    assert!(File::rolling("app").max_size(0).check().is_err());
    for path in ["..", "", "/", "src"] {
        assert_eq!(File::append(path).check().expect_err(path).setting, "path");
    }
}
