//! Values as `AnyValue`.

use super::{json, wire};
use tracework_core::Value;

/// The fields of the messages `AnyValue`, `ArrayValue`, `KeyValueList` and `KeyValue`
/// ([common.proto](https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/common/v1/common.proto)).
pub(super) const STRING: u32 = 1;
pub(super) const BOOL: u32 = 2;
pub(super) const INT: u32 = 3;
pub(super) const DOUBLE: u32 = 4;
pub(super) const ARRAY: u32 = 5;
pub(super) const LIST: u32 = 6;
const BYTES: u32 = 7;
pub(super) const ARRAY_VALUES: u32 = 1;
pub(super) const LIST_VALUES: u32 = 1;
pub(super) const KEY: u32 = 1;
pub(super) const VALUE: u32 = 2;

/// Appends the fields of an `AnyValue`. What is nothing has none. A whole number that 64 bits with a sign do not hold is a
/// text of its digits, so that none is lost; an error is a text with its causes.
pub(super) fn any(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Bool(value) => wire::number(out, BOOL, value.into()),
        Value::I64(number) => int(out, number),
        Value::U64(number) => big(out, i64::try_from(number).ok(), &number),
        Value::I128(number) => big(out, i64::try_from(number).ok(), &number),
        Value::U128(number) => big(out, i64::try_from(number).ok(), &number),
        Value::F64(number) => wire::fixed64(out, DOUBLE, number.to_bits()),
        Value::Str(text) | Value::Text(text) => wire::bytes(out, STRING, text.as_bytes()),
        Value::Bytes(bytes) => wire::bytes(out, BYTES, bytes),
        Value::Json(text) => json::any(out, text),
        Value::Null => {}
        other => wire::bytes(out, STRING, other.to_string().as_bytes()),
    }
}

pub(super) fn int(out: &mut Vec<u8>, number: i64) {
    wire::number(out, INT, number.cast_unsigned());
}

fn big(out: &mut Vec<u8>, small: Option<i64>, number: &dyn std::fmt::Display) {
    match small {
        Some(number) => int(out, number),
        None => wire::bytes(out, STRING, number.to_string().as_bytes()),
    }
}

/// Appends a `KeyValue` as field `field`.
pub(super) fn pair(out: &mut Vec<u8>, field: u32, name: &str, value: Value<'_>) {
    pair_of(out, field, "", name, |out| any(out, value));
}

/// Appends a `KeyValue` as field `field`, `prefix` before its name; `write` appends the fields of its value.
pub(super) fn pair_of(out: &mut Vec<u8>, field: u32, prefix: &str, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    wire::message(out, field, |out| {
        wire::message(out, KEY, |out| {
            out.extend_from_slice(prefix.as_bytes());
            out.extend_from_slice(name.as_bytes());
        });
        wire::message(out, VALUE, write);
    });
}

/// Appends the fields of an `AnyValue` that is a list of texts.
pub(super) fn texts<S: AsRef<str>>(out: &mut Vec<u8>, texts: impl Iterator<Item = S>) {
    wire::message(out, ARRAY, |out| {
        for text in texts {
            wire::message(out, ARRAY_VALUES, |out| wire::bytes(out, STRING, text.as_ref().as_bytes()));
        }
    });
}
