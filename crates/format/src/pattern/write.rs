//! Writing by a pattern.

use super::Kept;
use super::compile::{Fill, Piece, Side};
use crate::escape::Style;
use crate::part::Part;
use crate::shared::{Context, Dialect as _, Keys, metadata_of, write_fields};
use crate::text::{self, Words};
use crate::time::Stamp;
use crate::{Names, escape};
use tracework_core::{Record, Timestamp};

/// Appends `record`, what stands in places escaped in the style `S`.
pub(super) fn encode<S: Style>(
    kept: &mut Kept,
    pieces: &[Piece],
    names: &Names,
    record: &Record<'_>,
    out: &mut Vec<u8>,
) {
    let Kept { stamp, sites, times } = kept;
    let start = out.len();
    for (piece, last) in pieces.iter().zip(times) {
        match piece {
            Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
            Piece::Time { directives, steady } => {
                let second = record.time().seconds();
                match last {
                    Some((known, text)) if *steady && *known == second => out.extend_from_slice(text),
                    _ => {
                        let text = tell::<S>(directives, record.time(), stamp);
                        out.extend_from_slice(&text);
                        *last = Some((second, text));
                    }
                }
            }
            Piece::Part(part, fill) => {
                let from = out.len();
                if !part.write::<S>(out, record, stamp) {
                    let keys = record.callsite().map(|callsite| sites.get(callsite, || Keys::new(callsite, &Words)));
                    write_pairs(out, part, record, keys, names);
                    S::again(out, from);
                }
                fill.iter().for_each(|&fill| fill_up(out, from, fill));
            }
        }
    }
    while out.len() > start && out.last() == Some(&b' ') {
        out.pop();
    }
    out.push(b'\n');
}

fn tell<S: Style>(directives: &str, time: Timestamp, stamp: &Stamp) -> Vec<u8> {
    // It was tried when the pattern was read.
    let told = jiff::fmt::strtime::format(directives, &stamp.zone().zoned(time)).unwrap_or_default();
    let mut text = Vec::new();
    escape::put::<S>(&mut text, &told);
    text
}

/// Fills up what was written since `from`.
fn fill_up(out: &mut Vec<u8>, from: usize, fill: Fill) {
    let written = out[from..].iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
    let missing = fill.width.saturating_sub(written);
    let before = match fill.side {
        Side::Left => 0,
        Side::Right => missing,
        Side::Middle => missing / 2,
    };
    out.splice(from..from, std::iter::repeat_n(b' ', before));
    out.extend(std::iter::repeat_n(b' ', missing - before));
}

/// Appends the part `part` of names and values.
fn write_pairs(out: &mut Vec<u8>, part: &Part, record: &Record<'_>, keys: Option<&Keys>, names: &Names) {
    let from = out.len();
    match (part, record.span_node()) {
        (Part::Fields, _) => _ = write_fields(out, record, keys, &Words),
        (Part::Metadata, _) => metadata_of(record, true, |name, value| {
            Words.key(out, name);
            Words.value(out, value);
        }),
        (Part::Context, Some(span)) => {
            for (name, value) in Context::inside(span, record.time(), names).iter() {
                Words.key(out, name);
                Words.value(out, value);
            }
        }
        (_, Some(span)) => return text::write_spans(out, span, record.time(), false),
        (_, None) => {}
    }
    // The blank before the first one.
    if out.len() > from {
        out.remove(from);
    }
}
