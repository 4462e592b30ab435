//! A JSON array, and lines.

use super::pack::{Pack, Packet, put_value, whole};
use tracework_core::Batch;

/// A JSON array, an element for each record. A format that is no JSON makes strings.
#[derive(Debug)]
pub(super) struct Array;

impl Pack for Array {
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet> {
        let mut packets = whole(batch, |out, _, line| {
            out.push(if out.is_empty() { b'[' } else { b',' });
            put_value(out, line, json);
        });
        packets.iter_mut().for_each(|packet| packet.body.push(b']'));
        packets
    }
}

/// The lines of the format as they are, each with its end.
#[derive(Debug)]
pub(super) struct Lines;

impl Pack for Lines {
    fn pack(&mut self, batch: &Batch<'_>, _: bool) -> Vec<Packet> {
        whole(batch, |out, _, line| {
            out.extend_from_slice(line);
            out.push(b'\n');
        })
    }
}
