//! JSON as `AnyValue`.

use super::value::{ARRAY, ARRAY_VALUES, BOOL, DOUBLE, KEY, LIST, LIST_VALUES, STRING, VALUE, int};
use super::wire;
use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// How many lists may stand inside each other. Decoders of protobuf refuse more than 100 messages inside each other, and
/// each list is three of them: what is nested deeper stays JSON text.
const DEEPEST: u32 = 24;

/// Appends the fields of an `AnyValue` for a JSON text: objects become lists of keys and values, lists arrays. A text that is
/// no JSON stays a text.
pub(super) fn any(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Any { out, left: DEEPEST }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if read.is_err() {
        out.truncate(start);
        wire::bytes(out, STRING, text.as_bytes());
    }
}

/// A value that is appended while it is read.
struct Any<'o> {
    out: &'o mut Vec<u8>,
    left: u32,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.left == 0 {
            let value: serde_json::Value = serde_core::Deserialize::deserialize(deserializer)?;
            match value {
                serde_json::Value::Object(_) | serde_json::Value::Array(_) => {
                    wire::bytes(self.out, STRING, value.to_string().as_bytes());
                    return Ok(());
                }
                plain => return plain.deserialize_any(self).map_err(Error::custom),
            }
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        wire::number(self.out, BOOL, value.into());
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        int(self.out, number);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        match i64::try_from(number) {
            Ok(number) => int(self.out, number),
            Err(_) => wire::bytes(self.out, STRING, number.to_string().as_bytes()),
        }
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        wire::fixed64(self.out, DOUBLE, number.to_bits());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        wire::bytes(self.out, STRING, text.as_bytes());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let Self { out, left } = self;
        wire::message(out, ARRAY, |out| {
            loop {
                let begun = (out.len(), wire::begin(out, ARRAY_VALUES));
                if values.next_element_seed(Any { out, left: left - 1 })?.is_none() {
                    out.truncate(begun.0);
                    return Ok(());
                }
                wire::end(out, begun.1);
            }
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        let Self { out, left } = self;
        wire::message(out, LIST, |out| {
            while let Some(name) = pairs.next_key::<String>()? {
                let begun = wire::begin(out, LIST_VALUES);
                wire::bytes(out, KEY, name.as_bytes());
                wire::message(out, VALUE, |out| pairs.next_value_seed(Any { out, left: left - 1 }))?;
                wire::end(out, begun);
            }
            Ok(())
        })
    }
}
