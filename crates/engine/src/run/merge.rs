//! The records of several threads, in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tracework_core::{Page, Pick, Record, Timestamp};

/// Pages of one pass, grouped by the thread that filled them: `lanes[n]` is the range of pages of the n-th thread.
/// Calls `each` with every record in order of time; a thread's own records keep their order whatever their times.
#[inline]
pub(super) fn in_order<'a>(
    pages: &'a [Page],
    lanes: &[std::ops::Range<usize>],
    mut each: impl FnMut(usize, Pick, Record<'a>),
) {
    if let [only] = lanes {
        for page in only.clone() {
            pages[page].records().for_each(|(pick, record)| each(page, pick, record));
        }
        return;
    }
    let mut cursors: Vec<_> = lanes
        .iter()
        .map(|lane| {
            lane.clone().flat_map(|page| pages[page].records().map(move |(pick, record)| (record.time(), page, pick)))
        })
        .collect();
    let mut heads: BinaryHeap<Reverse<(Timestamp, usize, usize, Pick)>> = BinaryHeap::with_capacity(lanes.len());
    for (lane, cursor) in cursors.iter_mut().enumerate() {
        heads.extend(cursor.next().map(|(time, page, pick)| Reverse((time, lane, page, pick))));
    }
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((time, lane, page, pick)) = *head;
        each(page, pick, pages[page].record(pick));
        // A record whose time lies before its thread's last one is told at that one's time.
        match cursors[lane].next() {
            Some((next, page, pick)) => *head = Reverse((next.max(time), lane, page, pick)),
            None => drop(std::collections::binary_heap::PeekMut::pop(head)),
        }
    }
}
