//! The context of a record: fields of the spans around it that matter to all that happens inside.

use super::fields::span_fields;
use super::said::chain;
use crate::Names;
use tracework_core::{Entry, SpanNode, Timestamp, Value};

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
                let wanted = span.callsite().is_none() || names.is_context(name);
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

    /// Was the field `name` taken out of `span`? A value that one further inside hides stays where it is.
    pub(crate) fn took(&self, span: &SpanNode, name: &str) -> bool {
        self.found.iter().any(|found| found.span == span.id() && found.name == name)
    }
}

/// The spans that have a name, the outermost first.
pub(crate) fn named_spans(span: &SpanNode) -> Vec<&SpanNode> {
    let mut spans: Vec<_> = chain(span).filter(|span| span.callsite().is_some()).collect();
    spans.reverse();
    spans
}
