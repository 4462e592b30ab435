//! Names and values of a text line: ` name=value`.

use super::colors::{Colors, DIM};
use crate::{escape, json, number, shared};
use tracework_core::{SpanNode, Timestamp, Value};

/// Names and values, each pair with a blank before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words;

impl shared::Dialect for Words {
    fn name(&self, out: &mut Vec<u8>, prefix: &str, name: &str) {
        out.push(b' ');
        out.extend_from_slice(prefix.as_bytes());
        escape::put_word::<escape::Quoted>(out, name);
        out.push(b'=');
    }

    #[inline]
    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        match value {
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::I64(number) => number::signed(out, number),
            Value::U64(number) => number::unsigned(out, number),
            Value::F64(number) if number.is_finite() => number::finite(out, number),
            Value::Str(text) | Value::Text(text) => escape::put_word::<escape::Quoted>(out, text),
            other => rare_value(out, other),
        }
    }
}

fn rare_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::I128(number) => number::large(out, number),
        Value::U128(number) => number::large_unsigned(out, number),
        Value::F64(number) => {
            out.extend_from_slice(number::not_finite(number).as_bytes());
        }
        Value::Bytes(bytes) => bytes.iter().for_each(|&byte| escape::hex(out, byte.into(), 2)),
        Value::Error(_) => escape::put_word::<escape::Quoted>(out, shared::Plain::default().text(&value)),
        other => json::value(out, other, json::NotFinite::Text),
    }
}

/// Appends `request{request_id=7}:charge{customer=7}`, the outermost span first; a scope of `tracework::context` has
/// braces alone.
pub(crate) fn write_spans(out: &mut Vec<u8>, span: &SpanNode, time: Timestamp, colored: bool) {
    let mut spans: Vec<_> = shared::chain(span).collect();
    spans.reverse();
    for (at, span) in spans.into_iter().enumerate() {
        Colors { on: colored }.paint(out, DIM, |out| {
            out.extend_from_slice(if at == 0 { b"" } else { b":" });
            escape::put::<escape::Text>(out, span.name());
        });
        let open = out.len();
        shared::write_span(out, span, time, &Words, |_| true);
        if out.len() > open {
            out[open] = b'{';
            out.push(b'}');
        }
    }
}
