//! Several writers, one file.

use crate::support::{all_lines, child_folder, deliver, names, numbered, text, write};
use tempfile::tempdir;
use tracework_core::{Command, Destination, FailureClass};
use tracework_std::{Compression, File, Sharing, Sync};

#[test]
fn a_file_for_one_writer_refuses_a_second_until_the_first_has_gone() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut first = File::append(&path).sharing(Sharing::Exclusive);
    write(&mut first, &["one"]);
    for sharing in [Sharing::Exclusive, Sharing::Append] {
        let failure = deliver(&mut File::append(&path).sharing(sharing), &["two"]).expect_err("it is refused");
        assert_eq!(failure.class(), FailureClass::Temporary);
        assert!(failure.to_string().contains(&path.display().to_string()), "{failure}");
        #[cfg(unix)]
        assert!(failure.to_string().contains("is in use: another writer has it locked"), "{failure}");
    }
    first.close().expect("it closes");
    write(&mut File::append(&path).sharing(Sharing::Exclusive), &["two"]);
    assert_eq!(text(&path), "one\ntwo\n");
}

#[test]
fn a_file_for_one_writer_rotates_and_stays_locked() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut first = File::append(&path).sharing(Sharing::Exclusive);
    write(&mut first, &["one"]);
    first.command(Command::Rotate).expect("it rotates");
    write(&mut first, &["two"]);
    assert!(File::append(&path).sharing(Sharing::Exclusive).open().is_err());
    assert_eq!(names(folder.path()).len(), 2);
}

#[cfg(unix)]
#[test]
fn several_processes_append_and_rotate_and_each_line_is_in_one_file() {
    let folder = tempdir().expect("a folder");
    let mut children: Vec<_> = (0..3)
        .map(|number| {
            let mut child = crate::support::child("sharing::appends_and_rotates", folder.path(), "true");
            child.env("CHILD_NUMBER", number.to_string()).spawn().expect("it starts")
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().expect("it ends").success());
    }
    let expected: Vec<_> =
        (0..3).flat_map(|child| (0..CHILD_LINES).map(move |line| format!("{child}:{line:06}"))).collect();
    // What one process could not compress because another still wrote to it, the next start does.
    let mut file = rolling(folder.path());
    file.open().expect("it opens");
    file.close().expect("it closes");
    let lines = all_lines(folder.path());
    let fits = |same: &&[String]| same.len() == 1 && expected.binary_search(&same[0]).is_ok();
    let strange: Vec<_> = lines.chunk_by(|one, other| one == other).filter(|same| !fits(same)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(lines == expected, "{} lines in the place of {}", lines.len(), expected.len());
    assert!(names(folder.path()).len() > 5, "{:?}", names(folder.path()));
}

const CHILD_LINES: usize = 20_000;

fn rolling(folder: &std::path::Path) -> File {
    let file = File::rolling(folder.join("app")).max_size("50kB");
    if Compression::Gzip.is_available() { file.compress(Compression::Gzip) } else { file }
}

#[test]
#[ignore = "the child of another test"]
fn appends_and_rotates() {
    let Some(folder) = child_folder() else { return };
    let number = std::env::var("CHILD_NUMBER").expect("a number");
    let mut file = rolling(&folder);
    for start in (0..CHILD_LINES).step_by(100) {
        let lines: Vec<_> = (start..start + 100).map(|line| format!("{number}:{line:06}")).collect();
        write(&mut file, &lines);
    }
    file.close().expect("it closes");
}

#[test]
fn half_a_line_of_another_is_ended_only_if_the_other_does_not() {
    use std::io::Write as _;
    for (rest, expected) in [("alf\n", "half\none\n"), ("", "h\none\n"), ("alf\nand h", "half\nand h\none\n")] {
        let folder = tempdir().expect("a folder");
        let path = folder.path().join("app");
        std::fs::write(&path, "h").expect("written");
        let mut other = std::fs::File::options().append(true).open(&path).expect("it opens");
        let mut file = File::append(&path);
        file.open().expect("it opens");
        other.write_all(rest.as_bytes()).expect("written");
        write(&mut file, &["one"]);
        assert_eq!(text(&path), expected);
    }
}

#[cfg(all(unix, feature = "gzip"))]
#[test]
fn what_another_still_writes_to_is_not_compressed_yet() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut idle = File::append(&path);
    write(&mut idle, &["from the other"]);
    let mut file = File::append(&path).compress(Compression::Gzip);
    write(&mut file, &["one"]);
    file.command(Command::Rotate).expect("it rotates");
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(names(folder.path()).iter().all(|name| !name.contains(".gz")), "{:?}", names(folder.path()));
    idle.tick().expect("it follows");
    let packed = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        file.tick().expect("it ticks");
        names(folder.path()).iter().any(|name| name.ends_with(".gz"))
    });
    assert!(packed, "now that nobody writes to it");
    file.close().expect("it closes");
    write(&mut idle, &["two"]);
    assert_eq!(all_lines(folder.path()), ["from the other", "one", "two"]);
}

#[test]
fn every_way_to_sync_writes_the_same() {
    for sync in [Sync::Never, Sync::Flush, Sync::EveryBatch] {
        let folder = tempdir().expect("a folder");
        let mut file = File::append(folder.path().join("new/app")).sync(sync);
        write(&mut file, &numbered(0..2));
        file.command(Command::Rotate).expect("it rotates");
        write(&mut file, &numbered(2..4));
        file.flush().expect("it flushes");
        file.close().expect("it closes");
        assert_eq!(all_lines(&folder.path().join("new")), numbered(0..4));
    }
}
