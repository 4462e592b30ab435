//! What the spans around a record give to it, encoded once for many records.

use super::head::write_tags;
use super::tail::write_path;
use super::value::{Dialect, NotFinite, object, string};
use crate::Names;
use crate::shared::{Context, Dialect as _, Pairs, chain, named_spans, tags_around, write_span};
use tracework_core::{Reserved, SpanNode, Timestamp};

/// What the spans around a record give to it.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// `,"category":".."`.
    pub(super) category: Vec<u8>,
    /// `,"tags":[..]`.
    pub(super) tags: Vec<u8>,
    /// `,"context":{..}`.
    pub(super) context: Vec<u8>,
    /// The same, each by itself, for the top of the object.
    pub(super) pairs: Pairs,
    /// `,"trace_id":"..","span_id":".."`.
    pub(super) trace: Vec<u8>,
    /// `,"spans":[..]`, in [`Shape::Fmt`](crate::Shape::Fmt) `,"span":{..},"spans":[..]`.
    pub(super) spans: Vec<u8>,
    /// `,"spans.NAME"..`: the fields that were cut.
    pub(super) cut: Vec<u8>,
}

/// The names that an object of a span has itself.
const IN_SPAN: Dialect<'static> = Dialect { names: None, taken: &["name"], not_finite: NotFinite::Text };

impl Around {
    /// What nested and flat objects need. `top` says which names are taken at the top of a flat one.
    pub(super) fn nested(span: &SpanNode, time: Timestamp, names: &Names, top: Option<&Dialect<'_>>) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        match top {
            Some(top) => context.beside_trace().for_each(|(name, value)| {
                around.pairs.push(name, value, "context.", top);
            }),
            None => write_context(&mut around.context, &context),
        }
        if let Some(category) = span.inherited(Reserved::Category, time).and_then(|value| value.as_str()) {
            around.category.extend_from_slice(b",\"category\":");
            string(&mut around.category, category);
        }
        let bare = Dialect { taken: &[], ..IN_SPAN };
        for (name, value) in context.trace() {
            bare.key(&mut around.trace, name);
            bare.value(&mut around.trace, value);
        }
        write_tags(&mut around.tags, tags_around(span, time));
        write_spans(&mut around.spans, ",\"spans\":", (span, time), &context, NotFinite::Text);
        around.note_cuts(span, time);
        around
    }

    /// What [`Shape::Fmt`](crate::Shape::Fmt) needs.
    pub(super) fn fmt(span: &SpanNode, time: Timestamp) -> Self {
        let mut spans = Vec::new();
        if let Some(innermost) = chain(span).find(|span| span.is_named()) {
            spans.extend_from_slice(b",\"span\":");
            write_fmt_span(&mut spans, innermost, time);
        }
        spans.extend_from_slice(b",\"spans\":[");
        let mut around: Vec<_> = chain(span).collect();
        around.reverse();
        for (at, span) in around.into_iter().enumerate() {
            if at > 0 {
                spans.push(b',');
            }
            write_fmt_span(&mut spans, span, time);
        }
        spans.push(b']');
        Self { spans, ..Self::default() }
    }

    fn note_cuts(&mut self, span: &SpanNode, time: Timestamp) {
        for entry in chain(span).flat_map(|span| span.entries(time)).filter(|entry| entry.cut) {
            write_path(&mut self.cut, "spans.", &entry);
        }
    }
}

fn write_context(out: &mut Vec<u8>, context: &Context<'_>) {
    let free = Dialect { taken: &[], ..IN_SPAN };
    object(out, ",\"context\":", |out| {
        for (name, value) in context.beside_trace() {
            free.key(out, name);
            free.value(out, value);
        }
    });
}

/// Appends `before` and a list of the named spans from the outermost to `span`, without what `context` took out of
/// them; nothing if there are none.
pub(crate) fn write_spans(
    out: &mut Vec<u8>,
    before: &str,
    (span, time): (&SpanNode, Timestamp),
    context: &Context<'_>,
    not_finite: NotFinite,
) {
    let dialect = Dialect { not_finite, ..IN_SPAN };
    for (at, span) in named_spans(span).into_iter().enumerate() {
        out.extend_from_slice(if at == 0 { before.as_bytes() } else { b"," });
        out.extend_from_slice(if at == 0 { b"[{\"name\":" } else { b"{\"name\":" });
        string(out, span.name());
        write_span(out, span, time, &dialect, |entry| !context.took(span, entry.key));
        out.push(b'}');
    }
    if chain(span).any(|span| span.is_named()) {
        out.push(b']');
    }
}

/// Appends an object of a span as `tracing-subscriber` writes it: its fields, then its name.
fn write_fmt_span(out: &mut Vec<u8>, span: &SpanNode, time: Timestamp) {
    let dialect = Dialect { not_finite: NotFinite::Null, ..IN_SPAN };
    let open = out.len();
    object(out, "", |out| {
        write_span(out, span, time, &dialect, |_| true);
        if span.is_named() {
            out.extend_from_slice(b",\"name\":");
            string(out, span.name());
        }
    });
    if out.len() == open {
        out.extend_from_slice(b"{}");
    }
}
