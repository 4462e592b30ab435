//! What is opened, what is refused, and who may read it.
#![cfg(unix)]

use crate::support::{child, child_folder, names, write};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::tempdir;
use tracework_core::{Command, Destination, FailureClass};
use tracework_std::File;

/// Refuses what stands at the path, at once, with a text that says what it is.
fn refused(path: &Path, what: &str) {
    let begun = Instant::now();
    let failure = File::append(path).open().expect_err("it is refused");
    assert!(begun.elapsed() < Duration::from_secs(1), "without waiting");
    let expected = format!("{} is {what}; a log is written to an ordinary file only", path.display());
    assert_eq!((failure.to_string(), failure.class()), (expected, FailureClass::Temporary));
}

#[test]
fn a_symbolic_link_is_refused_and_its_target_untouched() {
    let folder = tempdir().expect("a folder");
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "secret").expect("written");
    symlink(&target, &link).expect("linked");
    refused(&link, "a symbolic link");
    assert_eq!(fs::read_to_string(&target).expect("readable"), "secret");
    symlink(folder.path().join("nowhere"), folder.path().join("dangling")).expect("linked");
    refused(&folder.path().join("dangling"), "a symbolic link");
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_hard_link_is_refused() {
    let folder = tempdir().expect("a folder");
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "secret").expect("written");
    fs::hard_link(&target, &link).expect("linked");
    refused(&link, "a file with more than one name (a hard link)");
}

#[test]
fn a_fifo_a_device_and_a_folder_are_refused_without_a_wait() {
    let folder = tempdir().expect("a folder");
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    refused(&fifo, "a FIFO, a socket or a device");
    refused(Path::new("/dev/full"), "a FIFO, a socket or a device");
    refused(folder.path(), "a folder");
}

#[test]
fn a_link_put_in_place_of_the_running_file_is_refused() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    let mut file = File::append(&path);
    write(&mut file, &["one"]);
    fs::remove_file(&path).expect("removed");
    symlink("/dev/null", &path).expect("linked");
    assert!(file.tick().is_err());
}

#[test]
fn a_path_through_a_file_is_an_error_that_names_it() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "").expect("written");
    let failure = File::append(folder.path().join("file/app")).open().expect_err("it fails");
    assert!(failure.to_string().contains("file/app"), "{failure}");
}

#[test]
fn modes_are_exact_under_every_umask() {
    for umask in ["0", "022", "077"] {
        let folder = tempdir().expect("a folder");
        let status = child("opening::writes_a_file_in_folders", folder.path(), &format!("umask {umask}")).status();
        assert!(status.expect("it runs").success());
        let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("there").mode() & 0o7777;
        assert_eq!((mode("a"), mode("a/b")), (0o750, 0o750), "umask {umask}");
        for name in names(&folder.path().join("a/b")) {
            assert_eq!(mode(&format!("a/b/{name}")), 0o640, "umask {umask}: {name}");
        }
        assert_eq!(names(&folder.path().join("a/b")).len(), 2);
    }
}

#[test]
#[ignore = "the child of another test"]
fn writes_a_file_in_folders() {
    let Some(folder) = child_folder() else { return };
    let mut file = File::append(folder.join("a/b/app"));
    if tracework_std::Compression::Gzip.is_available() {
        file = file.compress(tracework_std::Compression::Gzip);
    }
    write(&mut file, &["one"]);
    file.command(Command::Rotate).expect("it rotates");
    file.close().expect("it closes");
}

#[test]
fn an_existing_file_keeps_its_mode() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app");
    fs::write(&path, "").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).expect("set");
    write(&mut File::append(&path), &["one"]);
    assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o604);
}
