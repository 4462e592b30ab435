//! Others rename, delete and truncate the file while it is written to.

use crate::support::{all_lines, deliver_from, names, numbered, text, write};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::tempdir;
use tracework_core::{Command, Destination};
use tracework_std::File;

#[test]
fn after_a_rename_writing_goes_on_at_the_path() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path);
    write(&mut file, &["one"]);
    fs::rename(&path, folder.path().join("app.1")).expect("renamed");
    file.tick().expect("it ticks");
    write(&mut file, &["two"]);
    assert_eq!((text(&folder.path().join("app.1")).as_str(), text(&path).as_str()), ("one\n", "two\n"));
}

#[test]
fn without_a_tick_the_next_batches_notice() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path);
    write(&mut file, &["one"]);
    fs::rename(&path, folder.path().join("app.1")).expect("renamed");
    std::thread::sleep(Duration::from_millis(20));
    write(&mut file, &["two"]);
    assert_eq!(text(&path), "two\n");
}

#[cfg(unix)]
#[test]
fn what_went_into_a_deleted_file_is_written_again() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path);
    write(&mut file, &["lost with the file"]);
    fs::remove_file(&path).expect("removed");
    write(&mut file, &["kept"]);
    assert_eq!(text(&path), "kept\n");
}

#[test]
fn a_deleted_folder_is_created_again() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("a/b/app");
    let mut file = File::append(&path);
    write(&mut file, &["one"]);
    fs::remove_dir_all(folder.path().join("a")).expect("removed");
    write(&mut file, &["two"]);
    assert_eq!(text(&path), "two\n");
}

#[test]
fn a_truncated_file_is_written_from_its_beginning_without_a_hole() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path).header("name\n");
    write(&mut file, &numbered(0..100));
    fs::File::options().write(true).open(&path).expect("opened").set_len(0).expect("truncated");
    file.tick().expect("it ticks");
    write(&mut file, &["after"]);
    assert_eq!(text(&path), "name\nafter\n");
}

#[test]
fn half_a_line_that_a_crash_left_is_ended_before_the_next() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    fs::write(&path, "one\ntw").expect("written");
    write(&mut File::append(&path), &["three"]);
    assert_eq!(text(&path), "one\ntw\nthree\n");
}

#[test]
fn an_operator_can_ask_to_reopen() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path);
    write(&mut file, &["one"]);
    fs::rename(&path, folder.path().join("app.1")).expect("renamed");
    file.command(Command::Reopen).expect("it reopens");
    write(&mut file, &["two"]);
    assert_eq!(text(&path), "two\n");
}

/// A writer of numbered lines that works until it is told to stop; the result tells how many there are.
fn writer(path: &Path, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<usize> {
    let (mut file, stop) = (File::append(path), Arc::clone(stop));
    std::thread::spawn(move || {
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            let lines = numbered(0..count + 10);
            deliver_from(&mut file, &lines, count).expect("it is delivered");
            count += 10;
        }
        file.close().expect("it closes");
        count
    })
}

#[test]
fn each_line_is_in_exactly_one_file_however_often_logrotate_comes() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let stop = Arc::new(AtomicBool::new(false));
    let writer = writer(&path, &stop);
    for turn in 0..20 {
        std::thread::sleep(Duration::from_millis(15));
        match fs::rename(&path, folder.path().join(format!("app.{turn}"))) {
            // As logrotate's `create`: an empty file stands there before the writer notices.
            Ok(()) if turn % 2 == 0 => _ = fs::File::create_new(&path),
            _ => {}
        }
    }
    stop.store(true, Ordering::Relaxed);
    let count = writer.join().expect("it ends well");
    assert_eq!(all_lines(folder.path()), numbered(0..count));
    assert!(names(folder.path()).len() > 10);
}
