//! Threads that write while the engine reads.

use super::{Buffer, BufferFull, Lane, SharedBufferSettings};
use crate::DropReason;
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, SpanNode, Thread, Timestamp, Value};

fn draft(limits: Limits) -> Draft {
    Draft::new(limits)
}

/// Writes record `number` with a text of `length`, so that every byte of it can be told from others'.
fn write(draft: &mut Draft, number: u64, length: usize) {
    draft.begin(Head {
        time: Timestamp(number.cast_signed()),
        severity: Severity::INFO,
        kind: Kind::Log,
        callsite: None,
        generation: 1,
        roles: 0,
    });
    draft.message_str(&text(number, length));
    draft.field(Key::Name("number"), Value::U64(number));
}

fn text(number: u64, length: usize) -> String {
    char::from(b'a' + u8::try_from(number % 26).expect("small")).to_string().repeat(length) + "é"
}

fn span(number: u64) -> Arc<SpanNode> {
    let mut draft = draft(Limits::default());
    write(&mut draft, number, 1);
    SpanNode::new(None, None, &mut draft)
}

/// A record that was read: its number, the length of its text, the number of its span.
#[derive(Debug, PartialEq, Eq)]
struct Read(u64, usize, Option<u64>);

fn number(value: Option<Value<'_>>) -> Option<u64> {
    match value {
        Some(Value::U64(number)) => Some(number),
        _ => None,
    }
}

fn read(pages: &[Page], into: &mut Vec<Read>) {
    for (_, record) in pages.iter().flat_map(Page::records) {
        let at = number(record.field("number")).expect("each has a number");
        let length = record.message().len() - "é".len();
        assert_eq!(record.message(), text(at, length), "the text of record {at}");
        let around = record.span_node().map(|span| number(span.field("number", record.time())).expect("each has one"));
        into.push(Read(at, length, around));
    }
}

fn take(buffer: &Buffer, into: &mut Vec<Read>) {
    for taken in buffer.take() {
        read(&taken.pages, into);
    }
    assert_balance(buffer);
}

fn assert_balance(buffer: &Buffer) {
    let row = buffer.row();
    assert_eq!(row.accepted, row.taken + row.pending + row.dropped.iter().sum::<u64>(), "{row:?}");
}

fn settings(memory: usize, when_full: BufferFull) -> SharedBufferSettings {
    SharedBufferSettings { memory, when_full }
}

/// The lengths of texts, and whether a span begins before each.
fn lengths() -> impl Strategy<Value = Vec<(usize, bool)>> {
    let length = prop_oneof![20 => 0..200_usize, 2 => 0..40_000_usize, 1 => Just(1_200_000_usize)];
    prop::collection::vec((length, prop::bool::weighted(0.3)), 1..600)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_a_thread_writes_is_read_once_and_in_order_while_it_writes(lengths in lengths(), memory in 1..300_usize) {
        let buffer = Buffer::new(settings(memory << 10, BufferFull::Block { limit: None }));
        let lane = buffer.open(Thread::default());
        let done = AtomicBool::new(false);
        let (mut told, mut expected) = (Vec::new(), Vec::new());
        thread::scope(|scope| {
            let writer = scope.spawn(|| fill(lane, &lengths, &done));
            while !done.load(Ordering::Acquire) {
                take(&buffer, &mut told);
            }
            expected = writer.join().expect("it ends well");
        });
        take(&buffer, &mut told);
        prop_assert_eq!(told, expected);
        take(&buffer, &mut Vec::new());
        prop_assert_eq!((buffer.lanes(), buffer.pool().used()), (0, 0), "the lane is let go, and its bytes");
        prop_assert_eq!(buffer.row().taken, lengths.len() as u64);
    }
}

fn fill(mut lane: Lane, lengths: &[(usize, bool)], done: &AtomicBool) -> Vec<Read> {
    let mut draft = draft(Limits { message: 2 << 20, ..Limits::default() });
    let (mut around, mut written) = (None, Vec::new());
    for (number, &(length, new_span)) in (0..).zip(lengths) {
        if new_span {
            around = Some(span(number));
        }
        write(&mut draft, number, length);
        lane.commit(&mut draft, around.as_ref());
        let span = around.as_ref().and_then(|span| self::number(span.field("number", Timestamp(0))));
        written.push(Read(number, length, span));
    }
    drop(lane);
    done.store(true, Ordering::Release);
    written
}

#[test]
fn a_full_buffer_that_drops_counts_what_it_drops() {
    let buffer = Buffer::new(settings(128 << 10, BufferFull::DropNewest));
    let (mut lane, mut draft) = (buffer.open(Thread::default()), draft(Limits::default()));
    for number in 0..5_000 {
        write(&mut draft, number, 100);
        lane.commit(&mut draft, None);
        assert!(buffer.pool().used() <= buffer.pool().limit());
    }
    assert_balance(&buffer);
    let dropped = buffer.row().dropped[DropReason::BufferFull as usize];
    let mut told = Vec::new();
    take(&buffer, &mut told);
    assert!(dropped > 1_000 && told.len() as u64 == 5_000 - dropped, "{dropped} dropped, {} read", told.len());
    write(&mut draft, 5_000, 100);
    lane.commit(&mut draft, None);
    take(&buffer, &mut told);
    assert_eq!(told.last(), Some(&Read(5_000, 100, None)), "there is room again");
}

#[test]
fn a_thread_that_ends_leaves_its_records_even_in_a_full_buffer() {
    let buffer = Buffer::new(settings(1, BufferFull::DropNewest));
    let mut told = Vec::new();
    for number in 0..3 {
        let (mut lane, mut draft) = (buffer.open(Thread::default()), draft(Limits::default()));
        write(&mut draft, number, 10);
        lane.commit(&mut draft, None);
    }
    take(&buffer, &mut told);
    assert_eq!(told, [Read(0, 10, None), Read(1, 10, None), Read(2, 10, None)]);
}

#[test]
fn what_is_read_once_is_not_read_again_when_the_page_is_full() {
    let buffer = Buffer::new(settings(1 << 20, BufferFull::DropNewest));
    let (mut lane, mut draft) = (buffer.open(Thread::default()), draft(Limits::default()));
    let mut told = Vec::new();
    for number in 0..2_000 {
        write(&mut draft, number, 50);
        lane.commit(&mut draft, None);
        // Once in the middle of a page, and never at its end.
        if number % 150 == 77 {
            take(&buffer, &mut told);
        }
    }
    take(&buffer, &mut told);
    assert!(told.iter().map(|read| read.0).eq(0..2_000), "{} read", told.len());
}
