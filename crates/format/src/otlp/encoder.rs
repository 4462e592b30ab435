//! Many records as a request.

use super::record::{Kept, encode};
use super::resource::resource;
use super::wire;
use crate::Names;
use crate::shared::Setup;
use tracework_core::{Description, Record};

/// The fields of `ExportLogsServiceRequest`, `ResourceLogs`, `ScopeLogs` and `InstrumentationScope`
/// ([logs.proto](https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/logs/v1/logs.proto)).
const RESOURCE_LOGS: u32 = 1;
const RESOURCE: u32 = 1;
const SCOPE_LOGS: u32 = 2;
const SCOPE: u32 = 1;
const SCOPE_NAME: u32 = 1;
const LOG_RECORDS: u32 = 2;

/// Writes records as OpenTelemetry's protobuf messages: an `ExportLogsServiceRequest`, which on the wire is also a
/// `LogsData`.
///
/// - **Resource**: the metadata that the program shares, by the names that the semantic conventions have for them
///   (`service` is `service.name`, `host` is `host.name`, `pid` is `process.pid`, a number), and what
///   [`OtlpEncoder::resource`] sets. Without a service it is `unknown_service:` and the name of the program's file.
/// - **Scope**: the target. A scope begins wherever the target changes, so that records stay in their order.
/// - **Record**: time (the observed time is the same), severity as a number and a text, the message as body, `trace_id` and
///   `span_id` where they are such ids.
/// - **Attributes**: fields; context; metadata of the record's own; `tags`, a list; `spans`, a list of the named spans around
///   it with their fields; `category`; `kind`, unless it is an ordinary log; `log.record.uid`, the event's id;
///   `code.file.path`, `code.line.number`, `code.namespace`; `thread.name`, `thread.id`; of an error `exception.type`,
///   `exception.message`, `exception.stacktrace` and `error.fingerprint`; `truncated`, a list of what was cut. No name
///   comes twice: a field that is called as one of these has `fields.` before it, context `context.` and metadata
///   `metadata.` if a field or one of these is called so.
///
/// ```
/// use tracework_core::Record;
/// use tracework_format::OtlpEncoder;
///
/// /// Requests of at most 2 MiB each.
/// fn requests(encoder: &mut OtlpEncoder, mut records: &[Record<'_>]) -> Vec<Vec<u8>> {
///     let mut requests = Vec::new();
///     while !records.is_empty() {
///         let mut request = Vec::new();
///         let taken = encoder.request(records, 2 << 20, &mut request);
///         records = &records[taken..];
///         requests.push(request);
///     }
///     requests
/// }
/// # assert!(requests(&mut OtlpEncoder::new(), &[]).is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct OtlpEncoder {
    setup: Setup<Kept>,
    set: Vec<(String, String)>,
    /// The resource of the metadata with this number.
    made: Option<(u64, Vec<u8>)>,
    scratch: Vec<u8>,
}

impl OtlpEncoder {
    /// With the usual names of context.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names), ..self }
    }

    /// Says the names of context, as a config would.
    #[must_use]
    pub fn say(&self, description: Description) -> Description {
        self.setup.say_names(description)
    }

    /// Sets an attribute of the resource; it holds before metadata of the same name.
    #[must_use]
    pub fn resource(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.set.retain(|(known, _)| *known != name);
        self.set.push((name, value));
        self.made = None;
        self
    }

    /// What [`OtlpEncoder::resource`] set.
    pub fn set(&self) -> impl Iterator<Item = (&str, &str)> {
        self.set.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Appends a request with as many of the first records as fit into `most` bytes, one at the least, and says how many
    /// they are.
    pub fn request(&mut self, records: &[Record<'_>], most: usize, out: &mut Vec<u8>) -> usize {
        let start = out.len();
        let mut open: Option<Open> = None;
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut taken = 0;
        for record in records {
            scratch.clear();
            let (names, kept) = self.setup.kept(Kept::new);
            wire::message(&mut scratch, LOG_RECORDS, |out| encode(kept, names, record, out));
            let metadata = record.shared_metadata().map_or(0, |metadata| metadata.id());
            let target = record.target();
            let fits = open.as_ref().is_some_and(|open| open.metadata == metadata);
            let same =
                fits && open.as_ref().is_some_and(|open| &out[open.target.0..open.target.1] == target.as_bytes());
            // What is around a record takes these bytes at the most.
            let around = if same { 0 } else { target.len() + 32 };
            let around = around + if fits { 0 } else { self.resource_of(record).len() + 32 };
            if taken > 0 && out.len() - start + scratch.len() + around + LENGTHS > most {
                break;
            }
            open = Some(match open {
                Some(open) if same => open,
                Some(open) if fits => open.next_scope(out, target),
                before => {
                    if let Some(before) = before {
                        before.end(out);
                    }
                    Open::begin(out, metadata, self.resource_of(record), target)
                }
            });
            out.extend_from_slice(&scratch);
            taken += 1;
        }
        if let Some(open) = open {
            open.end(out);
        }
        self.scratch = scratch;
        taken
    }

    /// The fields of the resource of `record`.
    fn resource_of(&mut self, record: &Record<'_>) -> &[u8] {
        let metadata = record.shared_metadata().map(AsRef::as_ref);
        let id = metadata.map_or(0, tracework_core::Metadata::id);
        if self.made.as_ref().is_some_and(|(made, _)| *made != id) {
            self.made = None;
        }
        let set = &self.set;
        &self.made.get_or_insert_with(|| (id, resource(metadata, set))).1
    }
}

/// Bytes that the lengths of messages may still take when they are known.
const LENGTHS: usize = 16;

/// The messages that are being written.
struct Open {
    metadata: u64,
    resource: usize,
    scope: usize,
    /// From where to where the target stands.
    target: (usize, usize),
}

impl Open {
    fn begin(out: &mut Vec<u8>, metadata: u64, resource: &[u8], target: &str) -> Self {
        let begun = wire::begin(out, RESOURCE_LOGS);
        wire::bytes(out, RESOURCE, resource);
        Self { metadata, resource: begun, scope: 0, target: (0, 0) }.scope(out, target)
    }

    fn scope(self, out: &mut Vec<u8>, target: &str) -> Self {
        let scope = wire::begin(out, SCOPE_LOGS);
        wire::message(out, SCOPE, |out| wire::bytes(out, SCOPE_NAME, target.as_bytes()));
        Self { scope, target: (out.len() - target.len(), out.len()), ..self }
    }

    fn next_scope(self, out: &mut Vec<u8>, target: &str) -> Self {
        wire::end(out, self.scope);
        self.scope(out, target)
    }

    fn end(self, out: &mut Vec<u8>) {
        wire::end(out, self.scope);
        wire::end(out, self.resource);
    }
}
