//! Capturing an event: once, for all layers of ours in a stack.

use super::Site;
use super::local::{LayerId, Local, with_local};
use super::visitor::{Reader, Said};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tracework_core::{Draft, Head, Kind, Page, Reserved, Severity, SpanNode, Value};
use tracework_engine::own::{self, InCallback};
use tracework_engine::{DropReason, Hub, Verdict};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// An event between the first and the last of our layers in a stack.
#[derive(Debug)]
pub(crate) struct Pending {
    event: usize,
    /// The layers that counted in, a bit each.
    into: u64,
    /// The layers that counted out.
    out: u64,
    roles: u8,
    state: State,
}

#[derive(Debug)]
enum State {
    /// No layer captured it yet.
    Open,
    /// A layer is capturing it: whatever is emitted now is emitted inside.
    Capturing,
    /// It is captured, or nobody wants it.
    Captured(Option<Captured>),
}

/// How our layers of one stack work together.
pub(crate) struct Stack;

/// How many events may be between our layers at once.
const PENDING: usize = 16;

fn address(event: &Event<'_>) -> usize {
    std::ptr::from_ref(event).addr()
}

impl Stack {
    /// A layer was asked whether it wants `event`, so it will be told of it unless someone refuses.
    pub(crate) fn count_in(hub: &Arc<Hub>, layer: LayerId, event: &Event<'_>) {
        let (address, bit) = (address(event), 1 << (layer.0 % 64));
        with_local(hub, |local| {
            let known = local.pending.iter().rposition(|pending| {
                pending.event == address && pending.out == 0 && matches!(pending.state, State::Open)
            });
            match known {
                Some(place) if local.pending[place].into & bit == 0 => local.pending[place].into |= bit,
                Some(place) => {
                    // It counted in twice: the first time was for an event that someone refused.
                    local.pending.truncate(place);
                    local.pending.push(Pending::new(address, bit));
                }
                None => {
                    settle_before(local, address);
                    if local.pending.len() < PENDING {
                        local.pending.push(Pending::new(address, bit));
                    }
                }
            }
        });
    }
}

impl Pending {
    fn new(event: usize, into: u64) -> Self {
        Self { event, into, out: 0, roles: 0, state: State::Open }
    }
}

/// Hands over what is captured and waits for layers that will not come.
pub(crate) fn settle(local: &mut Local) {
    while let Some(pending) = local.pending.pop() {
        finish(local, pending);
    }
}

/// Finishes what is over when an event begins at `address`. An event that is emitted inside another, by a layer that
/// logs or by a value that does, lies deeper in the stack, and that is at a lower address.
fn settle_before(local: &mut Local, address: usize) {
    while let Some(last) = local.pending.pop() {
        if matches!(last.state, State::Capturing) || last.event > address {
            return local.pending.push(last);
        }
        finish(local, last);
    }
}

fn finish(local: &mut Local, pending: Pending) {
    if let State::Captured(Some(mut captured)) = pending.state {
        captured.draft.add_roles(pending.roles);
        commit(local, &mut captured);
        local.keep_draft(captured.draft);
    }
}

/// A layer with these roles is told of an event. `alone` says that it is the only one of ours in its stack.
#[inline]
pub(crate) fn on_event<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    (layer, role): (LayerId, u8),
    alone: bool,
    event: &Event<'_>,
    context: &Context<'_, S>,
) {
    if own::is_own_thread() || hub.is_forked() {
        return;
    }
    if alone {
        if let Some(captured) = capture(hub, role, event, context) {
            hand_over(hub, captured);
        }
        return;
    }
    count_out(hub, layer, role, event, context);
}

fn count_out<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    layer: LayerId,
    role: u8,
    event: &Event<'_>,
    context: &Context<'_, S>,
) {
    let (address, bit) = (address(event), 1 << (layer.0 % 64));
    let find = |local: &Local| {
        local
            .pending
            .iter()
            .rposition(|pending| pending.event == address && pending.into & bit != 0 && pending.out & bit == 0)
    };
    let first = with_local(hub, |local| {
        let place = find(local)?;
        // What lies above was emitted inside and is over.
        while local.pending.len() > place + 1 {
            let over = local.pending.pop()?;
            finish(local, over);
        }
        let pending = &mut local.pending[place];
        pending.out |= bit;
        pending.roles |= role;
        let first = matches!(pending.state, State::Open);
        if first {
            pending.state = State::Capturing;
        }
        Some(first)
    })
    .flatten();
    let Some(first) = first else {
        // Nobody counted it in: a stack that does not ask, or a thread in its end.
        if let Some(captured) = capture(hub, role, event, context) {
            hand_over(hub, captured);
        }
        return;
    };
    let captured = first.then(|| capture(hub, role, event, context));
    with_local(hub, |local| {
        let place = local.pending.iter().rposition(|pending| pending.event == address && pending.into & bit != 0)?;
        if let Some(captured) = captured {
            local.pending[place].state = State::Captured(captured);
        }
        if local.pending[place].out == local.pending[place].into {
            let done = local.pending.remove(place);
            finish(local, done);
        }
        Some(())
    });
}

/// A record in a draft, and the span around it.
#[derive(Debug)]
struct Captured {
    draft: Box<Draft>,
    span: Option<Arc<SpanNode>>,
    /// The destinations that it may go to, a bit each, if neither it nor a span says something about it.
    reach: u64,
}

