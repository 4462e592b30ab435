//! A record as a message.

use crate::facility::Facility;
use crate::params;
use std::io::Write as _;
use std::ops::Range;
use tracework_core::{Format, Record, Severity, Value};
use tracework_format::{Pattern, Zone};

/// Which form messages have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rfc {
    /// [RFC 5424](https://www.rfc-editor.org/rfc/rfc5424): a precise time, and fields as structured data.
    #[default]
    Rfc5424,
    /// [RFC 3164](https://www.rfc-editor.org/rfc/rfc3164), as old receivers want it: a time without year or zone, and
    /// no fields.
    Rfc3164,
}

/// How records become messages.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) rfc: Rfc,
    /// The name of the element of structured data.
    pub(crate) id: String,
    /// The name of the program; `None` takes the metadata `service`.
    pub(crate) app_name: Option<String>,
    /// The longest message in bytes.
    pub(crate) longest: usize,
    pub(crate) time: Pattern,
    /// The time that was written last, with its second.
    pub(crate) last: Option<(i64, Vec<u8>)>,
}

/// Where the parts of a second stand in `2026-01-15T10:30:45.123456+00:00`.
const MICROS: Range<usize> = 20..26;

/// What stands for nothing (RFC 5424, section 6).
const NIL: &str = "-";

impl Shape {
    /// Messages of this form; times of RFC 3164 are those of `zone`.
    pub(crate) fn new(rfc: Rfc, zone: Zone) -> Self {
        let pattern = match rfc {
            Rfc::Rfc5424 => "{time:%Y-%m-%dT%H:%M:%S%.6f%:z}",
            Rfc::Rfc3164 => "{time:%b %e %H:%M:%S}",
        };
        let Ok(time) = Pattern::new(pattern) else { unreachable!("a test reads both") };
        let longest = if rfc == Rfc::Rfc5424 { 8 << 10 } else { 1 << 10 };
        Self { rfc, id: "tracework@32473".into(), app_name: None, longest, time: time.zone(zone), last: None }
    }

    /// Appends `record` as a message of `facility` with `text`, which is cut where the message would become too long.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, record: &Record<'_>, facility: Facility, text: &[u8]) {
        let start = out.len();
        self.head(out, record, facility, false);
        if out.len() - start + text.len() > self.longest {
            out.truncate(start);
            self.head(out, record, facility, true);
        }
        if out.len() - start > self.longest {
            // So many fields: they are left out, and that it was cut is told.
            out.truncate(start);
            self.bare_head(out, record, facility);
        }
        let room = self.longest.saturating_sub(out.len() - start).min(text.len());
        out.extend_from_slice(&text[..boundary(text, room)]);
    }

    /// All that stands before the text.
    fn head(&mut self, out: &mut Vec<u8>, record: &Record<'_>, facility: Facility, truncated: bool) {
        self.prefix(out, record, facility);
        if self.rfc == Rfc::Rfc5424 {
            params::write(out, &self.id, record, truncated);
            out.push(b' ');
        }
    }

    /// The same without the record's fields.
    fn bare_head(&mut self, out: &mut Vec<u8>, record: &Record<'_>, facility: Facility) {
        self.prefix(out, record, facility);
        if self.rfc == Rfc::Rfc5424 {
            out.extend_from_slice(
                format!("[{} event_id=\"{}\" truncated=\"true\"] ", self.id, record.event_id()).as_bytes(),
            );
        }
    }

    /// Appends the time and a blank. Within a second only its parts change.
    fn time(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let (second, nanos) = (record.time().0.div_euclid(1_000_000_000), record.time().0.rem_euclid(1_000_000_000));
        let has_micros = self.rfc == Rfc::Rfc5424;
        if let Some((last, text)) = &mut self.last
            && *last == second
        {
            if has_micros {
                let mut micros = nanos / 1_000;
                for digit in text[MICROS].iter_mut().rev() {
                    *digit = b"0123456789"[usize::try_from(micros % 10).unwrap_or_default()];
                    micros /= 10;
                }
            }
            return out.extend_from_slice(text);
        }
        let start = out.len();
        self.time.encode(record, out);
        // A pattern ends a line.
        out.pop();
        out.push(b' ');
        let text = &out[start..];
        // A year that has not four digits moves the parts.
        let is_usual =
            !has_micros || (text.get(MICROS.start - 1) == Some(&b'.') && text.get(MICROS.end) == Some(&b'+'));
        self.last = is_usual.then(|| (second, text.to_vec()));
    }

    fn prefix(&mut self, out: &mut Vec<u8>, record: &Record<'_>, facility: Facility) {
        let priority = u32::from(facility.number()) * 8 + severity(record.severity());
        let version = if self.rfc == Rfc::Rfc5424 { "1 " } else { "" };
        // A vector takes whatever is written to it.
        let _ = write!(out, "<{priority}>{version}");
        self.time(out, record);
        let host = text_of(record.metadata("host"));
        let app = self.app_name.clone().or_else(|| text_of(record.metadata("service")));
        let pid = text_of(record.metadata("pid"));
        match self.rfc {
            Rfc::Rfc5424 => {
                word(out, host.as_deref().unwrap_or(NIL), 255);
                word(out, app.as_deref().unwrap_or(NIL), 48);
                word(out, pid.as_deref().unwrap_or(NIL), 128);
                word(out, record.category().unwrap_or(NIL), 32);
            }
            Rfc::Rfc3164 => {
                word(out, host.as_deref().unwrap_or("localhost"), 255);
                word(out, app.as_deref().unwrap_or("app"), 32);
                out.pop();
                if let Some(pid) = pid {
                    out.push(b'[');
                    word(out, &pid, 16);
                    out.pop();
                    out.push(b']');
                }
                out.extend_from_slice(b": ");
            }
        }
    }
}

fn text_of(value: Option<Value<'_>>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// Appends a word of the header and a blank: printable ASCII, at most `longest` bytes of it; other bytes become `_`.
fn word(out: &mut Vec<u8>, text: &str, longest: usize) {
    let text = if text.is_empty() { NIL } else { text };
    out.extend(text.bytes().take(longest).map(|byte| if byte.is_ascii_graphic() { byte } else { b'_' }));
    out.push(b' ');
}

/// The number of a severity (RFC 5424, table 2): CRITICAL is 2, ERROR 3, WARNING 4, INFO 6, DEBUG and TRACE 7.
fn severity(severity: Severity) -> u32 {
    match severity {
        Severity::CRITICAL => 2,
        Severity::ERROR => 3,
        Severity::WARNING => 4,
        Severity::INFO => 6,
        _ => 7,
    }
}

/// The place at or before `at` where no character is cut in two.
fn boundary(text: &[u8], at: usize) -> usize {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (0..=at).rev().find(|&at| !is_inside(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_have_their_time() {
        for rfc in [Rfc::Rfc5424, Rfc::Rfc3164] {
            let _ = Shape::new(rfc, Zone::utc());
        }
    }

    #[test]
    fn no_character_is_cut_in_two() {
        let text = "aé€".as_bytes();
        let cuts: Vec<_> = (0..=text.len()).map(|at| boundary(text, at)).collect();
        assert_eq!(cuts, [0, 1, 1, 3, 3, 3, 6]);
    }
}
