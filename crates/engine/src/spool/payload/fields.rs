//! Entries of a record or a span.

use super::input::{Input, PayloadError, Read};
use super::tags::{self, value as kind};
use serde::de::IgnoredAny;
use tracework_core::{Draft, ErrorChain, Key, Reserved, Value};

/// Room for the messages of an error.
#[derive(Debug, Default)]
pub(super) struct Messages {
    spans: Vec<u8>,
    text: String,
}

/// Reads entries into a draft.
pub(super) fn entries(input: &mut Input<'_>, draft: &mut Draft, messages: &mut Messages) -> Read<()> {
    for _ in 0..input.count(tags::ENTRIES, "entries")? {
        entry(input, draft, messages)?;
    }
    Ok(())
}

fn entry(input: &mut Input<'_>, draft: &mut Draft, messages: &mut Messages) -> Read<()> {
    let [tag, flags] = input.fixed()?;
    if flags & !(tags::SECTION | tags::CUT) != 0 {
        return Err(PayloadError::Unknown("flag of an entry"));
    }
    let cut = flags & tags::CUT != 0;
    match flags & tags::SECTION {
        0 => {
            let key = input.text()?;
            let value = value(input, tag, messages)?;
            draft.marked_cut(cut, |draft| draft.field(Key::Name(key), value));
        }
        1 => {
            let key = input.text()?;
            let value = value(input, tag, messages)?;
            draft.marked_cut(cut, |draft| draft.metadata(key, value));
        }
        2 => {
            let what = Reserved::from_number(u16::from(input.byte()?));
            let value = value(input, tag, messages)?;
            if let Some(what) = what {
                draft.marked_cut(cut, |draft| draft.reserved(what, value));
            }
        }
        _ => return Err(PayloadError::Unknown("section")),
    }
    Ok(())
}

fn value<'a, 'b: 'a>(input: &mut Input<'b>, tag: u8, messages: &'a mut Messages) -> Read<Value<'a>> {
    Ok(match tag {
        kind::NULL => Value::Null,
        kind::BOOL => match input.byte()? {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            _ => return Err(PayloadError::Unknown("yes or no")),
        },
        kind::I64 => Value::I64(i64::from_le_bytes(input.fixed()?)),
        kind::U64 => Value::U64(u64::from_le_bytes(input.fixed()?)),
        kind::I128 => Value::I128(i128::from_le_bytes(input.fixed()?)),
        kind::U128 => Value::U128(u128::from_le_bytes(input.fixed()?)),
        kind::F64 => Value::F64(f64::from_bits(u64::from_le_bytes(input.fixed()?))),
        kind::STR => Value::Str(input.text()?),
        kind::TEXT => Value::Text(input.text()?),
        kind::BYTES => Value::Bytes(input.block()?),
        kind::JSON => json(input.text()?),
        kind::ERROR => error(input, messages)?,
        _ => return Err(PayloadError::Unknown("kind of value")),
    })
}

/// JSON goes into lines as it is, so it must be one value, and break no line.
fn json(text: &str) -> Value<'_> {
    let is_one = !text.bytes().any(|byte| byte < 0x20) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    if is_one { Value::Json(text) } else { Value::Text(text) }
}

fn error<'a>(input: &mut Input<'_>, messages: &'a mut Messages) -> Read<Value<'a>> {
    messages.spans.clear();
    messages.text.clear();
    for _ in 0..input.count(tags::CAUSES, "causes of an error")? {
        let message = input.text()?;
        for number in [messages.text.len(), message.len()] {
            let number = u32::try_from(number).map_err(|_| PayloadError::TooMany("bytes of an error"))?;
            messages.spans.extend_from_slice(&number.to_le_bytes());
        }
        messages.text.push_str(message);
    }
    Ok(Value::Error(ErrorChain::new(&messages.spans, &messages.text)))
}
