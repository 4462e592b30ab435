//! The console, in a process of its own.

use crate::support::{child, child_folder, deliver, numbered, page, write};
use std::io::{Read, Write};
use std::process::Stdio;
use tempfile::tempdir;
use tracework_core::{Destination, FailureClass};
use tracework_std::{Color, Console};

#[test]
fn what_it_writes_arrives_whole() {
    let folder = tempdir().expect("a folder");
    let out = child("console::writes_to_both", folder.path(), "true").output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.contains(&(numbered(0..1000).join("\n") + "\n")), "{out}");
    assert!(err.contains("to standard error\n"), "{err}");
}

#[test]
#[ignore = "the child of another test"]
fn writes_to_both() {
    if child_folder().is_some() {
        write(&mut Console::stdout(), &numbered(0..1000));
        write(&mut Console::stderr(), &["to standard error"]);
    }
}

#[test]
fn a_reader_that_has_gone_is_a_failure_and_no_panic() {
    let folder = tempdir().expect("a folder");
    let mut child = child("console::writes_until_it_fails", folder.path(), "true");
    let mut child = child.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = child.stdout.take().expect("a pipe");
    out.read_exact(&mut [0; 5000]).expect("it writes");
    drop(out);
    assert!(child.wait().expect("it ends").success());
    let told = std::fs::read_to_string(folder.path().join("told")).expect("it told");
    assert!(told.contains("cannot write to standard output: Broken pipe"), "{told}");
}

#[test]
#[ignore = "the child of another test"]
fn writes_until_it_fails() {
    let Some(folder) = child_folder() else { return };
    let mut console = Console::stdout();
    let failure = (0..1_000_000).find_map(|_| deliver(&mut console, &numbered(0..100)).err()).expect("it fails");
    assert_eq!(failure.class(), FailureClass::Permanent);
    std::fs::write(folder.join("told"), failure.to_string()).expect("written");
    // The harness itself cannot print any more.
    std::process::exit(0);
}

#[cfg(unix)]
#[test]
fn a_stream_that_somebody_made_non_blocking_loses_nothing() {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let folder = tempdir().expect("a folder");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let flags = fcntl_getfl(&writer).expect("flags");
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).expect("set");
    let mut child = child("console::writes_much", folder.path(), "true");
    let mut process = child.stdout(writer).spawn().expect("it starts");
    drop(child);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut text = String::new();
    std::io::BufReader::new(reader).read_to_string(&mut text).expect("read");
    assert!(process.wait().expect("it ends").success());
    assert!(text.contains(&numbered(0..50_000).join("\n")), "{} bytes", text.len());
}

#[test]
#[ignore = "the child of another test"]
fn writes_much() {
    if child_folder().is_some() {
        std::io::stdout().flush().expect("flushed");
        write(&mut Console::stdout(), &numbered(0..50_000));
    }
}

#[test]
fn a_choice_of_colours_is_kept() {
    assert!(Console::stderr().color(Color::Always).is_colored());
    assert!(!Console::stderr().color(Color::Never).is_colored());
    for (color, escapes) in [(Color::Always, true), (Color::Never, false)] {
        let mut format = Console::stdout().color(color).usual_format().expect("text");
        let (page, picks) = page(&["hello"]);
        let mut line = Vec::new();
        format.encode(&page.record(picks[0]), &mut line);
        assert_eq!(line.contains(&0x1b), escapes);
        assert!(String::from_utf8_lossy(&line).contains("hello"));
    }
}
