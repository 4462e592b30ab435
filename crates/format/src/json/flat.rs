//! The flat shape: fields, context and metadata at the top, where no name may come twice.

use super::around::Around;
use super::value::{Dialect, NotFinite};
use super::{Kept, head, metadata::Settlement, tail};
use crate::Names;
use crate::shared::{Pairs, Said, has_field, write_fields};
use tracework_core::Record;

/// The names that the object has itself.
const TAKEN: &[&str] = &[
    "timestamp",
    "level",
    "kind",
    "category",
    "message",
    "target",
    "module",
    "function",
    "file",
    "line",
    "tags",
    "context",
    "fields",
    "spans",
    "metadata",
    "trace_id",
    "span_id",
    "event_id",
    "error",
    "performance_data",
    "_truncated",
];

/// Appends `record`.
pub(super) fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, ranks, sites, leaves, settled } = kept;
    let dialect = Dialect { names: Some(names), taken: TAKEN, not_finite: NotFinite::Text };
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || head::Site::new(callsite, &dialect)));
    let around = record
        .span_node()
        .map(|span| leaves.get(span, record.time(), || Around::nested(span, record.time(), names, Some(&dialect))));

    head::write(out, record, said, (stamp, ranks), site, around);
    let seen = write_fields(out, record, site.map(|site| &site.keys), &dialect);
    let none = Pairs::default();
    let context = around.map_or(&none, |around| &around.pairs);
    context.write(out, "context.", seen.names, &dialect, |name| has_field(record, name));
    if let Some(around) = around {
        out.extend_from_slice(&around.spans);
    }
    let own;
    let metadata = if seen.metadata {
        own = Settlement::flat(record, true, &dialect);
        &own
    } else {
        settled.get(record, || Settlement::flat(record, false, &dialect))
    };
    metadata.pairs.write(out, "metadata.", seen.names | context.names(), &dialect, |name| {
        has_field(record, name) || context.has(name)
    });
    tail::write(out, record, (seen, said), &dialect, around);
    out.extend_from_slice(b"}\n");
}
