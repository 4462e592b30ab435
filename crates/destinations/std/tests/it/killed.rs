//! A program that is killed in the middle of it all.
#![cfg(unix)]

use crate::support::{all_lines, child, child_folder, write};
use std::path::Path;
use std::time::Duration;
use tempfile::tempdir;
use tracework_core::Destination;
use tracework_std::{Compression, File};

const KILLS: u64 = 12;

fn rolling(folder: &Path) -> File {
    let file = File::rolling(folder.join("app")).max_size("200kB");
    if Compression::Gzip.is_available() { file.compress(Compression::Gzip) } else { file }
}

#[test]
fn each_line_is_in_one_file_whenever_the_program_is_killed() {
    let folder = tempdir().expect("a folder");
    for round in 0..KILLS {
        let mut child = child("killed::writes_for_ever", folder.path(), "true");
        let mut child = child.env("CHILD_NUMBER", format!("{round:02}")).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(15 + round * 7));
        child.kill().expect("killed");
        child.wait().expect("it ended");
    }
    let mut file = rolling(folder.path());
    file.open().expect("it opens");
    file.close().expect("it tidies up");
    let lines = all_lines(folder.path());
    let (whole, torn): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.len() == "00:00000000".len());
    assert!(torn.len() as u64 <= KILLS, "at most one half line a kill: {torn:?}");
    for round in 0..KILLS {
        let mine: Vec<_> = whole.iter().filter(|line| line.starts_with(&format!("{round:02}:"))).collect();
        for (number, line) in mine.iter().enumerate() {
            assert_eq!(***line, format!("{round:02}:{number:08}"));
        }
    }
    assert!(whole.len() > 10_000, "{} lines", whole.len());
}

#[test]
#[ignore = "the child of another test"]
fn writes_for_ever() {
    let Some(folder) = child_folder() else { return };
    let round = std::env::var("CHILD_NUMBER").expect("a number");
    let mut file = rolling(&folder);
    for start in (0..).step_by(500) {
        let lines: Vec<_> = (start..start + 500).map(|line| format!("{round}:{line:08}")).collect();
        write(&mut file, &lines);
    }
}
