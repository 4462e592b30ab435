//! What all bodies share.

use std::fmt;
use std::ops::Range;
use tracework_core::{Batch, Record, Refusal};

/// Makes requests of records.
pub(crate) trait Pack: Send {
    /// The bodies for a batch, which holds at least one record, in order. `json` says whether its bytes are JSON.
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet>;
}

/// What makes requests of records.
pub(crate) struct Packer(pub(crate) Box<dyn Pack>);

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

/// A body, and the records it stands for.
#[derive(Debug, Default)]
pub(crate) struct Packet {
    pub(crate) body: Vec<u8>,
    /// The records of the batch.
    pub(crate) records: Range<usize>,
    /// Those of them that are left out, since no request could hold them.
    pub(crate) refused: Vec<Refusal>,
}

impl Packet {
    /// The places of the records that are in the body.
    pub(crate) fn kept(&self) -> Vec<usize> {
        let is_kept = |at: &usize| !self.refused.iter().any(|refusal| refusal.at == *at);
        self.records.clone().filter(is_kept).collect()
    }
}

/// The line of a record, without its end.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

/// A body of all records of a batch, of which `write` writes each.
pub(super) fn whole(batch: &Batch<'_>, mut write: impl FnMut(&mut Vec<u8>, &Record<'_>, &[u8])) -> Vec<Packet> {
    let mut body = Vec::with_capacity(batch.bytes().len() + batch.len() * 64);
    for (record, bytes) in batch.iter() {
        write(&mut body, record, trimmed(bytes));
    }
    vec![Packet { body, records: 0..batch.len(), refused: Vec::new() }]
}

/// Appends a record's line as a value of JSON: as it is if it is JSON, else as a string.
pub(super) fn put_value(out: &mut Vec<u8>, line: &[u8], json: bool) {
    if json && !line.is_empty() {
        out.extend_from_slice(line);
    } else {
        tracework_format::put_json_str(out, &String::from_utf8_lossy(line));
    }
}

/// Appends a record's line behind what stands in an open object: its own names and values if it is an object, else as
/// `message`; and closes the object.
pub(super) fn put_members(out: &mut Vec<u8>, line: &[u8], json: bool) {
    match line.strip_prefix(b"{") {
        Some(members) if json && members.len() > 1 => {
            out.push(b',');
            out.extend_from_slice(members);
        }
        _ => {
            out.extend_from_slice(b",\"message\":");
            put_value(out, line, false);
            out.push(b'}');
        }
    }
}

/// Appends `,"name":"text"`, or with the comma left out after `{`.
pub(super) fn put_pair(out: &mut Vec<u8>, name: &str, text: &str) {
    if out.last().is_some_and(|byte| *byte != b'{') {
        out.push(b',');
    }
    tracework_format::put_json_str(out, name);
    out.push(b':');
    tracework_format::put_json_str(out, text);
}

/// The text of the metadata `name`, if there is any.
pub(super) fn metadata(record: &Record<'_>, name: &str) -> Option<String> {
    let value = record.metadata(name)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    (!text.is_empty()).then_some(text)
}