/// Writes the event into a draft, if anybody may want it.
#[inline]
fn capture<S: Subscriber + for<'a> LookupSpan<'a>>(
    hub: &Arc<Hub>,
    roles: u8,
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> Option<Captured> {
    let Some(_inside) = InCallback::enter() else {
        with_local(hub, |local| local.lane().drop_record(DropReason::TooDeep));
        return None;
    };
    let metadata = event.metadata();
    let begun = with_local(hub, |local| {
        local.refresh();
        let (site, verdict, reach) = local.site(metadata);
        if verdict == Verdict::Never {
            return None;
        }
        let span = parent(local, event, context);
        let time = hub.clock().now();
        if verdict == Verdict::Raised
            && !site.is_log
            && !is_raised(span.as_deref(), site.severity, time)
            && !super::raise::may(&local.plan, site, span.as_ref(), time)
        {
            return None;
        }
        let mut draft = local.draft();
        draft.begin(Head {
            time,
            severity: site.severity,
            kind: Kind::Log,
            callsite: site.callsite,
            generation: local.plan.generation(),
            roles,
        });
        Some((Captured { draft, span, reach }, site))
    });
    let (mut captured, site) = match begun {
        Some(begun) => begun?,
        None => orphan(hub, roles, metadata),
    };
    let said = read(event, &mut captured.draft, site);
    if said.severity || said.kind {
        captured.reach = u64::MAX;
    }
    if let Some(span) = captured.span.as_deref().filter(|span| span.may_say()) {
        captured.reach = u64::MAX;
        take_over(&mut captured.draft, said, span, hub);
    }
    if site.callsite.is_none() {
        captured.draft.reserved(Reserved::Target, Value::Str(metadata.target()));
    }
    Some(captured)
}

/// A draft of a thread that can keep nothing any more.
#[cold]
fn orphan(hub: &Arc<Hub>, roles: u8, metadata: &'static tracing::Metadata<'static>) -> (Captured, &'static Site) {
    let (site, plan) = (super::Sites::get(hub, metadata), hub.plan());
    let mut draft = Box::new(Draft::new(*plan.limits()));
    draft.begin(Head {
        time: hub.clock().now(),
        severity: site.severity,
        kind: Kind::Log,
        callsite: site.callsite,
        generation: plan.generation(),
        roles,
    });
    (Captured { draft, span: None, reach: u64::MAX }, site)
}

/// Reads the event's fields. A value whose formatting panics ends the record there, and is not the program's end.
#[inline]
fn read(event: &Event<'_>, draft: &mut Draft, site: &'static Site) -> Said {
    let mut reader = Reader { draft, site, is_span: false, said: Said::default() };
    if catch_unwind(AssertUnwindSafe(|| event.record(&mut reader))).is_err() {
        reader.draft.mark_incomplete();
    }
    reader.said
}

/// The span around the event.
#[inline]
fn parent<S: Subscriber + for<'a> LookupSpan<'a>>(
    local: &Local,
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> Option<Arc<SpanNode>> {
    if event.is_contextual() {
        return local.entered.last().map(|entered| Arc::clone(&entered.node));
    }
    super::span::node_around(&local.hub, event.parent()?, context)
}

/// Does a span around ask for a level that reaches down to `severity`?
fn is_raised(span: Option<&SpanNode>, severity: Severity, time: tracework_core::Timestamp) -> bool {
    let Some(Value::U64(number)) = span.and_then(|span| span.inherited(Reserved::Level, time)) else { return false };
    number != 0 && u64::from(severity.number()) >= number
}

/// Takes over what the spans around say of the severity and the kind.
#[cold]
fn take_over(draft: &mut Draft, said: Said, span: &SpanNode, hub: &Hub) {
    let now = hub.clock().now();
    let number = |what| match span.inherited(what, now) {
        Some(Value::U64(number)) => u8::try_from(number).ok(),
        _ => None,
    };
    if !said.severity
        && let Some(severity) = number(Reserved::Severity).and_then(Severity::from_number)
    {
        draft.set_severity(severity);
    }
    if !said.kind
        && let Some(kind) = number(Reserved::Kind).and_then(Kind::from_number)
    {
        draft.set_kind(kind);
    }
}

/// Puts a captured record into the buffer.
#[inline]
fn hand_over(hub: &Arc<Hub>, captured: Captured) {
    let mut unkept = Some(captured);
    with_local(hub, |local| {
        if let Some(mut captured) = unkept.take() {
            commit(local, &mut captured);
            local.keep_draft(captured.draft);
        }
    });
    if let Some(Captured { mut draft, span, .. }) = unkept {
        hub.open_lane().commit(&mut draft, span.as_ref());
    }
}

#[inline]
fn commit(local: &mut Local, captured: &mut Captured) {
    let Captured { draft, span, reach } = captured;
    if Hub::is_congested(&local.plan, if draft.has_reserved() { u64::MAX } else { *reach }) {
        wait_for_room(local, draft, span.as_ref());
    }
    local.lane().commit(draft, span.as_ref());
    if draft.severity() >= Severity::CRITICAL {
        local.hub.wake();
    }
}

/// Waits if a destination of the record is full and its policy is to block.
#[cold]
fn wait_for_room(local: &mut Local, draft: &Draft, span: Option<&Arc<SpanNode>>) {
    let mut page = Page::default();
    let pick = page.push(draft, span);
    local.hub.wait_for_room(&local.plan, &page.record(pick));
}
