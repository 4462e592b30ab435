//! Numbers as text.

const EIGHT_DIGITS: u64 = 100_000_000;

/// The eight decimal digits of `number`, which is below 10^8, one a byte, the first in the lowest byte. Three steps split
/// it in halves, all parts of a step at once.
#[inline]
const fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = ((fours - 100 * hundreds) << 16) + hundreds;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens + ((twos - 10 * tens) << 8)
}

/// The six digits of `micros`, which is below 10^6.
#[inline]
pub(crate) fn six_digits(micros: u32) -> [u8; 6] {
    let digits = (eight_digits(u64::from(micros)) >> 16) | 0x3030_3030_3030;
    let [a, b, c, d, e, f, ..] = digits.to_le_bytes();
    [a, b, c, d, e, f]
}

/// Appends a whole number that is not negative.
#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, number: u64) {
    if number >= EIGHT_DIGITS {
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        return;
    }
    let digits = eight_digits(number);
    let leading_zeros = (digits.trailing_zeros() / 8).min(7);
    let text = (digits | 0x3030_3030_3030_3030) >> (leading_zeros * 8);
    out.extend_from_slice(&text.to_le_bytes());
    out.truncate(out.len() - leading_zeros as usize);
}

/// Appends a whole number.
#[inline]
pub(crate) fn signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    unsigned(out, number.unsigned_abs());
}

/// Appends a large whole number.
pub(crate) fn large(out: &mut Vec<u8>, number: i128) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a large whole number that is not negative.
pub(crate) fn large_unsigned(out: &mut Vec<u8>, number: u128) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends the shortest digits that read back as the same finite double.
#[inline]
pub(crate) fn finite(out: &mut Vec<u8>, number: f64) {
    if !short_decimal(out, number) {
        out.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes());
    }
}

/// Appends a number of at most nine digits before the point and three behind it; `false` if it is none. Such digits are
/// the shortest: no two decimals of up to fifteen digits are the same double.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "it is below 10^12, and what does not come out whole is given up"
)]
fn short_decimal(out: &mut Vec<u8>, number: f64) -> bool {
    let positive = number.abs();
    if positive >= 1e9 {
        return false;
    }
    let thousandths = (positive * 1000.0 + 0.5) as u64;
    // Division rounds right, so this is the double that the decimal is read as.
    if thousandths as f64 / 1000.0 != positive {
        return false;
    }
    if number.is_sign_negative() {
        out.push(b'-');
    }
    unsigned(out, thousandths / 1000);
    let fraction = thousandths % 1000;
    let [.., a, b, c] = eight_digits(fraction).to_le_bytes();
    let kept = if c != 0 { 4 } else { 3 - usize::from(b == 0) };
    let start = out.len();
    out.extend_from_slice(&[b'.', a | b'0', b | b'0', c | b'0']);
    out.truncate(start + kept);
    true
}

/// The name of a double that is infinite or no number.
pub(crate) fn not_finite(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_number_reads_back() {
        let edges = (0..20).flat_map(|power| {
            let edge = 10_u64.pow(power);
            [edge - 1, edge, edge + 1, edge.saturating_mul(7)]
        });
        for number in edges.chain([u64::MAX, 1_234_567, 10_203_040]) {
            let mut out = Vec::new();
            unsigned(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), number.to_string());
        }
        for number in [0, -1, i64::MIN, i64::MAX, -99_999_999] {
            let mut out = Vec::new();
            signed(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), number.to_string());
        }
        for number in
            [0.0, -0.0, 12.5, 0.045, -1.25, 1e9, 999_999_999.999, 0.0005, 0.1 + 0.2, 1e-7, f64::MAX, 45.0, 0.1]
        {
            let mut out = Vec::new();
            finite(&mut out, number);
            let text = String::from_utf8_lossy(&out).into_owned();
            assert_eq!(text, zmij::Buffer::new().format_finite(number));
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()));
        }
        for micros in [0, 1, 999_999, 123_456, 10_000] {
            assert_eq!(String::from_utf8_lossy(&six_digits(micros)), format!("{micros:06}"));
        }
    }
}
