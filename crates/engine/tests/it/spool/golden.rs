//! Old data, new code: a spool of each version of the format, as it was written then.
//!
//! `TRACEWORK_SPOOL_GOLDEN=1` writes that of the present version anew, which only a new version may need.

use super::records;
use super::support::number_of;
use std::path::{Path, PathBuf};
use tracework_core::{EventId, Format, Timestamp};
use tracework_engine::spool::payload::{Decoder, encode};
use tracework_engine::spool::{self, SpoolEntry, SpoolSettings};
use tracework_format::Json;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/spool")
}

fn settings(folder: &Path) -> SpoolSettings {
    SpoolSettings::new(folder, "web").max_bytes(1 << 20).segment_records(3)
}

/// A spool of eight records of which four are done, as version 1 leaves it.
fn write(folder: &Path) {
    let (mut writer, mut reader) =
        spool::open(settings(folder), Timestamp(1_768_473_045_000_000_000)).expect("it opens");
    for number in 0..8_u64 {
        let payload = super::support::payload(number, 12);
        let time = Timestamp(1_768_473_045_000_000_000 + i64::try_from(number).expect("a small number"));
        writer.append(&[SpoolEntry { time, payload: &payload }]).expect("there is room");
    }
    reader.read(4, 1 << 20).expect("it can be read");
    reader.acknowledge(4).expect("the disk is well");
    writer.close().expect("the disk is well");
    std::fs::remove_file(folder.join("spool.lock")).expect("it is there");
}

fn payload_file(name: &str) -> PathBuf {
    data().join("payload-v1").join(name)
}

#[test]
fn a_spool_of_version_1_is_read() {
    let old = data().join("v1");
    if std::env::var_os("TRACEWORK_SPOOL_GOLDEN").is_some() {
        _ = std::fs::remove_dir_all(&old);
        write(&old);
    }
    // Reading changes it: a copy.
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("spool");
    std::fs::create_dir(&folder).expect("a folder");
    for entry in std::fs::read_dir(&old).expect("the old data") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("it is copied");
    }
    let (mut writer, mut reader) = spool::open(settings(&folder), Timestamp(2)).expect("it opens");
    let chunk = reader.read(100, 1 << 20).expect("it can be read");
    let found: Vec<_> =
        chunk.iter().map(|record| (record.sequence, record.time.0, number_of(record.payload))).collect();
    let expected: Vec<_> = (4..8_u64).map(|n| (n + 1, 1_768_473_045_000_000_000 + n.cast_signed(), Some(n))).collect();
    assert_eq!(found, expected);
    assert_eq!(writer.watch().health().recovered, 4);
    let next = writer.append(&[SpoolEntry { time: Timestamp(3), payload: b"new" }]).expect("there is room");
    assert_eq!(next, 9..10, "it was closed in good order");
}

#[test]
fn records_of_version_1_are_read() {
    let names = ["full", "bare", "piped", "placed"];
    if std::env::var_os("TRACEWORK_SPOOL_GOLDEN").is_some() {
        std::fs::create_dir_all(data().join("payload-v1")).expect("a folder");
        for (name, record) in names.into_iter().zip(records::all()) {
            let (mut bytes, mut line) = (Vec::new(), Vec::new());
            encode(&record.view(), &mut bytes);
            let back = Decoder::new().decode(&bytes).expect("it was encoded");
            Json::default().encode(&back.view(), &mut line);
            std::fs::write(payload_file(&format!("{name}.bin")), bytes).expect("it is written");
            std::fs::write(payload_file(&format!("{name}.json")), line).expect("it is written");
            std::fs::write(payload_file(&format!("{name}.id")), back.view().event_id().to_string())
                .expect("it is written");
        }
    }
    for name in names {
        let bytes = std::fs::read(payload_file(&format!("{name}.bin"))).expect("the old data");
        let record = Decoder::new().decode(&bytes).expect("version 1 is read for ever");
        let mut line = Vec::new();
        Json::default().encode(&record.view(), &mut line);
        let before = std::fs::read_to_string(payload_file(&format!("{name}.json"))).expect("the old data");
        assert_eq!(String::from_utf8_lossy(&line), before, "{name}");
        let id = std::fs::read_to_string(payload_file(&format!("{name}.id"))).expect("the old data");
        assert_eq!(id.parse::<EventId>(), Ok(record.view().event_id()), "{name}");
    }
}
