//! Values as plain text.

use crate::number;
use std::io::Write;
use tracework_core::{Record, Value};

/// A value as plain text, nothing escaped: a borrowed one, or one written into a scratch buffer.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    scratch: Vec<u8>,
}

impl Plain {
    /// The text of `value`.
    pub(crate) fn text<'a>(&'a mut self, value: &Value<'a>) -> &'a str {
        match *value {
            Value::Str(text) | Value::Text(text) | Value::Json(text) => text,
            Value::Error(chain) if chain.causes().next().is_none() => chain.message(),
            ref value => {
                self.scratch.clear();
                write_plain(&mut self.scratch, value);
                std::str::from_utf8(&self.scratch).unwrap_or_default()
            }
        }
    }
}

fn write_plain(out: &mut Vec<u8>, value: &Value<'_>) {
    match *value {
        Value::F64(number) if number.is_finite() => number::finite(out, number),
        Value::F64(number) => out.extend_from_slice(number::not_finite(number).as_bytes()),
        Value::U64(number) => number::unsigned(out, number),
        Value::I64(number) => number::signed(out, number),
        // Writing into memory does not fail.
        ref value => _ = write!(out, "{value}"),
    }
}

/// What the thread of `record` is called: its name, or its number where it has none.
pub(crate) fn thread_label<'a>(record: &Record<'a>, scratch: &'a mut String) -> Option<&'a str> {
    match (record.thread_name(), record.thread().number) {
        (Some(name), _) => Some(name),
        (None, 0) => None,
        (None, number) => {
            scratch.clear();
            scratch.push_str("thread-");
            scratch.push_str(itoa::Buffer::new().format(number));
            Some(scratch)
        }
    }
}

/// Hands over what is known of the record's error beside its own text: its type, fingerprint and backtrace.
pub(crate) fn error_pairs(record: &Record<'_>, mut each: impl FnMut(&str, &str)) {
    let Some(error) = record.error() else { return };
    let parts = [
        ("error.type", error.type_name()),
        ("error.fingerprint", error.fingerprint()),
        ("error.backtrace", error.backtrace()),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            each(name, value);
        }
    }
}
