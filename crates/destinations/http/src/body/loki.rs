//! Loki.
//!
//! [Push](https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs): streams of labels, each with pairs of
//! nanoseconds and line. A line that Loki has already, with the same labels and time, is not stored again. Its 400 may
//! mean that it took all other lines: the batch is then halved, and what comes twice is stored once.

use super::pack::{Pack, Packet, trimmed};
use crate::Mistake;
use std::collections::HashMap;
use tracework_core::{Batch, Format as _};
use tracework_format::{Escape, Pattern, put_json_str};

/// The usual labels.
pub(super) const LABELS: [(&str, &str); 2] = [("service_name", "{service}"), ("level", "{level}")];

/// Puts records into streams.
#[derive(Debug)]
pub(super) struct Loki {
    /// The labels as a JSON object.
    labels: Pattern,
}

impl Loki {
    pub(super) fn new(labels: &[(String, String)]) -> Result<Self, Mistake> {
        let wrong = |why: String| Mistake::new("body", why);
        if labels.is_empty() {
            return Err(wrong("Loki needs a label at least".to_owned()));
        }
        let mut object = String::new();
        for (at, (name, value)) in labels.iter().enumerate() {
            // <https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels>
            let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
            let good = name.starts_with(begins) && name.chars().all(|c| begins(c) || c.is_ascii_digit());
            if !good {
                return Err(wrong(format!(
                    "`{}` is no name of a label; letters, digits and _ are",
                    name.escape_debug()
                )));
            }
            let error = |error| wrong(format!("the label `{name}`, {error}"));
            Pattern::new(value).map_err(error)?;
            let mut literal = Vec::new();
            put_json_str(&mut literal, value);
            let comma = if at == 0 { "" } else { "," };
            object.push_str(&format!("{comma}\"{name}\":{}", String::from_utf8_lossy(&literal)));
        }
        let pattern = Pattern::new(&format!("{{{{{object}}}}}")).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { labels: pattern.escape(Escape::Json) })
    }
}

impl Pack for Loki {
    fn pack(&mut self, batch: &Batch<'_>, _: bool) -> Vec<Packet> {
        // Of each stream its labels and its values, in the order of their first records.
        let mut streams: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut labels = Vec::new();
        for (record, bytes) in batch.iter() {
            labels.clear();
            self.labels.encode(record, &mut labels);
            let place = places.get(&labels).copied().unwrap_or_else(|| {
                places.insert(labels.clone(), streams.len());
                streams.push((trimmed(&labels).to_vec(), Vec::new()));
                streams.len() - 1
            });
            let values = &mut streams[place].1;
            values.extend_from_slice(if values.is_empty() { b"[\"" } else { b",[\"" });
            values.extend_from_slice(record.time().0.max(0).to_string().as_bytes());
            values.extend_from_slice(b"\",");
            put_json_str(values, &String::from_utf8_lossy(trimmed(bytes)));
            values.push(b']');
        }
        let mut body = b"{\"streams\":[".to_vec();
        for (at, (labels, values)) in streams.iter().enumerate() {
            body.extend_from_slice(if at == 0 { b"{\"stream\":" } else { b",{\"stream\":" });
            body.extend_from_slice(labels);
            body.extend_from_slice(b",\"values\":[");
            body.extend_from_slice(values);
            body.extend_from_slice(b"]}");
        }
        body.extend_from_slice(b"]}");
        vec![Packet { body, records: 0..batch.len(), refused: Vec::new() }]
    }
}
