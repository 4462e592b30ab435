//! Bytes that are wrong: every valid record comes out, and nothing else.
//!
//! `TRACEWORK_SPOOL_CORRUPT` says how many spools are spoilt (1,500).

use super::support::{Chance, FOLDER, number_of, open, put, settings, times};
use std::collections::BTreeSet;
use tracework_engine::spool::{Lost, SpoolError, SpoolReader};
use tracework_testkit::CrashDisk;

const RECORDS: u64 = 30;
/// Bytes of a segment's header, and of a record of `put`: 32 of its head, 28 of its payload.
const HEADER: usize = 128;
const RECORD: usize = 60;

/// A spool of thirty records in segments of three, as a killed process left it.
fn spoilt(by: impl FnOnce(&CrashDisk)) -> CrashDisk {
    let disk = CrashDisk::new(1);
    let (mut writer, reader) = open(&disk, settings()).expect("it opens");
    for number in 0..RECORDS {
        put(&mut writer, number).expect("there is room");
    }
    writer.sync().expect("all is well");
    disk.kill();
    drop((writer, reader));
    by(&disk);
    disk
}

fn segment(first: u64) -> String {
    format!("{FOLDER}/{first:020}.seg")
}

/// Everything that can be read, and how many records were told lost.
fn read_all(reader: &mut SpoolReader) -> (Vec<u64>, u64) {
    let (mut found, mut lost) = (Vec::new(), 0);
    loop {
        let chunk = reader.read(5, 1 << 20).expect("the disk is well");
        if chunk.is_empty() && chunk.lost().is_empty() {
            return (found, lost);
        }
        lost += chunk.lost().iter().map(Lost::records).sum::<u64>();
        found.extend(chunk.iter().map(|record| number_of(record.payload).expect("one that was offered")));
    }
}

fn change(disk: &CrashDisk, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = disk.bytes(path).expect("it is there");
    change(&mut bytes);
    disk.plant(path, bytes);
}

fn bad_files(disk: &CrashDisk) -> usize {
    disk.files().iter().filter(|path| path.extension().is_some_and(|end| end == "bad")).count()
}

#[test]
fn a_bad_payload_costs_exactly_one_record() {
    let disk = spoilt(|disk| change(disk, &segment(4), |bytes| bytes[HEADER + RECORD + 40] ^= 1));
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    let (found, lost) = read_all(&mut reader);
    assert_eq!(found, (0..RECORDS).filter(|&number| number != 4).collect::<Vec<_>>());
    assert_eq!((lost, bad_files(&disk)), (1, 1));
    let kept = disk.files().into_iter().find(|path| path.extension().is_some_and(|end| end == "bad"));
    let kept = disk.bytes(kept.expect("it is kept")).expect("it is there");
    assert_eq!(kept.len(), RECORD, "exactly the bad record");
    let health = reader.watch().health();
    assert_eq!((health.quarantined_records, health.quarantined_bytes), (1, RECORD as u64));
    assert_eq!(health.records, RECORDS - 1);
    reader.rewind();
    assert_eq!(read_all(&mut reader), (found, 0), "told once");
}

#[test]
fn a_bad_head_is_searched_past() {
    for at in [0, 5, 9, 17, 25] {
        let disk = spoilt(|disk| change(disk, &segment(7), |bytes| bytes[HEADER + at] ^= 0x40));
        let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
        let (found, lost) = read_all(&mut reader);
        assert_eq!(found, (0..RECORDS).filter(|&number| number != 6).collect::<Vec<_>>(), "byte {at}");
        assert_eq!((lost, bad_files(&disk)), (1, 1));
    }
}

#[test]
fn a_page_of_zeros_costs_what_stood_there() {
    let disk = spoilt(|disk| change(disk, &segment(10), |bytes| bytes[HEADER + 70..HEADER + 130].fill(0)));
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    let (found, lost) = read_all(&mut reader);
    assert_eq!((found.len() as u64, lost), (RECORDS - 2, 2));
}

#[test]
fn a_segment_that_is_cut_or_gone_costs_its_records() {
    let disk = spoilt(|disk| {
        change(disk, &segment(4), |bytes| bytes.truncate(HEADER + RECORD + 10));
        change(disk, &segment(13), Vec::clear);
    });
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    let (found, lost) = read_all(&mut reader);
    assert_eq!((found.len() as u64, lost), (RECORDS - 5, 5), "{found:?}");
}

#[test]
fn a_bad_header_of_a_segment_costs_nothing() {
    let disk = spoilt(|disk| {
        for first in [1, 4, 28] {
            change(disk, &segment(first), |bytes| bytes[..100].fill(0xAA));
        }
    });
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(read_all(&mut reader), ((0..RECORDS).collect(), 0));
}

#[test]
fn durable_records_that_are_missing_at_the_end_are_told() {
    let disk = CrashDisk::new(1);
    let (mut writer, reader) = open(&disk, settings()).expect("it opens");
    for number in 0..5 {
        put(&mut writer, number).expect("there is room");
    }
    writer.close().expect("all is well");
    drop(reader);
    change(&disk, &segment(4), |bytes| bytes.truncate(HEADER + RECORD / 2));
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(read_all(&mut reader), (vec![0, 1, 2], 2));
    assert_eq!(bad_files(&disk), 1);
}

