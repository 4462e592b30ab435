//! Records to bytes, where a format that panics costs one record.

use crate::round::{Encoded, Parcel};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tracework_core::{Delivery, Destination, Format, OwnedRecord};
use tracework_format::Json;

/// The format of a destination: the one that was set for it, its usual one, or JSON lines. Where records may come twice
/// it writes their ids.
pub(crate) fn format_for(
    destination: &dyn Destination,
    set: Option<Box<dyn Format>>,
    delivery: Delivery,
) -> Box<dyn Format> {
    let mut format = set.or_else(|| destination.usual_format()).unwrap_or_else(|| Box::new(Json::default()));
    if delivery == Delivery::AtLeastOnce {
        format.write_event_ids();
    }
    format
}

/// A record whose format panicked, and what it said.
pub(super) type Refused = (OwnedRecord, String);

/// Encodes all records of `parcel` behind what `out` holds. Those that the format panics on are taken out of the parcel
/// and returned.
pub(super) fn encode(format: &mut dyn Format, parcel: &mut Parcel, out: &mut Encoded) -> Vec<Refused> {
    let mut refused: Vec<(usize, String)> = Vec::new();
    let mut place = 0;
    while place < parcel.picks.len() {
        let run = || {
            while let Some(&at) = parcel.picks.get(place) {
                format.encode(&parcel.round.record(at), &mut out.bytes);
                out.ends.push(out.bytes.len());
                place += 1;
            }
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            out.bytes.truncate(out.ends.last().copied().unwrap_or(0));
            refused.push((place, format!("the format panicked: {}", message(&*panic))));
            place += 1;
        }
    }
    take_out(parcel, refused)
}

/// Takes records out of a parcel.
fn take_out(parcel: &mut Parcel, refused: Vec<(usize, String)>) -> Vec<Refused> {
    if refused.is_empty() {
        return Vec::new();
    }
    let all = std::mem::take(&mut parcel.picks);
    let kept = all.iter().enumerate().filter(|(place, _)| !refused.iter().any(|(bad, _)| bad == place));
    parcel.picks = kept.map(|(_, &at)| at).collect();
    refused.into_iter().map(|(place, reason)| (OwnedRecord::from(&parcel.round.record(all[place])), reason)).collect()
}

/// Encodes into the place that a parcel shares with other destinations, unless one of them did; `false` if the format
/// panicked.
pub(super) fn encode_shared(format: &mut dyn Format, parcel: &Parcel) -> bool {
    let Some(shared) = &parcel.shared else { return false };
    let all = || {
        let mut out = Encoded::reused(parcel.picks.len());
        for &at in parcel.picks.iter() {
            format.encode(&parcel.round.record(at), &mut out.bytes);
            out.ends.push(out.bytes.len());
        }
        out
    };
    catch_unwind(AssertUnwindSafe(|| _ = shared.get_or_init(all))).is_ok()
}

/// What a panic said.
pub(super) fn message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}
