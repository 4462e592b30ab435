//! The fields of a record as structured data (RFC 5424, section 6.3).

use std::io::Write;
use tracework_core::{Record, Value};
use tracework_format::is_dangerous;

/// The longest name of a parameter (section 6.3.3).
const LONGEST_NAME: usize = 32;

/// Appends the element `id` with what the record holds: its event's id, target, tags, fields and context.
pub(crate) fn write(out: &mut Vec<u8>, id: &str, record: &Record<'_>, truncated: bool) {
    out.push(b'[');
    out.extend_from_slice(id.as_bytes());
    // An id has nothing to escape, and a vector takes whatever is written to it.
    let _ = write!(out, " event_id=\"{}\"", record.event_id());
    param(out, "target", record.target());
    let tags: Vec<_> = record.tags().collect();
    if !tags.is_empty() {
        param(out, "tags", &tags.join(","));
    }
    if truncated {
        param(out, "truncated", "true");
    }
    let mut text = Vec::new();
    for entry in record.fields() {
        param(out, entry.key, told(&mut text, &entry.value));
    }
    let time = record.time();
    for span in record.spans() {
        for entry in span.fields(time) {
            param(out, entry.key, told(&mut text, &entry.value));
        }
    }
    out.push(b']');
}

/// The value as a text.
fn told<'a>(text: &'a mut Vec<u8>, value: &'a Value<'_>) -> &'a str {
    if let Some(text) = value.as_str() {
        return text;
    }
    text.clear();
    // A vector takes whatever is written to it.
    let _ = write!(text, "{value}");
    std::str::from_utf8(text).unwrap_or_default()
}

/// Appends ` name="value"`. In a name, what the RFC forbids becomes `_`; in a value, `"`, `\` and `]` are escaped as it
/// asks, and what could forge a line or move a cursor is written as text.
fn param(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(b' ');
    let start = out.len();
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"=]\"".contains(&byte);
    out.extend(name.bytes().take(LONGEST_NAME).map(|byte| if allowed(byte) { byte } else { b'_' }));
    if out.len() == start {
        out.push(b'_');
    }
    out.extend_from_slice(b"=\"");
    let mut rest = value;
    while !rest.is_empty() {
        // What needs no second look is taken as it is.
        let plain = rest.bytes().position(|byte| !(b' '..=b'~').contains(&byte) || b"\"\\]".contains(&byte));
        let (before, behind) = rest.split_at(plain.unwrap_or(rest.len()));
        out.extend_from_slice(before.as_bytes());
        let mut behind = behind.chars();
        let Some(character) = behind.next() else { break };
        rest = behind.as_str();
        match character {
            '"' | '\\' | ']' => out.extend_from_slice(&[b'\\', character as u8]),
            character if is_dangerous(character) => {
                let _ = write!(out, "\\\\u{{{:x}}}", u32::from(character));
            }
            character => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
