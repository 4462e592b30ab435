//! Values in JSON.

use crate::shared::Role;
use crate::{Names, escape, number, shared};
use tracework_core::Value;

/// What stands for a double that is infinite or no number, which JSON cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotFinite {
    /// Its name as a string.
    Text,
    /// `null`, for readers that expect a number.
    Null,
}

/// Appends a string with its quotes.
#[inline]
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escape::put::<escape::Json>(out, text);
    out.push(b'"');
}

/// Appends `text` as a JSON string with its quotes, escaped as every format here does: for destinations that put records
/// into an envelope.
///
/// ```
/// let mut out = Vec::new();
/// tracework_format::put_json_str(&mut out, "say \"hi\"\u{202e}");
/// assert_eq!(out, br#""say \"hi\"\u202e""#);
/// ```
pub fn put_json_str(out: &mut Vec<u8>, text: &str) {
    string(out, text);
}

/// Appends a value.
#[inline]
pub(crate) fn value(out: &mut Vec<u8>, value: Value<'_>, not_finite: NotFinite) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::I64(number) => number::signed(out, number),
        Value::U64(number) => number::unsigned(out, number),
        Value::F64(number) if number.is_finite() => number::finite(out, number),
        Value::Str(text) | Value::Text(text) => string(out, text),
        other => rare_value(out, other, not_finite),
    }
}

fn rare_value(out: &mut Vec<u8>, value: Value<'_>, not_finite: NotFinite) {
    match value {
        Value::I128(number) => match i64::try_from(number) {
            Ok(number) => number::signed(out, number),
            Err(_) => quoted(out, |out| number::large(out, number)),
        },
        Value::U128(number) => match u64::try_from(number) {
            Ok(number) => number::unsigned(out, number),
            Err(_) => quoted(out, |out| number::large_unsigned(out, number)),
        },
        Value::F64(number) if not_finite == NotFinite::Text => string(out, number::not_finite(number)),
        Value::Bytes(bytes) => quoted(out, |out| bytes.iter().for_each(|&byte| escape::hex(out, byte.into(), 2))),
        Value::Json(text) if !text.trim_ascii().is_empty() => escape::put::<escape::RawJson>(out, text),
        Value::Error(chain) => quoted(out, |out| {
            escape::put::<escape::Json>(out, chain.message());
            for cause in chain.causes() {
                out.extend_from_slice(b": ");
                escape::put::<escape::Json>(out, cause);
            }
        }),
        _ => out.extend_from_slice(b"null"),
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends `before` and an object of what `write` writes as `,"a":1,"b":2`; nothing if it writes nothing.
#[inline]
pub(crate) fn object<T>(out: &mut Vec<u8>, before: &str, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let start = out.len();
    out.extend_from_slice(before.as_bytes());
    let open = out.len();
    let result = write(out);
    if out.len() == open {
        out.truncate(start);
    } else {
        out[open] = b'{';
        out.push(b'}');
    }
    result
}

/// Names and values of an object: `,"name":value`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect<'a> {
    /// Which fields have a place of their own, if any have.
    pub(crate) names: Option<&'a Names>,
    /// Names that fields cannot have in this object.
    pub(crate) taken: &'static [&'static str],
    /// What stands for `NaN`.
    pub(crate) not_finite: NotFinite,
}

impl shared::Dialect for Dialect<'_> {
    fn name(&self, out: &mut Vec<u8>, prefix: &str, name: &str) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(prefix.as_bytes());
        escape::put::<escape::Json>(out, name);
        out.extend_from_slice(b"\":");
    }

    #[inline]
    fn value(&self, out: &mut Vec<u8>, value: Value<'_>) {
        self::value(out, value, self.not_finite);
    }

    fn is_free(&self, name: &str) -> bool {
        self.taken.is_empty() || !shared::is_taken(self.taken, name)
    }

    fn role(&self, name: &str) -> Role {
        if self.names.is_some_and(|names| names.is_lifted(name)) { Role::Lifted } else { Role::Field }
    }
}
