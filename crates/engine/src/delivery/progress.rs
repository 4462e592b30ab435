//! How far the delivery of a load is.

use super::load::Cargo;
use std::ops::Range;
use tracework_core::BatchSettings;

/// A parcel with shared bytes at least this long is delivered by itself, where it lies, rather than copied.
const WORTH_ALONE: usize = 32 << 10;

/// How far it is.
#[derive(Default)]
pub(super) struct Progress {
    /// Records that need nothing more.
    pub(super) done: usize,
    /// Ranges of a batch that was split, the next one last. They follow each other up to where the batch ended.
    pub(super) split: Vec<Range<usize>>,
    /// Records that are done although some before them are not: they are to be taken out of the cargo.
    pub(super) holes: Vec<Range<usize>>,
    /// So many of the ranges that come next are one batch as soon as the holes between them are closed.
    together: usize,
}

impl Progress {
    /// Records that are not done.
    pub(super) fn left(&self, cargo: &Cargo) -> usize {
        cargo.len() - self.done
    }

    pub(super) fn is_full(&self, cargo: &Cargo, batch: &BatchSettings) -> bool {
        let bytes = cargo.bytes(&(self.done..cargo.len()));
        self.left(cargo) >= batch.records
            || bytes >= batch.bytes
            || !self.split.is_empty()
            || (cargo.is_shared() && batch.every.is_zero() && bytes >= WORTH_ALONE)
    }

    /// Could it hold more, where `width` batches go at once?
    pub(super) fn has_room(&self, cargo: &Cargo, batch: &BatchSettings, width: usize) -> bool {
        if width <= 1 {
            return !self.is_full(cargo, batch);
        }
        self.split.is_empty()
            && self.left(cargo) < batch.records.saturating_mul(width)
            && cargo.bytes(&(self.done..cargo.len())) < batch.bytes.saturating_mul(width)
    }

    /// May the next batch go at once: is it whole, or is there nothing to wait for?
    pub(super) fn is_ready(&self, cargo: &Cargo, batch: &BatchSettings) -> bool {
        self.left(cargo) > 0 && (batch.every.is_zero() || self.is_full(cargo, batch))
    }

    /// The next records to deliver together.
    pub(super) fn next(&self, cargo: &Cargo, batch: &BatchSettings) -> Range<usize> {
        if let Some(range) = self.split.last() {
            return range.clone();
        }
        Self::next_from(self.done, cargo, batch)
    }

