//! JSON by a pattern, a request for each record.

use super::pack::{Pack, Packet, trimmed};
use crate::Mistake;
use tracework_core::{Batch, Draft, Format as _, Head, Key, Kind, Limits, Page, Record, Severity, Timestamp, Value};
use tracework_format::{Escape, Pattern};

/// Fills in a pattern.
#[derive(Debug)]
pub(super) struct Each(Pattern);

impl Each {
    /// By this pattern, which is JSON; line ends between its parts are blanks.
    pub(super) fn new(pattern: &str) -> Result<Self, Mistake> {
        let wrong = |why: String| Mistake::new("body", why);
        let line = pattern.replace(['\n', '\r', '\t'], " ");
        let pattern = Pattern::new(&line).map_err(|error| wrong(format!("the template, {error}")))?;
        let mut each = Self(pattern.escape(Escape::Json));
        let sample = each.sample();
        match serde_json::from_slice::<serde_json::Value>(&sample) {
            Ok(_) => Ok(each),
            Err(error) => {
                let line = String::from_utf8_lossy(&sample).into_owned();
                Err(wrong(format!("the template makes no JSON of a record: {error}, in `{line}`")))
            }
        }
    }

    /// What a record with quotes in it makes.
    fn sample(&mut self) -> Vec<u8> {
        let mut draft = Draft::new(Limits::default());
        let (time, severity) = (Timestamp(0), Severity::INFO);
        draft.begin(Head { time, severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
        draft.message_str("a \"message\"");
        draft.field(Key::Name("name"), Value::Str("a \"value\""));
        let mut page = Page::new(std::sync::Arc::default());
        let pick = page.push(&draft, None);
        self.fill(&page.record(pick))
    }

    fn fill(&mut self, record: &Record<'_>) -> Vec<u8> {
        let mut body = Vec::new();
        self.0.encode(record, &mut body);
        let length = trimmed(&body).len();
        body.truncate(length);
        body
    }
}

impl Pack for Each {
    fn pack(&mut self, batch: &Batch<'_>, _: bool) -> Vec<Packet> {
        let records = batch.records().iter().enumerate();
        let packets =
            records.map(|(at, record)| Packet { body: self.fill(record), records: at..at + 1, refused: Vec::new() });
        packets.collect()
    }
}
