//! The context of a record: fields of the spans around it that matter to all that happens inside.

use super::fields::span_fields;
use super::said::chain;
use crate::Names;
use tracework_core::{Entry, Record, SpanNode, Timestamp, Value};

/// What says of a span which trace it belongs to. It stands beside the message where a format has a place for it, and is
/// context where it has none.
const TRACE: [&str; 2] = ["trace_id", "span_id"];

/// Does `record` say itself which trace it belongs to, so that the spans around it need not?
pub(crate) fn has_own_trace(record: &Record<'_>) -> bool {
    record.fields().any(|entry| TRACE.contains(&entry.key))
}

/// The context as of a time: of each name the value of the innermost span that has it. Every field of a scope of
/// `tracework::context` is context; of a span, those whose names are.
#[derive(Debug, Default)]
pub(crate) struct Context<'a> {
    found: Vec<Found<'a>>,
}

#[derive(Debug)]
struct Found<'a> {
    name: &'a str,
    value: Value<'a>,
    span: u64,
}

impl<'a> Context<'a> {
    /// That inside `span`.
    pub(crate) fn inside(span: &'a SpanNode, time: Timestamp, names: &Names) -> Self {
        let mut found: Vec<Found<'a>> = Vec::new();
        for span in chain(span) {
            for Entry { key: name, value, .. } in span_fields(span, time) {
                let wanted = !span.is_named() || names.is_context(name) || TRACE.contains(&name);
                if wanted && !found.iter().any(|found| found.name == name) {
                    found.push(Found { name, value, span: span.id() });
                }
            }
        }
        Self { found }
    }

    /// Its names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.found.iter().map(|found| (found.name, found.value))
    }

    /// Its names and values, but for the trace and the span.
    pub(crate) fn beside_trace(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.iter().filter(|(name, _)| !TRACE.contains(name))
    }

    /// The trace and the span, each if it is known.
    pub(crate) fn trace(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.iter().filter(|(name, _)| TRACE.contains(name))
    }

    /// Was the field `name` taken out of `span`? A value that one further inside hides stays where it is, but for the trace,
    /// which all spans around would say again.
    pub(crate) fn took(&self, span: &SpanNode, name: &str) -> bool {
        TRACE.contains(&name) || self.found.iter().any(|found| found.span == span.id() && found.name == name)
    }
}

/// The spans that have a name, the outermost first.
pub(crate) fn named_spans(span: &SpanNode) -> Vec<&SpanNode> {
    let mut spans: Vec<_> = chain(span).filter(|span| span.is_named()).collect();
    spans.reverse();
    spans
}
