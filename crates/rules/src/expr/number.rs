//! Numbers, compared exactly whatever they are stored as.

use std::cmp::Ordering;
use std::fmt;
use tracework_core::Value;

/// A number that is a number: never NaN, never infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole one.
    Int(i128),
    /// A whole one that is too large for [`Number::Int`].
    Large(u128),
    /// One with a fraction, or beyond all integers.
    Float(f64),
}

/// Doubles below this are whole numbers exactly when they look so.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// 2^127 and 2^128.
const INT_END: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
const LARGE_END: f64 = 2.0 * INT_END;

impl Number {
    /// The number that `text` wholly is: `-12`, `0.5`, `1e6`. `None` if it is something else, or too large for a double.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if !looks_like_one(text) {
            return None;
        }
        if let Ok(int) = text.parse::<i128>() {
            return Some(Self::Int(int));
        }
        if let Ok(large) = text.parse::<u128>() {
            return Some(Self::Large(large));
        }
        Self::float(text.parse().ok()?)
    }

    /// Is `text` written as a number, if perhaps too large a one?
    pub(crate) fn is_like(text: &str) -> bool {
        looks_like_one(text)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 fits")]
    fn float(float: f64) -> Option<Self> {
        let whole = float.fract() == 0.0 && float.abs() < EXACT;
        float.is_finite().then_some(if whole { Self::Int(float as i128) } else { Self::Float(float) })
    }

    /// The number that a value is, or that its text wholly is.
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        match value {
            Value::I64(number) => Some(Self::Int(number.into())),
            Value::U64(number) => Some(Self::Int(number.into())),
            Value::I128(number) => Some(Self::Int(number)),
            Value::U128(number) => Some(i128::try_from(number).map_or(Self::Large(number), Self::Int)),
            Value::F64(number) => Self::float(number),
            Value::Str(text) | Value::Text(text) | Value::Json(text) => Self::read(text),
            _ => None,
        }
    }

    /// Their order, which is total.
    pub(crate) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Large(a), Self::Large(b)) => a.cmp(&b),
            (Self::Int(_), Self::Large(_)) => Ordering::Less,
            (Self::Large(_), Self::Int(_)) => Ordering::Greater,
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (whole, Self::Float(b)) => whole.order_to(b),
            (Self::Float(a), whole) => whole.order_to(a).reverse(),
        }
    }

    /// The order of a whole number to a double, without rounding either.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against the type's range")]
    fn order_to(self, float: f64) -> Ordering {
        let part = 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal);
        match self {
            Self::Int(_) if float >= INT_END => Ordering::Less,
            Self::Int(_) if float < -INT_END => Ordering::Greater,
            Self::Int(int) => int.cmp(&(float as i128)).then(part),
            Self::Large(_) if float >= LARGE_END => Ordering::Less,
            Self::Large(_) if float < 0.0 => Ordering::Greater,
            Self::Large(large) => large.cmp(&(float as u128)).then(part),
            Self::Float(own) => own.partial_cmp(&float).unwrap_or(Ordering::Equal),
        }
    }
}

/// Is it digits, perhaps after a minus, perhaps with a fraction and an exponent?
fn looks_like_one(text: &str) -> bool {
    let digits = |text: &mut &[u8]| {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[count..];
        count > 0
    };
    let mut rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if !digits(&mut rest) {
        return false;
    }
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        if !digits(&mut rest) {
            return false;
        }
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        rest = tail.strip_prefix(b"-").or_else(|| tail.strip_prefix(b"+")).unwrap_or(tail);
        if !digits(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Large(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_compared_exactly() {
        let ordered = [
            "-1e300",
            "-170141183460469231731687303715884105728",
            "-9007199254740993",
            "-9007199254740992.0",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.5",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994.0",
            "170141183460469231731687303715884105727",
            "170141183460469231731687303715884105728",
            "340282366920938463463374607431768211455",
            "1e300",
        ];
        let numbers: Vec<_> = ordered.iter().map(|text| Number::read(text).expect("a number")).collect();
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(a.order(*b), i.cmp(&j), "{} and {}", ordered[i], ordered[j]);
            }
            assert_eq!(Number::read(&a.to_string()), Some(*a), "{a}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read_as_one() {
        for text in ["", "-", ".5", "1.", "1e", "+1", "1_000", " 1", "0x10", "NaN", "inf", "1e400", "10MiB", "1.2.3"] {
            assert_eq!(Number::read(text), None, "{text}");
        }
        assert_eq!(Number::of(Value::F64(f64::NAN)), None);
        assert_eq!(Number::read("-0"), Number::read("0.0"));
    }
}
