//! How every nested or flat object begins: when, how serious, what sort, the message, and where it comes from.

use super::around::Around;
use super::fmt::write_target;
use super::value::{Dialect, string};
use crate::number;
use crate::shared::{Fragment, Keys, Said, tags_of};
use crate::time::Stamp;
use tracework_core::{Callsite, Kind, Record, Reserved, Severity, Source};

/// What is made once for a callsite.
#[derive(Debug)]
pub(super) struct Site {
    /// `,"target":..,"module":..,"file":..,"line":..`.
    pub(super) source: Box<[u8]>,
    pub(super) keys: Keys,
}

impl Site {
    pub(super) fn new(callsite: &Callsite, dialect: &Dialect<'_>) -> Self {
        let mut source = Vec::new();
        let facts =
            Source { target: callsite.target, module: callsite.module, file: callsite.file, line: callsite.line };
        write_source(&mut source, &facts);
        Self { source: source.into(), keys: Keys::new(callsite, dialect) }
    }

    /// The same with nothing but the target.
    pub(super) fn fmt(callsite: &Callsite, dialect: &Dialect<'_>) -> Self {
        let mut source = Vec::new();
        write_target(&mut source, callsite.target);
        Self { source: source.into(), keys: Keys::new(callsite, dialect) }
    }
}

/// The beginnings of each severity and kind: `","level":"INFO","kind":"log"`.
#[derive(Debug)]
pub(super) struct Ranks(Box<[Fragment]>);

impl Ranks {
    pub(super) fn new() -> Self {
        let ranks = Severity::ALL.iter().flat_map(|severity| Kind::ALL.map(|kind| (severity, kind)));
        let text = |(severity, kind)| format!("\",\"level\":\"{severity}\",\"kind\":\"{kind}\"");
        Self(ranks.map(|rank| Fragment::new(text(rank).as_bytes())).collect())
    }

    #[inline]
    fn put(&self, out: &mut Vec<u8>, record: &Record<'_>) {
        self.0[record.severity().index() * Kind::ALL.len() + record.kind() as usize].put(out);
    }
}

/// Appends all up to the tags.
#[inline]
pub(super) fn write(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    said: Said,
    (stamp, ranks): (&mut Stamp, &Ranks),
    site: Option<&Site>,
    around: Option<&Around>,
) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    stamp.rfc3339(out, record.time());
    ranks.put(out, record);
    if said.category {
        write_category(out, record);
    } else if let Some(around) = around {
        out.extend_from_slice(&around.category);
    }
    let message = record.message();
    if !message.is_empty() {
        out.extend_from_slice(b",\"message\":");
        string(out, message);
    }
    match site {
        Some(site) if !said.source => out.extend_from_slice(&site.source),
        _ => write_source(out, &record.source()),
    }
    if said.tags {
        write_tags(out, tags_of(record));
    } else if let Some(around) = around {
        out.extend_from_slice(&around.tags);
    }
}

fn write_category(out: &mut Vec<u8>, record: &Record<'_>) {
    if let Some(category) = record.reserved(Reserved::Category).and_then(|value| value.as_str()) {
        out.extend_from_slice(b",\"category\":");
        string(out, category);
    }
}

/// Appends `,"target":..,"module":..,"file":..,"line":..`, without what is not known.
fn write_source(out: &mut Vec<u8>, source: &Source<'_>) {
    let mut part = |name: &str, text: &str| {
        out.extend_from_slice(name.as_bytes());
        string(out, text);
    };
    if !source.target.is_empty() {
        part(",\"target\":", source.target);
    }
    if let Some(module) = source.module {
        part(",\"module\":", module);
    }
    if let Some(file) = source.file {
        part(",\"file\":", file);
    }
    if let Some(line) = source.line {
        out.extend_from_slice(b",\"line\":");
        number::unsigned(out, line.into());
    }
}

/// Appends `,"tags":[..]`, nothing if there are none.
pub(crate) fn write_tags<'a>(out: &mut Vec<u8>, tags: impl IntoIterator<Item = &'a str>) {
    let mut before = &b",\"tags\":["[..];
    let start = out.len();
    for tag in tags {
        out.extend_from_slice(before);
        string(out, tag);
        before = b",";
    }
    if out.len() > start {
        out.push(b']');
    }
}
