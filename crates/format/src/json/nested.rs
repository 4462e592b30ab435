//! The nested shape: context, fields, spans and metadata are objects of their own.

use super::value::{Dialect, NotFinite, object};
use super::{Kept, around::Around, head, metadata, metadata::Settlement, tail};
use crate::Names;
use crate::shared::{Said, write_fields};
use tracework_core::Record;

/// Appends `record`.
pub(super) fn encode(kept: &mut Kept, names: &Names, record: &Record<'_>, out: &mut Vec<u8>) {
    let Kept { stamp, ranks, sites, leaves, settled } = kept;
    let dialect = Dialect { names: Some(names), taken: &[], not_finite: NotFinite::Text };
    let said = Said::by(record);
    let site = record.callsite().map(|callsite| sites.get(callsite, || head::Site::new(callsite, &dialect)));
    let around = record
        .span_node()
        .map(|span| leaves.get(span, record.time(), || Around::nested(span, record.time(), names, None)));

    head::write(out, record, said, (stamp, ranks), site, around);
    if let Some(around) = around {
        out.extend_from_slice(&around.context);
    }
    let keys = site.map(|site| &site.keys);
    let seen = object(out, ",\"fields\":", |out| write_fields(out, record, keys, &dialect));
    if let Some(around) = around {
        out.extend_from_slice(&around.spans);
    }
    if seen.metadata {
        metadata::write(out, record, true);
    } else {
        out.extend_from_slice(&settled.get(record, || Settlement::nested(record)).object);
    }
    tail::write(out, record, (seen, said), &dialect, around);
    out.extend_from_slice(b"}\n");
}