    /// As many batches as may go at once, `most` at the most; they follow each other.
    pub(super) fn next_several(&self, cargo: &Cargo, batch: &BatchSettings, most: usize) -> Vec<Range<usize>> {
        if most <= 1 || !self.split.is_empty() {
            return self.split.iter().rev().take(most).cloned().collect();
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut start = self.done;
        while start < cargo.len() && ranges.len() < most {
            let range = Self::next_from(start, cargo, batch);
            let is_whole =
                range.end < cargo.len() || range.len() >= batch.records || cargo.bytes(&range) >= batch.bytes;
            if !ranges.is_empty() && !is_whole && !batch.every.is_zero() {
                break;
            }
            start = range.end;
            ranges.push(range);
        }
        ranges
    }

    fn next_from(start: usize, cargo: &Cargo, batch: &BatchSettings) -> Range<usize> {
        let most = start.saturating_add(batch.records.max(1)).min(cargo.len());
        let bytes = cargo.end(start).saturating_add(batch.bytes);
        let fitting = cargo.records_within(bytes);
        start..fitting.clamp((start + 1).min(most), most)
    }

    /// The records before `end` are done.
    pub(super) fn finish(&mut self, end: usize) {
        self.done = end;
        while let Some(range) = self.split.last_mut() {
            range.start = range.start.max(end);
            if range.start < range.end {
                return;
            }
            self.split.pop();
        }
    }

    /// As [`keep`](Self::keep), but all that is left makes one batch.
    pub(super) fn keep_together(&mut self, window: Range<usize>, left: Vec<Range<usize>>) {
        let ranges = left.len();
        self.keep(window, left);
        self.together = ranges;
    }

    /// Of the records of `window`, which begins where the next attempt would, only those of `left` are to be tried
    /// again, each range by itself. Where some between them are done, there are [holes](Self::holes) to close.
    pub(super) fn keep(&mut self, window: Range<usize>, left: Vec<Range<usize>>) {
        self.finish(left.first().map_or(window.end, |first| first.start));
        while self.split.last().is_some_and(|range| range.start < window.end) {
            self.split.pop();
        }
        let ends = left.iter().map(|range| range.end);
        let starts = left.iter().skip(1).map(|range| range.start).chain([window.end]);
        self.holes = if left.is_empty() { Vec::new() } else { ends.zip(starts).map(|(end, next)| end..next).collect() };
        self.holes.retain(|hole| !hole.is_empty());
        self.split.extend(left.into_iter().rev());
    }

    /// Halves the range that is next.
    pub(super) fn halve(&mut self, range: Range<usize>) {
        self.split.pop();
        self.split.extend(halves(range).into_iter().rev());
    }

    /// Where the batch ends that is being split, or the range itself.
    pub(super) fn batch_end(&self, range: &Range<usize>) -> usize {
        self.split.first().map_or(range.end, |last| last.end)
    }

    /// The holes are closed: every place moves by as many records as were taken out before it.
    pub(super) fn close_holes(&mut self) -> Vec<Range<usize>> {
        let holes = std::mem::take(&mut self.holes);
        let moved =
            |place: usize| place - holes.iter().map(|hole| hole.end.min(place) - hole.start.min(place)).sum::<usize>();
        self.split.iter_mut().for_each(|range| *range = moved(range.start)..moved(range.end));
        let separate = self.split.len() - std::mem::take(&mut self.together);
        let together = self.split.split_off(separate);
        if let (Some(last), Some(first)) = (together.first(), together.last()) {
            self.split.push(first.start..last.end);
        }
        holes
    }
}

/// Both halves of a range.
pub(super) fn halves(range: Range<usize>) -> [Range<usize>; 2] {
    let middle = range.start + range.len() / 2;
    [range.start..middle, middle..range.end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(split: &[Range<usize>]) -> Progress {
        Progress { done: 2, split: split.iter().rev().cloned().collect(), ..Progress::default() }
    }

    #[test]
    fn what_is_left_of_a_window_comes_next_and_what_is_between_becomes_a_hole() {
        let mut progress = progress(&[2..10, 10..20]);
        progress.keep(2..10, vec![4..5, 7..9]);
        assert_eq!(
            (progress.done, &progress.split[..], &progress.holes[..]),
            (4, &[10..20, 7..9, 4..5][..], &[5..7, 9..10][..])
        );
        assert_eq!(progress.close_holes(), [5..7, 9..10]);
        assert_eq!((progress.done, &progress.split[..]), (4, &[7..17, 5..7, 4..5][..]));
    }

    #[test]
    fn what_is_left_may_make_one_batch() {
        let mut progress = progress(&[2..10, 10..20]);
        progress.keep_together(2..10, vec![4..5, 7..9]);
        progress.close_holes();
        assert_eq!((progress.done, &progress.split[..]), (4, &[7..17, 4..7][..]));
    }

    #[test]
    fn a_window_of_which_nothing_or_only_its_end_is_left_has_no_holes() {
        let mut none = progress(&[]);
        none.keep(2..10, Vec::new());
        assert_eq!((none.done, none.split.len(), none.holes.len()), (10, 0, 0));
        let mut end = progress(&[]);
        end.keep(2..10, vec![6..8, 8..10]);
        assert_eq!((end.done, &end.split[..], end.holes.len()), (6, &[8..10, 6..8][..], 0));
    }
}
