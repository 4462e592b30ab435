//! Protobuf on the wire ([encoding](https://protobuf.dev/programming-guides/encoding/)).

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;

/// Appends a number of variable length.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
pub(super) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn key(out: &mut Vec<u8>, field: u32, kind: u32) {
    varint(out, u64::from(field << 3 | kind));
}

/// Appends a whole number as field `field`.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, field: u32, value: u64) {
    key(out, field, VARINT);
    varint(out, value);
}

/// Appends eight bytes as field `field`.
#[inline]
pub(super) fn fixed64(out: &mut Vec<u8>, field: u32, value: u64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends bytes, or a text, as field `field`.
#[inline]
pub(super) fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    key(out, field, LENGTH);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Appends a message as field `field`, whose fields `write` appends.
#[inline]
pub(super) fn message<T>(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let begun = begin(out, field);
    let told = write(out);
    end(out, begun);
    told
}

/// Begins a message as field `field`: its length is not known yet. Hand what it gives to [`end`].
#[inline]
pub(super) fn begin(out: &mut Vec<u8>, field: u32) -> usize {
    key(out, field, LENGTH);
    out.push(0);
    out.len()
}

/// Ends a message, and makes room for its length where one byte does not hold it.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "it was looked at")]
pub(super) fn end(out: &mut Vec<u8>, begun: usize) {
    let length = out.len() - begun;
    if length < 0x80 {
        out[begun - 1] = length as u8;
        return;
    }
    let mut digits = Vec::with_capacity(10);
    varint(&mut digits, length as u64);
    let room = digits.len() - 1;
    let end = out.len();
    out.resize(end + room, 0);
    out.copy_within(begun..end, begun + room);
    out[begun - 1..begun + room].copy_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_must_be() {
        for (given, told) in [(0, &[0][..]), (127, &[127]), (128, &[0x80, 1]), (150, &[0x96, 1])] {
            let mut out = Vec::new();
            varint(&mut out, given);
            assert_eq!(out, told);
        }
        let mut out = Vec::new();
        varint(&mut out, u64::MAX);
        assert_eq!(out.len(), 10);
    }

    #[test]
    fn a_message_of_any_length_has_its_length_before_it() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 3 << 20] {
            let mut out = vec![7];
            message(&mut out, 2, |out| out.resize(out.len() + length, b'x'));
            let mut told = vec![7, 0x12];
            varint(&mut told, length as u64);
            let before = told.len();
            told.resize(before + length, b'x');
            assert!(out == told, "{length}");
        }
    }
}
