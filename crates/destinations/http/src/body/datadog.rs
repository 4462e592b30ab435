//! Datadog.
//!
//! [Send logs](https://docs.datadoghq.com/api/latest/logs/#send-logs), version 2: an array of up to 1,000 objects and 5 MB.
//! `hostname`, `service`, `status`, `ddsource` and `ddtags` are
//! [reserved](https://docs.datadoghq.com/logs/log_configuration/attributes_naming_convention/#reserved-attributes); all else of
//! a record stands beside them.

use super::pack::{Pack, Packet, metadata, put_members, put_pair, whole};
use tracework_core::Batch;

/// What Datadog takes a log of ours for.
pub(crate) const SOURCE: &str = "rust";

/// How many it takes at once.
const MOST: usize = 1_000;

/// Makes logs.
#[derive(Debug)]
pub(super) struct Logs {
    source: String,
    tags: String,
}

impl Logs {
    pub(super) fn new(source: &str, tags: &[String]) -> Self {
        Self { source: source.to_owned(), tags: tags.join(",") }
    }

    fn pack_some(&self, batch: &Batch<'_>, first: usize, json: bool) -> Vec<Packet> {
        let mut packets = whole(batch, |out, record, line| {
            out.extend_from_slice(if out.is_empty() { b"[{" } else { b",{" });
            put_pair(out, "ddsource", &self.source);
            if !self.tags.is_empty() {
                put_pair(out, "ddtags", &self.tags);
            }
            if let Some(host) = metadata(record, "host") {
                put_pair(out, "hostname", &host);
            }
            if let Some(service) = metadata(record, "service") {
                put_pair(out, "service", &service);
            }
            put_pair(out, "status", &record.severity().name().to_ascii_lowercase());
            put_members(out, line, json);
        });
        for packet in &mut packets {
            packet.body.push(b']');
            packet.records = first..first + batch.len();
        }
        packets
    }
}

impl Pack for Logs {
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet> {
        let firsts = (0..batch.len()).step_by(MOST);
        let parts = firsts.map(|first| (first, batch.slice(first..batch.len().min(first + MOST))));
        parts.flat_map(|(first, part)| self.pack_some(&part, first, json)).collect()
    }
}
