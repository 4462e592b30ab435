//! Elasticsearch and OpenSearch.
//!
//! The [bulk interface](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk): a line that says what
//! to do, then the document, for each record. `create` is what data streams take; under the id of the event, a second
//! delivery is answered 409 for what is there already, and changes nothing.

use super::Judge;
use super::pack::{Pack, Packet, put_value, trimmed};
use crate::Mistake;
use crate::answer::Answer;
use serde_json::Value;
use tracework_core::{Batch, Failure, FailureClass, Refusal};
use tracework_format::{Allowed, Template, put_json_str};

/// What an index may be called
/// ([path parameters](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create)).
const NAMES: Allowed = Allowed::new("._-", 255);

/// The types of errors that say that an index is not there, and none is made, or that it may not be written to.
const OF_ITS_INDEX: [&str; 2] = ["index_not_found_exception", "security_exception"];

/// Makes bulk requests.
#[derive(Debug)]
pub(super) struct Bulk {
    index: Option<Template>,
}

impl Bulk {
    pub(super) fn new(index: Option<&str>, path: &str) -> Result<Self, Mistake> {
        let wrong = |why: String| Mistake::new("body", why);
        let Some(index) = index else {
            return match path.trim_end_matches('/') {
                "/_bulk" => Err(wrong("`index` is missing; write it here, or into the URL: /INDEX/_bulk".to_owned())),
                _ => Ok(Self { index: None }),
            };
        };
        let template = Template::new(index, NAMES).map_err(|error| wrong(format!("`index`, {error}")))?;
        Ok(Self { index: Some(template) })
    }
}

impl Pack for Bulk {
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet> {
        let mut packet = Packet { records: 0..batch.len(), ..Packet::default() };
        let out = &mut packet.body;
        for (at, (record, bytes)) in batch.iter().enumerate() {
            let index = match &mut self.index {
                None => None,
                Some(template) => match template.name(record) {
                    Ok(index) => Some(index),
                    Err(error) => {
                        let reason = error.to_string();
                        packet.refused.push(Refusal { at, class: FailureClass::Permanent, reason });
                        continue;
                    }
                },
            };
            out.extend_from_slice(b"{\"create\":{");
            if let Some(index) = index {
                out.extend_from_slice(b"\"_index\":");
                put_json_str(out, index);
                out.push(b',');
            }
            out.extend_from_slice(format!("\"_id\":\"{}\"}}}}\n", record.event_id()).as_bytes());
            if json {
                out.extend_from_slice(trimmed(bytes));
            } else {
                out.extend_from_slice(b"{\"message\":");
                put_value(out, trimmed(bytes), false);
                out.push(b'}');
            }
            out.push(b'\n');
        }
        vec![packet]
    }
}

/// What answers mean for records that go to this index. Where they make it, one that is not there, or that may not be written
/// to, would hold up all the others for ever.
pub(super) fn judge_of(index: Option<&str>) -> Judge {
    let made = index.and_then(|index| Template::new(index, NAMES).ok()).is_some_and(|index| index.constant().is_none());
    if made { |answer, records| judge(answer, records, true) } else { |answer, records| judge(answer, records, false) }
}

/// Looks at each record's answer; `made` says whether it made the name of its index.
fn judge(answer: &Answer, records: usize, made: bool) -> Result<(), Failure> {
    answer.judge()?;
    let unread = || answer.temporary("the answer to a bulk request cannot be read; is `url` that of Elasticsearch?");
    let said: Value = serde_json::from_slice(&answer.body).map_err(|_| unread())?;
    match said.get("errors").and_then(Value::as_bool) {
        Some(false) => return Ok(()),
        Some(true) => {}
        None => return Err(unread()),
    }
    let items =
        said.get("items").and_then(Value::as_array).filter(|items| items.len() == records).ok_or_else(unread)?;
    let refused = items.iter().enumerate().filter_map(|(at, item)| refusal(at, item, made));
    let refused: Vec<_> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(Failure::partial(refused)) }
}

/// Was this one refused?
fn refusal(at: usize, item: &Value, made: bool) -> Option<Refusal> {
    let done = item.as_object()?.values().next()?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let error = done.get("error").unwrap_or(&Value::Null);
    let kind = text(error, "type");
    let class = match done.get("status").and_then(Value::as_u64).unwrap_or(500) {
        // 409: it is there already.
        200..=299 | 409 => return None,
        403 | 404 if made && OF_ITS_INDEX.contains(&kind.as_str()) => FailureClass::Permanent,
        401 | 403 | 404 | 429 | 500.. => FailureClass::Temporary,
        _ => FailureClass::Permanent,
    };
    let cause = error.get("caused_by").map(|cause| format!(": {}", text(cause, "reason"))).unwrap_or_default();
    let reason = format!("{kind}: {}{cause}", text(error, "reason"));
    Some(Refusal { at, class, reason: crate::answer::excerpt(reason.as_bytes()) })
}
