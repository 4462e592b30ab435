//! Splunk.
//!
//! The [HTTP event collector](https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector/format-events-for-http-event-collector):
//! objects one after the other, and [error codes](https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector/troubleshoot-http-event-collector)
//! that name the first event that is wrong.

use super::pack::{Pack, Packet, metadata, put_pair, put_value, whole};
use crate::answer::Answer;
use serde_json::Value;
use tracework_core::{Batch, Failure, FailureClass, Refusal};

/// JSON, whose fields Splunk finds by itself.
pub(crate) const SOURCE_TYPE: &str = "_json";

/// Makes events.
#[derive(Debug)]
pub(super) struct Events {
    index: Option<String>,
    source_type: String,
}

impl Events {
    pub(super) fn new(index: Option<&str>, source_type: &str) -> Self {
        Self { index: index.map(str::to_owned), source_type: source_type.to_owned() }
    }
}

impl Pack for Events {
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet> {
        whole(batch, |out, record, line| {
            // Seconds; an event has the time of its record.
            let micros = record.time().0.div_euclid(1000).max(0);
            out.extend_from_slice(format!("{{\"time\":{}.{:06}", micros / 1_000_000, micros % 1_000_000).as_bytes());
            if let Some(host) = metadata(record, "host") {
                put_pair(out, "host", &host);
            }
            if !record.target().is_empty() {
                put_pair(out, "source", record.target());
            }
            put_pair(out, "sourcetype", &self.source_type);
            if let Some(index) = &self.index {
                put_pair(out, "index", index);
            }
            out.extend_from_slice(format!(",\"fields\":{{\"event_id\":\"{}\"}}", record.event_id()).as_bytes());
            out.extend_from_slice(b",\"event\":");
            // An event must not be blank.
            if line.is_empty() {
                out.extend_from_slice(b"\"-\"");
            } else {
                put_value(out, line, json);
            }
            out.push(b'}');
        })
    }
}

/// Looks at the code.
pub(super) fn judge(answer: &Answer, records: usize) -> Result<(), Failure> {
    let judged = answer.judge();
    let Err(failure) = judged else { return Ok(()) };
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = said.get("code").and_then(Value::as_u64);
    // An index that the token may not write to; a channel that is missing or wrong: the token's settings, not the records.
    if let Some(code @ (7 | 10 | 11)) = code {
        return Err(answer.temporary(&format!("code {code}; mend the token's index or acknowledgement")));
    }
    let number =
        said.get("invalid-event-number").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let Some(bad) = number.filter(|&bad| bad < records && failure.class() == FailureClass::Permanent) else {
        return Err(failure);
    };
    let text = said.get("text").and_then(Value::as_str).unwrap_or_default();
    let refusal = |at: usize| match at == bad {
        true => Refusal { at, class: FailureClass::Permanent, reason: crate::answer::excerpt(text.as_bytes()) },
        false => Refusal { at, class: FailureClass::Temporary, reason: format!("not taken because of event {bad}") },
    };
    Err(Failure::partial((0..records).map(refusal).collect()))
}
