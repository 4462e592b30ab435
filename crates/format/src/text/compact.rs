//! One line a record.

use super::colors::{Colors, DIM};
use super::{Around, Kept, Settings, Site, Words, write_spans};
use crate::escape;
use crate::shared::{
    Dialect as _, Fragment, Keys, Said, is_cut, is_whole, metadata_of, tags_around, tags_of, write_fields,
    write_missing,
};
use tracework_core::{Callsite, Kind, Record, Reserved, Severity, SpanNode, Timestamp};

/// The severities as they stand in a line: `] [INFO    ] `.
#[derive(Debug)]
pub(super) struct Labels([Fragment; 6]);

impl Labels {
    pub(super) fn new(colors: Colors) -> Self {
        Self(Severity::ALL.map(|severity| {
            Fragment::of(|out| {
                out.extend_from_slice(b"] [");
                colors.paint(out, Colors::of(severity), |out| {
                    out.extend_from_slice(format!("{severity:<8}").as_bytes());
                });
                out.extend_from_slice(b"] ");
            })
        }))
    }
}

/// Appends `record`.
pub(super) fn encode(kept: &mut Kept, settings: Settings, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, labels, sites, leaves, settled } = kept;
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || make_site(callsite, settings)));
    let around =
        record.span_node().map(|span| leaves.get(span, record.time(), || make_around(span, record.time(), settings)));

    out.push(b'[');
    stamp.plain(out, record.time());
    labels.0[record.severity().index()].put(out);
    match site {
        Some(site) if !said.source => out.extend_from_slice(&site.target),
        _ => write_target(out, record.target(), settings),
    }
    escape::put::<escape::Text>(out, record.message());
    let seen = write_fields(out, record, site.map(|site| &site.keys), &Words);
    if record.kind() != Kind::Log {
        write_pair(out, "kind", record.kind().name());
    }
    write_said(out, record, said, around);
    if settings.metadata && seen.metadata {
        write_metadata(out, record, true);
    } else if settings.metadata {
        out.extend_from_slice(settled.get(record, || made(|out| write_metadata(out, record, false))));
    }
    if let Some(around) = around {
        out.extend_from_slice(&around.spans);
    }
    if let Some(backtrace) = record.error().and_then(|error| error.backtrace()) {
        write_pair(out, "error.backtrace", backtrace);
    }
    let cut = seen.cut || said.cut || around.is_some_and(|around| around.cut);
    if !is_whole(record, cut) {
        write_missing(record, |name, value| write_pair(out, name, value));
    }
    out.push(b'\n');
}

pub(super) fn make_site(callsite: &Callsite, settings: Settings) -> Site {
    Site { target: made(|out| write_target(out, callsite.target, settings)), keys: Keys::new(callsite, &Words) }
}

pub(super) fn make_around(span: &SpanNode, time: Timestamp, settings: Settings) -> Around {
    let mut around = Around::default();
    if let Some(category) = span.inherited(Reserved::Category, time).and_then(|value| value.as_str()) {
        write_pair(&mut around.said, "category", category);
    }
    write_tags(&mut around.said, &tags_around(span, time));
    if settings.spans {
        settings.colors.paint(&mut around.spans, DIM, |out| out.extend_from_slice(b" in "));
        write_spans(&mut around.spans, span, time, settings.colors.on);
    }
    around.cut = is_cut(span, time);
    around
}

fn made(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

fn write_target(out: &mut Vec<u8>, target: &str, settings: Settings) {
    if target.is_empty() {
        return;
    }
    settings.colors.paint(out, DIM, |out| {
        escape::put::<escape::Text>(out, target);
        out.push(b':');
    });
    out.push(b' ');
}

/// Appends ` name=text`.
fn write_pair(out: &mut Vec<u8>, name: &str, text: &str) {
    Words.key(out, name);
    escape::put_word::<escape::Quoted>(out, text);
}

fn write_tags(out: &mut Vec<u8>, tags: &[&str]) {
    if !tags.is_empty() {
        write_pair(out, "tags", &tags.join(","));
    }
}

/// Appends the category and the tags.
#[inline]
fn write_said(out: &mut Vec<u8>, record: &Record<'_>, said: Said, around: Option<&Around>) {
    if said.category || said.tags {
        if let Some(category) = record.category() {
            write_pair(out, "category", category);
        }
        write_tags(out, &tags_of(record).collect::<Vec<_>>());
    } else if let Some(around) = around {
        out.extend_from_slice(&around.said);
    }
}

fn write_metadata(out: &mut Vec<u8>, record: &Record<'_>, own: bool) {
    metadata_of(record, own, |name, value| {
        Words.key(out, name);
        Words.value(out, value);
    });
}
