//! Limits: tiny segments, a full spool, records that are too large, a full disk, sequences that run out.

use super::support::{FOLDER, crc, drain, numbers, open, payload, put, settings};
use std::time::Duration;
use tracework_core::Timestamp;
use tracework_engine::spool::{SpoolEntry, SpoolError, SpoolRetention, SyncPolicy};
use tracework_testkit::CrashDisk;

#[test]
fn segments_of_three_records_follow_each_other_and_go_when_they_are_done() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings()).unwrap();
    for number in 0..20 {
        put(&mut writer, number).unwrap();
    }
    assert_eq!(writer.watch().health().segments, 7);
    assert_eq!(drain(&mut reader), (0..20).collect::<Vec<_>>());
    reader.acknowledge(9).unwrap();
    let health = writer.watch().health();
    assert_eq!((health.segments, health.records), (4, 11));
    reader.acknowledge(u64::MAX).unwrap();
    writer.close().unwrap();
    let left: Vec<_> =
        disk.files().into_iter().filter(|path| path.extension().is_some_and(|end| end == "seg")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_batch_goes_over_several_segments_under_following_sequences() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings().sync(SyncPolicy::Always)).unwrap();
    let payloads: Vec<_> = (0..10).map(|number| payload(number, 9)).collect();
    let entries: Vec<_> = payloads.iter().map(|payload| SpoolEntry { time: Timestamp(0), payload }).collect();
    assert_eq!(writer.append(&entries).unwrap(), 1..11);
    assert_eq!(writer.watch().durable(), 11);
    assert_eq!(drain(&mut reader), (0..10).collect::<Vec<_>>());
}

#[test]
fn a_full_spool_refuses_until_records_are_done_or_discarded() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings().segment_records(10)).unwrap();
    let large = payload(7, 4000);
    let entry = SpoolEntry { time: Timestamp(0), payload: &large };
    let mut accepted = 0;
    let error = loop {
        match writer.append(&[entry]) {
            Ok(_) => accepted += 1,
            Err(error) => break error,
        }
    };
    assert!(error.is_full() && error.to_string().contains("of 131072 bytes are taken"), "{error}");
    assert!((25..=30).contains(&accepted), "{accepted}");
    let first = reader.read(1, 1).unwrap();
    // The first segment was begun to be read: the second is the oldest that may go.
    let discarded = writer.discard_oldest().unwrap().unwrap();
    assert_eq!((discarded.records, discarded.sequences), (10, 11..21));
    assert!(writer.append(&[entry]).is_ok());
    reader.acknowledge(first.last().unwrap()).unwrap();
    assert_eq!(drain(&mut reader).len(), accepted + 1 - 10 - 1);
    assert_eq!(writer.watch().health().discarded, 10);
}

#[test]
fn what_is_done_makes_room_even_in_the_segment_that_is_written() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings().segment_bytes(64 << 10).segment_records(1 << 20)).unwrap();
    let large = payload(7, 30_000);
    for _ in 0..50 {
        writer.append(&[SpoolEntry { time: Timestamp(0), payload: &large }]).unwrap();
        let last = reader.read(9, 1 << 20).unwrap().last().unwrap();
        reader.acknowledge(last).unwrap();
    }
}

#[test]
fn a_record_that_is_too_large_is_told_and_keeps_nothing_else_out() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings()).unwrap();
    let (small, large) = (payload(1, 5), payload(2, 80_000));
    let entry = |payload| SpoolEntry { time: Timestamp(0), payload };
    assert_eq!(writer.append(&[entry(&small), entry(&large), entry(&small)]).unwrap(), 1..2);
    let error = writer.append(&[entry(&large), entry(&small)]).unwrap_err();
    assert!(matches!(error, SpoolError::TooLarge { bytes: 80_008, .. }), "{error}");
    assert_eq!(writer.append(&[entry(&small)]).unwrap(), 2..3);
    assert_eq!(drain(&mut reader), [1, 1]);
}

