//! Records that were captured under an older plan, for destinations that have left it.

use super::{Dispatcher, Share, copied};
use crate::plan::{Attached, Mask, Plan, Unknown};
use crate::round::Round;
use std::sync::Arc;
use tracework_core::Record;

impl Dispatcher {
    /// What took the name of a destination that is closed, if it takes the record: of the plans after the record's own,
    /// the first in which that is open, so that the record comes before what its thread emitted under a later one.
    #[cold]
    pub(super) fn heir(&self, name: &str, record: &Record<'_>) -> Option<Arc<Attached>> {
        let later = self.plans.iter().rev().filter(|plan| plan.generation() > record.generation());
        let mut open = later.filter_map(|plan| {
            let place = plan.place(name)?;
            let heir = &plan.destinations()[place];
            let takes = !heir.outlet.is_closed() && plan.route(record, &mut Unknown::default()) & 1 << place != 0;
            takes.then(|| Arc::clone(heir))
        });
        open.next()
    }

    /// Hands the destinations of older plans their shares. One that closed since it was looked at refuses; its records
    /// then go the way of those that find it closed.
    pub(super) fn hand_over_old(&mut self, newest: &Plan, round: &Arc<Round>) {
        for share in self.shares.split_off(newest.destinations().len()) {
            if !share.records.is_empty() && !share.destination.outlet.try_push(copied(round, &share)) {
                self.share_refused(&share, newest, round);
            }
        }
    }

    #[cold]
    fn share_refused(&mut self, refused: &Share, newest: &Plan, round: &Round) {
        for &at in refused.records.iter().rev() {
            let record = round.record(at);
            let mut mask = replacement(&refused.destination.name, &record, newest);
            if mask == 0 && !self.shares.iter().any(|share| share.records.contains(&at)) {
                mask = newest.route(&record, &mut Unknown::default());
            }
            for (place, _) in newest.each(mask) {
                self.shares[place].records.insert(0, at);
            }
        }
        // They are older than whatever their threads emitted under a newer plan, and keep their place before it.
        for share in &mut self.shares {
            share.records.sort_by_key(|&at| round.record(at).time());
        }
    }
}

/// What took the name of a destination that is closed, if it takes the record.
#[cold]
fn replacement(name: &str, record: &Record<'_>, newest: &Plan) -> Mask {
    let place = newest.place(name);
    place.map_or(0, |place| newest.route(record, &mut Unknown::default()) & 1 << place)
}
