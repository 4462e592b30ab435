//! Names and values of a text line: ` name=value`.

use crate::{escape, json, shared};
use tracework_core::Value;

/// Names and values, each pair with a blank before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words;

impl shared::Dialect for Words {
    fn key(&self, out: &mut Vec<u8>, name: &str) {
        out.push(b' ');
        escape::put_word(out, name);
        out.push(b'=');
    }

    #[inline]
    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        match value {
            Value::Str(text) | Value::Text(text) => escape::put_word(out, text),
            Value::I128(number) => crate::number::large(out, number),
            Value::U128(number) => crate::number::large_unsigned(out, number),
            Value::F64(number) if !number.is_finite() => {
                out.extend_from_slice(crate::number::not_finite(number).as_bytes());
            }
            Value::Bytes(bytes) => bytes.iter().for_each(|&byte| escape::hex(out, byte.into(), 2)),
            Value::Error(_) => escape::put_word(out, shared::Plain::default().text(&value)),
            other => json::value(out, other, json::NotFinite::Text),
        }
    }
}