#[test]
fn a_full_disk_refuses_keeps_no_torn_record_and_goes_on_when_there_is_room() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings().sync(SyncPolicy::Always).segment_records(100)).unwrap();
    disk.set_capacity(Some(12_000));
    let mut accepted = Vec::new();
    let error = loop {
        let number = accepted.len() as u64;
        match put(&mut writer, number) {
            Ok(_) => accepted.push(number),
            Err(error) => break error,
        }
    };
    assert!(error.is_full(), "{error}");
    assert!(put(&mut writer, 999).is_err());
    disk.set_capacity(None);
    put(&mut writer, 1000).unwrap();
    accepted.push(1000);
    assert_eq!(drain(&mut reader), accepted);
    disk.crash();
    let (_writer, mut reader) = open(&disk, settings()).unwrap();
    assert_eq!(drain(&mut reader), accepted);
}

#[test]
fn what_is_too_old_or_too_much_goes_a_few_segments_at_a_time() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings()).unwrap();
    for number in 0..30 {
        put(&mut writer, number).unwrap();
    }
    let second = SpoolRetention { age: Some(Duration::from_nanos(10)), ..SpoolRetention::default() };
    // Of the records 0 to 29, those up to 17 are older than 10 when it is 28.
    let discarded = writer.retain(Timestamp(28), &second).unwrap();
    assert_eq!((discarded.segments, discarded.records), (4, 12), "four segments a call");
    let discarded = writer.retain(Timestamp(28), &second).unwrap();
    assert_eq!((discarded.segments, discarded.records), (2, 6));
    assert_eq!(writer.retain(Timestamp(28), &second).unwrap().segments, 0);
    let few = SpoolRetention { records: Some(7), ..SpoolRetention::default() };
    assert_eq!(writer.retain(Timestamp(0), &few).unwrap().records, 6);
    assert_eq!(numbers(&reader.read(99, 1 << 20).unwrap()), (24..30).collect::<Vec<_>>());
}

#[test]
fn everything_is_too_old_in_the_end_even_what_is_being_written() {
    let disk = CrashDisk::new(1);
    let (mut writer, mut reader) = open(&disk, settings()).unwrap();
    put(&mut writer, 5).unwrap();
    let old = SpoolRetention { age: Some(Duration::from_nanos(10)), ..SpoolRetention::default() };
    assert_eq!(writer.retain(Timestamp(100), &old).unwrap().records, 1);
    put(&mut writer, 99).unwrap();
    assert_eq!(drain(&mut reader), [99]);
}

#[test]
fn settings_that_no_spool_can_keep_touch_nothing() {
    let disk = CrashDisk::new(1);
    for bad in [settings().max_bytes(1000), settings().segment_bytes(1 << 20), settings().segment_records(0)] {
        assert!(matches!(open(&disk, bad), Err(SpoolError::Settings(_))));
    }
    assert_eq!((disk.calls(), disk.files().len()), (0, 0));
}

#[test]
fn sequences_that_run_out_are_told() {
    let disk = CrashDisk::new(1);
    drop(open(&disk, settings()).unwrap());
    let mut state = disk.bytes(format!("{FOLDER}/state")).unwrap();
    for slot in [4096, 8192] {
        for at in [32, 40] {
            state[slot + at..slot + at + 8].copy_from_slice(&((1_u64 << 62) - 9).to_le_bytes());
        }
        let sum = crc(&state[slot..slot + 124]);
        state[slot + 124..slot + 128].copy_from_slice(&sum.to_le_bytes());
    }
    disk.plant(format!("{FOLDER}/state"), state);
    let (mut writer, mut reader) = open(&disk, settings()).unwrap();
    let mut accepted = 0;
    let error = loop {
        match put(&mut writer, accepted) {
            Ok(_) => accepted += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, SpoolError::Exhausted { .. }), "{error}");
    assert_eq!(drain(&mut reader), (0..accepted).collect::<Vec<_>>());
    assert!(accepted >= 3, "{accepted}");
}
