//! Reading a file of dead letters back, a line at a time.

use crate::spool::payload::Decoder;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use std::borrow::Cow;
use std::io::{self, BufRead};
use tracework_core::OwnedRecord;

/// Bytes of a line; a longer one is passed over. The payload of a record that any spool takes fits, and the record.
const LONGEST: usize = 32 << 20;
/// Room for a line that is kept from one to the next.
const KEPT: usize = 1 << 20;

/// The lines of a file of dead letters.
pub(crate) struct Letters<R> {
    input: R,
    line: Vec<u8>,
    number: u64,
    payload: Vec<u8>,
    decoder: Decoder,
}

/// What is needed of a line.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    destination: Cow<'a, str>,
    #[serde(borrow, default)]
    payload: Cow<'a, str>,
    /// Always there, so what has none is something else.
    #[serde(rename = "record")]
    _record: IgnoredAny,
}

/// What a line is.
pub(crate) enum Found {
    /// A letter that is wanted.
    Letter {
        /// The destination that did not accept it.
        destination: String,
        /// The record, as it was.
        record: OwnedRecord,
    },
    /// A letter of a destination that is not wanted.
    Other {
        /// Its name.
        destination: String,
    },
    /// No letter, and why not.
    Unreadable(String),
}

impl<R: BufRead> Letters<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, line: Vec::new(), number: 0, payload: Vec::new(), decoder: Decoder::new() }
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not empty; only letters of destinations that are `wanted` are read as records.
    pub(crate) fn next(&mut self, wanted: impl Fn(&str) -> bool) -> io::Result<Option<Found>> {
        loop {
            let Some(fits) = self.fill()? else { return Ok(None) };
            if !fits {
                let reason = format!("it is longer than {} MiB", LONGEST >> 20);
                return Ok(Some(Found::Unreadable(reason)));
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(self.read(wanted).unwrap_or_else(Found::Unreadable)));
            }
        }
    }

    /// Reads a line; `false` if it is too long, `None` at the end.
    fn fill(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        self.line.shrink_to(KEPT);
        self.number += 1;
        let (mut fits, mut any) = (true, false);
        loop {
            let piece = match self.input.fill_buf() {
                Ok([]) => return Ok(any.then_some(fits)),
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let text = &piece[..end.unwrap_or(piece.len())];
            fits &= self.line.len() + text.len() <= LONGEST;
            if fits {
                self.line.extend_from_slice(text);
            }
            let used = text.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(fits));
            }
        }
    }

    fn read(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Found, String> {
        // What stands in the line is not told: it may be anything.
        let line: Line<'_> = serde_json::from_slice(&self.line).map_err(|error| {
            let reason = match error.classify() {
                Category::Eof => "it is cut short",
                Category::Data => "it is no dead letter",
                Category::Syntax | Category::Io => "it is no JSON, or not one object alone",
            };
            reason.to_owned()
        })?;
        let destination = line.destination.into_owned();
        if !wanted(&destination) {
            return Ok(Found::Other { destination });
        }
        if line.payload.is_empty() {
            return Err("it has no payload: an earlier version wrote it, for people to read".to_owned());
        }
        self.payload.clear();
        self.payload.shrink_to(KEPT);
        let decoded = STANDARD.decode_vec(line.payload.as_bytes(), &mut self.payload);
        decoded.map_err(|_| "its payload is no base64".to_owned())?;
        let record = self.decoder.decode(&self.payload).map_err(|error| format!("its payload: {error}"))?;
        Ok(Found::Letter { destination, record })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<(u64, String)> {
        let mut letters = Letters::new(text);
        let mut found = Vec::new();
        while let Some(next) = letters.next(&wanted).expect("a slice can be read") {
            let told = match next {
                Found::Letter { destination, record } => format!("{destination}: {}", record.view().message()),
                Found::Other { destination } => format!("other {destination}"),
                Found::Unreadable(reason) => reason,
            };
            found.push((letters.number(), told));
        }
        found
    }

    #[test]
    fn whatever_a_line_is_it_is_told_by_its_number() {
        let record = tracework_testkit::TestRecord::new("hello").build();
        let mut bytes = Vec::new();
        crate::spool::payload::encode(&record.view(), &mut bytes);
        let good = format!("{{\"destination\":\"a\",\"payload\":\"{}\",\"record\":{{}}}}", STANDARD.encode(&bytes));
        bytes[0] = 9;
        let newer = STANDARD.encode(&bytes);
        let lines = [
            good.clone(),
            String::new(),
            "\r".to_owned(),
            "plain text".to_owned(),
            "[1,2]".to_owned(),
            "{\"destination\":7}".to_owned(),
            "{\"destination\":\"a\",\"record\":{}}".to_owned(),
            "{\"destination\":\"b\",\"record\":{}}".to_owned(),
            "{\"destination\":\"a\",\"payload\":\"?\",\"record\":{}}".to_owned(),
            "{\"destination\":\"a\",\"payload\":\"AAAA\",\"record\":{}}".to_owned(),
            format!("{{\"destination\":\"a\",\"payload\":\"{newer}\",\"record\":{{}}}}"),
            format!("{good}{good}"),
            format!("{good}\r"),
            good[..good.len() - 3].to_owned(),
        ];
        let text = lines.join("\n");
        let found = all(text.as_bytes(), |name| name == "a");
        let expected: Vec<(u64, &str)> = vec![
            (1, "a: hello"),
            (4, "it is no JSON, or not one object alone"),
            (5, "it is no dead letter"),
            (6, "it is no dead letter"),
            (7, "it has no payload: an earlier version wrote it, for people to read"),
            (8, "other b"),
            (9, "its payload is no base64"),
            (10, "its payload: the spooled record is of version 0, and 1 is the highest known"),
            (11, "its payload: the spooled record is of version 9, and 1 is the highest known"),
            (12, "it is no JSON, or not one object alone"),
            (13, "a: hello"),
            (14, "it is cut short"),
        ];
        let found: Vec<_> = found.iter().map(|(number, told)| (*number, told.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn no_bytes_are_a_panic_and_a_line_that_is_too_long_is_passed_over() {
        let mut text = vec![b'x'; LONGEST + 1];
        text.extend_from_slice(b"\n\xff\xfe\n\0\n{\"destination\":\"\\ud800\",\"record\":{}}\n");
        let found = all(&text, |_| true);
        assert_eq!(found[0], (1, "it is longer than 32 MiB".to_owned()));
        assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(all(b"", |_| true).is_empty());
    }
}
