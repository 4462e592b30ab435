//! What the spans around a record give to it, encoded once for many records.

use super::head::write_tags;
use super::tail::write_path;
use super::value::{Dialect, NotFinite, string};
use crate::Names;
use crate::shared::{Context, Dialect as _, chain, name_bit, named_spans, tags_around, write_span};
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
    /// `,"spans":[..]`, in [`Shape::Fmt`](crate::Shape::Fmt) `,"span":{..},"spans":[..]`.
    pub(super) spans: Vec<u8>,
    /// `,"spans.NAME"..`: the fields that were cut.
    pub(super) cut: Vec<u8>,
}

/// Names with their values that go to the top of the object, if nothing there is called the same.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// `,"NAME":value,"NAME":value`.
    pub(super) all: Vec<u8>,
    /// A bit of each name.
    pub(super) names: u64,
    /// Each name, with its value.
    pub(super) each: Vec<(Box<str>, Vec<u8>)>,
}

impl Pairs {
    /// Takes in `name`, whose value is written by `value`. Where the name is taken, `prefix` stands before it.
    pub(super) fn push(&mut self, name: &str, prefix: &str, dialect: &Dialect<'_>, value: impl FnOnce(&mut Vec<u8>)) {
        let mut text = Vec::new();
        value(&mut text);
        let free = dialect.is_free(name);
        write_pair(&mut self.all, if free { "" } else { prefix }, name, &text);
        if free {
            self.names |= name_bit(name);
        }
        self.each.push((name.into(), text));
    }
}

/// Appends `,"PREFIXname":value`.
pub(super) fn write_pair(out: &mut Vec<u8>, prefix: &str, name: &str, value: &[u8]) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(prefix.as_bytes());
    crate::escape::put::<crate::escape::Json>(out, name);
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value);
}

/// The names that an object of a span has itself.
const IN_SPAN: Dialect<'static> = Dialect { names: None, taken: &["name"], not_finite: NotFinite::Text };

impl Around {
    /// What nested and flat objects need. `top` says which names are taken at the top of a flat one.
    pub(super) fn nested(span: &SpanNode, time: Timestamp, names: &Names, top: Option<&Dialect<'_>>) -> Self {
        let mut around = Self::default();
        let context = Context::inside(span, time, names);
        match top {
            Some(top) => context.iter().for_each(|(name, value)| {
                around.pairs.push(name, "context.", top, |out| IN_SPAN.value(out, value));
            }),
            None => write_context(&mut around.context, &context),
        }
        if let Some(category) = span.inherited(Reserved::Category, time).and_then(|value| value.as_str()) {
            around.category.extend_from_slice(b",\"category\":");
            string(&mut around.category, category);
        }
        write_tags(&mut around.tags, tags_around(span, time));
        write_spans(&mut around.spans, span, time, &context);
        around.note_cuts(span, time);
        around
    }

    /// What [`Shape::Fmt`](crate::Shape::Fmt) needs.
    pub(super) fn fmt(span: &SpanNode, time: Timestamp) -> Self {
        let mut spans = Vec::new();
        if let Some(innermost) = chain(span).find(|span| span.callsite().is_some()) {
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
    if context.is_empty() {
        return;
    }
    let free = Dialect { taken: &[], ..IN_SPAN };
    out.extend_from_slice(b",\"context\":");
    let open = out.len();
    for (name, value) in context.iter() {
        free.key(out, name);
        free.value(out, value);
    }
    out[open] = b'{';
    out.push(b'}');
}

fn write_spans(out: &mut Vec<u8>, span: &SpanNode, time: Timestamp, context: &Context<'_>) {
    let mut before = &b",\"spans\":["[..];
    for span in named_spans(span) {
        out.extend_from_slice(before);
        out.extend_from_slice(b"{\"name\":");
        string(out, span.name());
        write_span(out, span, time, &IN_SPAN, |entry| !context.took(span, entry.key));
        out.push(b'}');
        before = b",";
    }
    if !out.is_empty() {
        out.push(b']');
    }
}

/// Appends an object of a span as `tracing-subscriber` writes it: its fields, then its name.
fn write_fmt_span(out: &mut Vec<u8>, span: &SpanNode, time: Timestamp) {
    let open = out.len();
    write_span(out, span, time, &Dialect { not_finite: NotFinite::Null, ..IN_SPAN }, |_| true);
    if span.callsite().is_some() {
        out.extend_from_slice(b",\"name\":");
        string(out, span.name());
    }
    if out.len() == open {
        out.push(b'{');
    }
    out[open] = b'{';
    out.push(b'}');
}
