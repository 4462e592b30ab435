//! Lines of the input, in large pieces and without an allocation for each.

use memchr::memchr;
use std::io::{self, Read};

/// Bytes of a line; what is longer is cut.
pub(super) const MAX_LINE: usize = 1 << 20;
/// Bytes that are held: a line of the greatest length, and room to read on.
const BUFFER: usize = MAX_LINE + PIECE;
/// Bytes that are read at once: what the processor's cache holds.
const PIECE: usize = 256 << 10;

/// Lines of an input.
pub(super) struct Lines<R> {
    input: R,
    buffer: Box<[u8]>,
    /// The lines that were not given out yet lie between these two.
    start: usize,
    end: usize,
    /// No line end lies before this.
    searched: usize,
    /// The rest of a line that was cut is passed over.
    skips: bool,
    ended: bool,
    first: bool,
}

/// A line without its end.
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// Was it cut?
    pub(super) cut: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        Self { input, buffer, start: 0, end: 0, searched: 0, skips: false, ended: false, first: true }
    }

    /// The next line that was read already.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Line<'_>> {
        loop {
            if let Some(at) = memchr(b'\n', &self.buffer[self.searched..self.end]) {
                let line = self.start..self.searched + at;
                self.start = line.end + 1;
                self.searched = self.start;
                if std::mem::take(&mut self.skips) {
                    continue;
                }
                return Some(Line { bytes: trimmed(&self.buffer[line]), cut: false });
            }
            self.searched = self.end;
            return self.rest();
        }
    }

    /// What has no line end: the last line of the input, or one that is too long.
    fn rest(&mut self) -> Option<Line<'_>> {
        let length = self.end - self.start;
        if self.skips {
            self.start = self.end;
            return None;
        }
        if length > MAX_LINE {
            let line = self.start..self.start + MAX_LINE;
            self.start = self.end;
            self.skips = true;
            return Some(Line { bytes: &self.buffer[line], cut: true });
        }
        if self.ended && length > 0 {
            let line = self.start..self.end;
            self.start = self.end;
            return Some(Line { bytes: trimmed(&self.buffer[line]), cut: false });
        }
        None
    }

    /// Reads more; `false` at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.searched -= self.start;
        self.start = 0;
        let limit = self.buffer.len().min(self.end + PIECE);
        loop {
            match self.input.read(&mut self.buffer[self.end..limit]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(true);
                }
                Ok(read) => {
                    self.end += read;
                    self.skip_mark();
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Some programs begin a file with a mark that says it is UTF-8.
    fn skip_mark(&mut self) {
        if std::mem::take(&mut self.first) && self.buffer[..self.end].starts_with(b"\xef\xbb\xbf") {
            (self.start, self.searched) = (3, 3);
        }
    }
}

/// Without the carriage return that other systems end a line with.
fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines, MAX_LINE};
    use std::io::Read;

    fn all(input: impl Read) -> Vec<(Vec<u8>, bool)> {
        let mut lines = Lines::new(input);
        let mut found = Vec::new();
        loop {
            while let Some(Line { bytes, cut }) = lines.next() {
                found.push((bytes.to_vec(), cut));
            }
            if !lines.fill().expect("a slice can be read") {
                return found;
            }
        }
    }

    #[test]
    fn lines_come_whole_whatever_the_pieces() {
        let input = b"\xef\xbb\xbfone\r\ntwo\n\nfour";
        let expected: Vec<_> = [&b"one"[..], b"two", b"", b"four"].map(|line| (line.to_vec(), false)).to_vec();
        assert_eq!(all(&input[..]), expected);
        struct Drops<'a>(&'a [u8]);
        impl Read for Drops<'_> {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                let count = self.0.len().min(3);
                into[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        assert_eq!(all(Drops(input)), expected);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_is_whole() {
        let mut input = vec![b'x'; 5 * MAX_LINE];
        input.extend_from_slice(b"\nnext\n");
        let found = all(&input[..]);
        assert_eq!(found.len(), 2);
        assert!(found[0].1 && found[0].0.len() == MAX_LINE);
        assert_eq!(found[1], (b"next".to_vec(), false));
    }
}
