//! The suite that every destination passes, on those of this crate.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tracework_core::Record;
use tracework_std::{File, Memory, Sharing};
use tracework_testkit::conformance::{self, Subject};

/// The lines of every file of a folder, in the order in which they were written: the rotated ones first, of one second
/// `app.T.log` before `app.T.1.log`.
fn lines(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort_by_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let second = name.chars().take("app.2026-11-21T10-30-00".len()).collect::<String>();
        (name == "app.log", second, name.len())
    });
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap_or_default());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A file in a folder of its own, changed by `change`.
fn file(change: impl Fn(File) -> File) -> Subject {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let file = change(File::append(folder.path().join("app.log")));
    Subject::new(file, move || lines(folder.path()))
}

#[test]
fn a_file_does_what_every_destination_must() {
    conformance::check(|| file(|file| file));
}

#[test]
fn a_file_of_ones_own_does_what_every_destination_must() {
    conformance::check(|| file(|file| file.sharing(Sharing::Exclusive)));
}

#[test]
fn a_rotating_file_does_what_every_destination_must() {
    conformance::check(|| file(|file| file.rotate_at_start(true)));
}

#[test]
fn memory_does_what_every_destination_must() {
    conformance::check(|| {
        let memory = Memory::new(100_000);
        let handle = memory.handle();
        let message = |record: Record<'_>| record.message().to_owned();
        Subject::new(memory, move || handle.records().iter().map(|record| message(record.view())).collect())
    });
}

#[cfg(feature = "writer")]
#[test]
fn a_writer_does_what_every_destination_must() {
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    conformance::check(|| {
        let shared = Shared::default();
        let written = shared.clone();
        let text =
            move || String::from_utf8_lossy(&written.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
        Subject::new(tracework_std::Writer::new(shared), move || text().lines().map(str::to_owned).collect())
    });
}
