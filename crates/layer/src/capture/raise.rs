//! Levels for a time, by rules: may one concern an event that is not read yet?

use super::Site;
use std::cell::RefCell;
use std::sync::Arc;
use tracework_core::{Draft, Head, Kind, Limits, Page, SpanNode, Timestamp};
use tracework_engine::Plan;

thread_local! {
    /// What the question is written in.
    static SCRATCH: RefCell<Option<(Draft, Page)>> = const { RefCell::new(None) };
}

/// May a level for a time concern an event of this site, inside this span? What depends on the event's own fields is for
/// the engine to decide.
#[cold]
pub(super) fn may(plan: &Plan, site: &Site, span: Option<&Arc<SpanNode>>, time: Timestamp) -> bool {
    if !plan.raises(site.severity) {
        return false;
    }
    let asked = SCRATCH.try_with(|scratch| {
        let mut scratch = scratch.try_borrow_mut().ok()?;
        let (draft, page) = scratch.get_or_insert_with(|| (Draft::new(Limits::default()), Page::default()));
        draft.begin(Head {
            time,
            severity: site.severity,
            kind: Kind::Log,
            callsite: site.callsite,
            generation: plan.generation(),
            roles: 0,
        });
        let pick = page.push(draft, span);
        let may = plan.may_raise(site.severity, &page.record(pick));
        // The span is not kept for longer than it is asked about.
        let thread = Arc::clone(page.thread());
        page.reset(thread);
        Some(may)
    });
    // At a thread's end there is nothing to ask with: better one record too many.
    asked.ok().flatten().unwrap_or(true)
}
