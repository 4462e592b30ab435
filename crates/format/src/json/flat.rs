//! The flat shape: fields, context and metadata at the top, where no name may come twice.

use super::around::{Around, Pairs, write_pair};
use super::value::{Dialect, NotFinite};
use super::{Kept, head, metadata::Settlement, tail};
use crate::Names;
use crate::shared::{Said, name_bit, write_fields};
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
    write_pairs(out, context, "context.", seen.names, &dialect, |name| is_field(record, name, &dialect));
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
    write_pairs(out, &metadata.pairs, "metadata.", seen.names | context.names, &dialect, |name| {
        is_field(record, name, &dialect) || context.each.iter().any(|(other, _)| **other == *name)
    });
    tail::write(out, record, (seen, said), &dialect, around.map_or(&[], |around| &around.cut));
    out.extend_from_slice(b"}\n");
}

/// Does a field of `record` stand at the top under this name?
fn is_field(record: &Record<'_>, name: &str, dialect: &Dialect<'_>) -> bool {
    dialect.is_free(name) && record.fields().any(|entry| entry.key == name)
}

/// Appends `pairs`. Where the names before it are surely others, all at once; else each by itself, with `prefix` before
/// those that `is_there` says are there.
#[inline]
fn write_pairs(
    out: &mut Vec<u8>,
    pairs: &Pairs,
    prefix: &str,
    before: u64,
    dialect: &Dialect<'_>,
    is_there: impl Fn(&str) -> bool,
) {
    if pairs.names & before == 0 {
        out.extend_from_slice(&pairs.all);
        return;
    }
    for (name, value) in &pairs.each {
        let changed = !dialect.is_free(name) || (before & name_bit(name) != 0 && is_there(name));
        write_pair(out, if changed { prefix } else { "" }, name, value);
    }
}