#[test]
fn a_lost_state_costs_nothing_and_uses_no_sequence_again() {
    type Spoil = fn(&CrashDisk);
    let ways: [Spoil; 3] = [
        |disk| change(disk, &format!("{FOLDER}/state"), |bytes| bytes.fill(0)),
        |disk| change(disk, &format!("{FOLDER}/state"), |bytes| bytes[4096..].fill(7)),
        |disk| change(disk, &format!("{FOLDER}/state"), |bytes| bytes.truncate(100)),
    ];
    for spoil in ways {
        let disk = spoilt(spoil);
        let (mut writer, mut reader) = open(&disk, settings()).expect("it opens");
        assert_eq!(read_all(&mut reader), ((0..RECORDS).collect(), 0));
        assert!(put(&mut writer, 99).expect("there is room") > 1 << 40);
        assert!(disk.bytes(format!("{FOLDER}/state.bad")).is_some());
    }
}

#[test]
fn one_bad_slot_of_the_state_leaves_the_other() {
    let disk = spoilt(|disk| change(disk, &format!("{FOLDER}/state"), |bytes| bytes[4096 + 20] ^= 1));
    assert_eq!(disk.bytes(format!("{FOLDER}/state")).map(|bytes| bytes.len()), Some(8320));
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(read_all(&mut reader), ((0..RECORDS).collect(), 0));
}

#[test]
fn records_of_another_spool_or_inside_a_message_are_not_taken_for_its_own() {
    // A whole segment of another spool, under a name of this one; and a record that holds a record.
    let other = spoilt(|_| {});
    let stolen = other.bytes(segment(4)).expect("it is there");
    let disk = spoilt(|disk| {
        disk.plant(segment(4), stolen.clone());
        change(disk, &segment(7), |bytes| {
            bytes[HEADER] = 0;
            bytes[HEADER + 10..HEADER + 50].copy_from_slice(&stolen[HEADER..HEADER + 40]);
        });
    });
    let (_writer, mut reader) = open(&disk, settings()).expect("it opens");
    let (found, lost) = read_all(&mut reader);
    assert_eq!(found, (0..RECORDS).filter(|&number| !(3..=6).contains(&number)).collect::<Vec<_>>());
    assert_eq!(lost, 1);
    assert_eq!(reader.watch().health().foreign, 1);
    assert_eq!(disk.bytes(segment(4)), Some(stolen), "it is left alone");
}

#[test]
fn other_files_are_left_alone() {
    let disk = spoilt(|disk| {
        for name in ["notes.txt", "1.seg", "0000000000000000000x.seg", "99999999999999999999.seg", "x.new"] {
            disk.plant(format!("{FOLDER}/{name}"), b"mine".to_vec());
        }
    });
    let (writer, mut reader) = open(&disk, settings()).expect("it opens");
    assert_eq!(read_all(&mut reader), ((0..RECORDS).collect(), 0));
    reader.acknowledge(u64::MAX).expect("all is well");
    writer.close().expect("all is well");
    let left = disk.files().iter().filter(|path| disk.bytes(path).as_deref() == Some(b"mine")).count();
    assert_eq!(left, 5);
}

/// Spoils some bytes of some files.
fn spoil(disk: &CrashDisk, chance: &mut Chance) -> BTreeSet<String> {
    let files: Vec<_> = disk.files().into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let mut touched = BTreeSet::new();
    for _ in 0..=chance.below(4) {
        let path = &files[usize::try_from(chance.below(files.len() as u64)).unwrap()];
        change(disk, path, |bytes| {
            let length = bytes.len().max(1) as u64;
            let at = usize::try_from(chance.below(length)).unwrap().min(bytes.len().saturating_sub(1));
            match chance.below(6) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
                1 => bytes.truncate(at),
                2 => bytes[at..].iter_mut().take(512).for_each(|byte| *byte = 0),
                3 => bytes.extend((0..chance.below(700)).map(|_| chance.next().to_le_bytes()[0])),
                4 => bytes[at..].iter_mut().take(9).for_each(|byte| *byte = chance.next().to_le_bytes()[0]),
                _ => bytes.clear(),
            }
        });
        touched.insert(path.clone());
    }
    touched
}

#[test]
fn whatever_is_wrong_the_rest_comes_out() {
    let mut chance = Chance(times("TRACEWORK_SPOOL_SEED", 77));
    let (mut recovered, mut all) = (0, 0);
    for round in 0..times("TRACEWORK_SPOOL_CORRUPT", 1_500) {
        let mut touched = BTreeSet::new();
        let disk = spoilt(|disk| touched = spoil(disk, &mut chance));
        let (mut writer, mut reader) = match open(&disk, settings()) {
            Ok(both) => both,
            // A changed byte that claims another byte order refuses the spool, and touches nothing.
            Err(SpoolError::ByteOrder { .. }) => continue,
            Err(error) => panic!("round {round}: {error}"),
        };
        let (found, _) = read_all(&mut reader);
        assert!(found.is_sorted_by(|one, next| one < next), "round {round}: {found:?}");
        // Segments that nobody touched are there whole, unless the one that tells of them was.
        let whole = (0..RECORDS).filter(|number| {
            let first = number / 3 * 3 + 1;
            !touched.contains(&segment(first)) && !touched.contains(&segment(first + 3))
        });
        let missing: Vec<_> = whole.filter(|number| !found.contains(number)).collect();
        assert!(missing.is_empty(), "round {round}: {missing:?} are missing, {touched:?} touched");
        put(&mut writer, 500).expect("it goes on");
        assert_eq!(read_all(&mut reader).0, [500]);
        reader.acknowledge(u64::MAX).expect("all is well");
        assert_eq!(writer.watch().health().records, 0);
        (recovered, all) = (recovered + found.len() as u64, all + RECORDS);
    }
    assert!(recovered * 10 > all * 7, "{recovered} of {all}");
}
