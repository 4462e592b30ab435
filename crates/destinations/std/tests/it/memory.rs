//! The most recent records.

use crate::support::{numbered, write};
use std::time::Duration;
use tracework_core::{Format, Record};
use tracework_std::{Memory, MemoryHandle};

fn messages(handle: &MemoryHandle) -> Vec<String> {
    handle.records().iter().map(|record| record.view().message().to_owned()).collect()
}

#[test]
fn the_oldest_make_room() {
    let mut memory = Memory::new(3);
    let handle = memory.handle();
    write(&mut memory, &numbered(0..2));
    write(&mut memory, &numbered(2..5));
    drop(memory);
    assert_eq!(messages(&handle), numbered(2..5));
    assert_eq!((handle.len(), handle.sequence()), (3, 5));
}

#[test]
fn the_bytes_are_bounded_too() {
    let mut memory = Memory::new(1_000_000).bytes(10_000);
    let handle = memory.handle();
    write(&mut memory, &numbered(0..1000));
    let kept: usize = handle.records().iter().map(tracework_core::OwnedRecord::size).sum();
    assert!(kept <= 10_000 && handle.len() > 10, "{kept} bytes of {} records", handle.len());
}

#[test]
fn a_tail_sees_each_record_once_and_how_many_it_missed() {
    let mut memory = Memory::new(3);
    let handle = memory.handle();
    write(&mut memory, &numbered(0..2));
    let first = handle.since(0);
    assert_eq!((first.records.len(), first.next, first.missed), (2, 2, 0));
    write(&mut memory, &numbered(2..7));
    let second = handle.since(first.next);
    assert_eq!((second.records.len(), second.next, second.missed), (3, 7, 2));
    assert!(handle.since(second.next).records.is_empty());
    handle.clear();
    assert_eq!((handle.since(0).missed, handle.is_empty()), (7, true));
}

#[test]
fn one_can_wait_for_records() {
    let mut memory = Memory::new(100);
    let handle = memory.handle();
    assert!(!handle.wait_for(1, Duration::from_millis(10)));
    let waiting = std::thread::spawn({
        let handle = handle.clone();
        move || handle.wait_for(5, Duration::from_secs(30)) && handle.wait_past(4, Duration::MAX)
    });
    (0..5).for_each(|number| write(&mut memory, &numbered(number..number + 1)));
    assert!(waiting.join().expect("it ends"));
}

#[derive(Clone)]
struct Loud;

impl Format for Loud {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(record.message().to_uppercase().as_bytes());
        out.push(b'\n');
    }
    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }
}

#[test]
fn lines_are_written_by_any_format() {
    let mut memory = Memory::new(100);
    write(&mut memory, &["one", "two"]);
    assert_eq!(memory.handle().lines(Loud), ["ONE", "TWO"]);
}
