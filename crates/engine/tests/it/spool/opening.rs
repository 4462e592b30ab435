//! Who may open a spool, and what is left alone; on the disk of this machine where it matters.

use super::support::{FOLDER, crc, drain, open, put, settings};
use std::process::{Command, Stdio};
use tracework_core::Timestamp;
use tracework_engine::spool::{self, SpoolError, SpoolSettings};
use tracework_testkit::CrashDisk;

const HOLD: &str = "TRACEWORK_TEST_SPOOL_HOLD";

/// Everything that a disk holds.
fn contents(disk: &CrashDisk) -> Vec<(std::path::PathBuf, Option<Vec<u8>>)> {
    disk.files().into_iter().map(|path| (path.clone(), disk.bytes(&path))).collect()
}

#[test]
fn a_second_opening_is_refused_and_names_the_process() {
    let disk = CrashDisk::new(1);
    let (writer, reader) = open(&disk, settings()).expect("it opens");
    let error = open(&disk, settings()).expect_err("it is in use");
    assert!(matches!(error, SpoolError::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    assert!(error.to_string().contains("by this process already"), "{error}");
    drop(writer);
    assert!(open(&disk, settings()).is_err(), "the reader holds it too");
    drop(reader);
    open(&disk, settings()).expect("it is free");
}

#[test]
fn holder() {
    let Ok(folder) = std::env::var(HOLD) else { return };
    let _held = spool::open(SpoolSettings::new(folder, "web"), Timestamp(1)).expect("it opens");
    std::io::Write::write_all(&mut std::io::stdout(), b"held\n").expect("it is told");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

#[test]
fn a_second_process_is_refused_until_the_first_is_gone() {
    use std::io::BufRead as _;
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("a/b/spool");
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "spool::opening::holder", "--nocapture"]).env(HOLD, &folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child");
    let lines = std::io::BufReader::new(child.stdout.take().expect("its output")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("held")), "the child has it");
    let settings = SpoolSettings::new(&folder, "web");
    let error = spool::open(settings.clone(), Timestamp(1)).expect_err("it is in use");
    child.kill().expect("it is killed");
    let pid = child.id();
    child.wait().expect("it ends");
    assert!(error.to_string().contains(&format!("by process {pid}")), "{error}");
    spool::open(settings, Timestamp(1)).expect("it is free");
}

#[test]
fn a_folder_with_other_files_is_refused_and_not_touched() {
    let disk = CrashDisk::new(1);
    disk.plant(format!("{FOLDER}/orders.db"), b"mine".to_vec());
    let before = contents(&disk);
    let error = open(&disk, settings()).expect_err("it is no spool");
    assert!(error.to_string().contains("orders.db"), "{error}");
    assert_eq!(contents(&disk), before);
}

#[test]
fn the_spool_of_another_destination_is_refused_and_not_touched() {
    let disk = CrashDisk::new(1);
    let (mut writer, reader) = open(&disk, settings()).expect("it opens");
    put(&mut writer, 1).expect("there is room");
    drop((writer, reader));
    let before = contents(&disk);
    let other = SpoolSettings::new(FOLDER, "mail").max_bytes(128 << 10);
    let error = open(&disk, other).expect_err("it is another's");
    assert!(error.to_string().contains("is of the destination `web`, not of `mail`"), "{error}");
    assert_eq!(contents(&disk), before);
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(drain(&mut reader), [1]);
}

/// Changes the file with this ending, and opens the spool.
fn open_changed(end: &str, change: fn(&mut [u8])) -> (CrashDisk, SpoolError) {
    let disk = CrashDisk::new(1);
    let (mut writer, reader) = open(&disk, settings()).expect("it opens");
    put(&mut writer, 1).expect("there is room");
    drop((writer, reader));
    let path = disk.files().into_iter().find(|path| path.to_string_lossy().ends_with(end)).expect("it is there");
    let mut bytes = disk.bytes(&path).expect("it is there");
    change(&mut bytes);
    disk.plant(&path, bytes);
    let before = contents(&disk);
    let error = open(&disk, settings()).expect_err("it is refused");
    assert_eq!(contents(&disk), before, "{error}");
    (disk, error)
}

fn later_version(bytes: &mut [u8], length: usize) {
    bytes[8..10].copy_from_slice(&2_u16.to_le_bytes());
    let sum = crc(&bytes[..length - 4]);
    bytes[length - 4..length].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn a_later_version_is_refused_and_not_touched() {
    for (end, change) in [
        ("state", (|bytes| later_version(bytes, 4096)) as fn(&mut [u8])),
        (".seg", |bytes| {
            later_version(bytes, 128);
        }),
    ] {
        let (_, error) = open_changed(end, change);
        assert!(matches!(error, SpoolError::Newer { version: 2, .. }), "{error}");
        assert!(error.to_string().contains("use a newer tracework"), "{error}");
    }
}

#[test]
fn the_other_byte_order_is_refused_and_not_touched() {
    for end in ["state", ".seg"] {
        let (_, error) = open_changed(end, |bytes| bytes[12..16].reverse());
        assert!(matches!(error, SpoolError::ByteOrder { .. }), "{error}");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it is there").mode() & 0o777
    }

    #[test]
    fn files_and_folders_are_closed_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = folder.path().join("new/spool");
        let (mut writer, _reader) = spool::open(SpoolSettings::new(&spool, "web"), Timestamp(1)).expect("it opens");
        put(&mut writer, 1).expect("there is room");
        for path in [&spool, &folder.path().join("new")] {
            assert_eq!(mode(path) & !0o750, 0, "{}", path.display());
        }
        for entry in std::fs::read_dir(&spool).expect("it can be read") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode(&path) & !0o640, 0, "{}", path.display());
        }
    }

    #[test]
    fn a_link_or_a_pipe_in_the_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = folder.path().join("spool");
        let settings = SpoolSettings::new(&spool, "web");
        drop(spool::open(settings.clone(), Timestamp(1)).expect("it opens"));
        let (state, secret) = (spool.join("state"), folder.path().join("secret"));
        std::fs::rename(&state, &secret).expect("it is moved");
        symlink(&secret, &state).expect("a link");
        let before = std::fs::read(&secret).expect("it is there");
        assert!(matches!(spool::open(settings.clone(), Timestamp(1)), Err(SpoolError::Disk { .. })));
        assert_eq!(std::fs::read(&secret).expect("it is there"), before);

        std::fs::remove_file(&state).expect("it is removed");
        let made = Command::new("mkfifo").arg(&state).status().expect("mkfifo runs");
        assert!(made.success());
        let error = spool::open(settings, Timestamp(1)).expect_err("nobody waits for a pipe");
        assert!(error.to_string().contains("no regular file"), "{error}");
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_told_and_goes_on_when_it_may() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = folder.path().join("spool");
        std::fs::create_dir(&spool).expect("a folder");
        std::fs::set_permissions(&spool, std::fs::Permissions::from_mode(0o500)).expect("it is closed");
        let settings = SpoolSettings::new(&spool, "web");
        // Whoever may do everything is not refused.
        if std::fs::write(spool.join("x"), "").is_ok() {
            return;
        }
        assert!(matches!(spool::open(settings.clone(), Timestamp(1)), Err(SpoolError::Disk { .. })));
        std::fs::set_permissions(&spool, std::fs::Permissions::from_mode(0o700)).expect("it is opened");
        spool::open(settings, Timestamp(1)).expect("it opens");
    }

    #[test]
    fn a_folder_that_is_removed_under_it_is_told_and_nothing_is_accepted() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = folder.path().join("spool");
        let settings = SpoolSettings::new(&spool, "web").max_bytes(1 << 20).segment_records(2);
        let (mut writer, mut reader) = spool::open(settings, Timestamp(1)).expect("it opens");
        for number in 0..4 {
            put(&mut writer, number).expect("there is room");
        }
        std::fs::remove_dir_all(&spool).expect("it is removed");
        assert!(put(&mut writer, 4).is_err(), "accepted into nowhere");
        assert!(writer.watch().health().disk_errors > 0);
        let lost: u64 = (0..4)
            .filter_map(|_| reader.read(9, 1 << 20).ok())
            .flat_map(|chunk| chunk.lost().to_vec())
            .map(|lost| lost.records())
            .sum();
        assert_eq!(lost, 4, "what is gone is counted");
    }
}
