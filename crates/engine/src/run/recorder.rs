//! The flight recorder: the latest records of each key, written when something goes wrong.

use super::dispatch::Dispatcher;
use super::watched::Pass;
use crate::filter::Table;
use crate::hub::RecorderHealth;
use crate::plan::{Mask, Plan, RecorderKey, RecorderSpec};
use crate::round::At;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tracework_core::{Page, Pick, Record, SpanNode, Timestamp, Value};

/// A key is kept so long after its span was closed: a record of another thread may still be on its way.
const AFTERWARDS: Duration = Duration::from_secs(1);
/// How often keys are looked at that may be over.
const TIDY: Duration = Duration::from_secs(1);

/// What is recorded.
pub(super) struct Recorder {
    spec: RecorderSpec,
    rings: Table<Ring>,
    /// The names of the destinations, in the places that the masks of kept records mean.
    names: Vec<String>,
    bytes: usize,
    written: u64,
    tidied: Timestamp,
}

/// The latest records of a key. When the newer part is full, it takes the older one's place: so there is always one full
/// count of records, and memory for two at the most.
struct Ring {
    older: Part,
    newer: Part,
    /// The span that it is about, if it is about one.
    span: Option<Arc<SpanNode>>,
    closed: Option<Timestamp>,
    last: Timestamp,
}

/// Records of several threads, in order.
#[derive(Default)]
struct Part {
    /// A page for each thread.
    pages: Vec<Page>,
    kept: Vec<Kept>,
}

#[derive(Clone, Copy)]
struct Kept {
    page: usize,
    pick: Pick,
    /// The destinations that it reached already.
    given: Mask,
}

impl Recorder {
    fn new(spec: RecorderSpec) -> Self {
        let rings = Table::new(spec.keys);
        Self { spec, rings, names: Vec::new(), bytes: 0, written: 0, tidied: Timestamp::default() }
    }

    /// What `record` belongs to, and the span that this is.
    fn key<'a>(&self, record: &Record<'a>) -> Option<(u64, Option<&'a Arc<SpanNode>>)> {
        match &self.spec.by {
            RecorderKey::Root => outermost(record.span_node()?).map(|span| (span.id(), Some(span))),
            RecorderKey::Span(name) => {
                let mut arcs = std::iter::successors(record.span_node(), |span| span.parent_node());
                arcs.find(|span| span.name() == name).map(|span| (span.id(), Some(span)))
            }
            RecorderKey::Value(key) => key.complete(record).map(|key| (key, None)),
        }
    }

    fn keep(&mut self, key: u64, span: Option<&Arc<SpanNode>>, (record, page): (&Record<'_>, &Page), given: Mask) {
        let most = self.spec.records.max(1);
        let found = self.rings.entry(key, || Ring::new(span.cloned()));
        let ring = found.value;
        let before = if found.known { ring.bytes() } else { 0 };
        ring.last = record.time();
        if ring.newer.kept.len() >= most {
            std::mem::swap(&mut ring.older, &mut ring.newer);
            ring.newer.clear();
        }
        ring.newer.push(record, page, given);
        self.bytes = self.bytes - before + ring.bytes();
        self.bytes -= found.evicted.map_or(0, |(_, ring)| ring.bytes());
        while self.bytes > self.spec.memory {
            let Some(oldest) = self.rings.oldest() else { break };
            self.bytes -= self.rings.remove(oldest).map_or(0, |ring| ring.bytes());
            self.rings.note_forgotten();
        }
    }

    /// Takes out what is kept of a key.
    fn take(&mut self, key: u64) -> Option<Ring> {
        let ring = self.rings.get_mut(key)?;
        let fresh = Ring { last: ring.last, ..Ring::new(ring.span.clone()) };
        self.bytes += fresh.bytes();
        let taken = std::mem::replace(ring, fresh);
        self.bytes -= taken.bytes();
        Some(taken)
    }

    /// Lets go of keys that are over.
    fn tidy(&mut self, now: Timestamp) {
        self.tidied = now;
        let mut over = Vec::new();
        for (key, ring) in self.rings.iter_mut() {
            if ring.closed.is_none() && ring.span.as_ref().is_some_and(|span| span.is_closed()) {
                ring.closed = Some(now);
            }
            let ended = ring.closed.is_some_and(|closed| now.since(closed) >= AFTERWARDS);
            if ended || now.since(ring.last) >= self.spec.age {
                over.push(key);
            }
        }
        for key in over {
            self.bytes -= self.rings.remove(key).map_or(0, |ring| ring.bytes());
        }
    }

    /// Says what the masks of kept records mean under another plan.
    fn follow(&mut self, plan: &Plan) {
        let names = plan.spec().destinations();
        if names.eq(self.names.iter().map(String::as_str)) {
            return;
        }
        let places: Vec<_> = self.names.iter().map(|name| plan.place(name)).collect();
        let moved = |mask: Mask| {
            let to = places.iter().enumerate().filter(|(from, _)| mask & 1 << from != 0);
            to.filter_map(|(_, to)| *to).fold(0, |mask, to| mask | 1 << to)
        };
        for (_, ring) in self.rings.iter_mut() {
            ring.older.kept.iter_mut().chain(&mut ring.newer.kept).for_each(|kept| kept.given = moved(kept.given));
        }
        self.names = plan.spec().destinations().map(str::to_owned).collect();
    }
}

/// The span around all others.
fn outermost(span: &Arc<SpanNode>) -> Option<&Arc<SpanNode>> {
    std::iter::successors(Some(span), |span| span.parent_node()).last()
}

impl Ring {
    fn new(span: Option<Arc<SpanNode>>) -> Self {
        Self { older: Part::default(), newer: Part::default(), span, closed: None, last: Timestamp::default() }
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.older.bytes() + self.newer.bytes()
    }
}

impl Part {
    fn bytes(&self) -> usize {
        self.pages.iter().map(Page::capacity).sum::<usize>() + self.kept.capacity() * size_of::<Kept>()
    }

    /// Empties it, and keeps its memory.
    fn clear(&mut self) {
        self.kept.clear();
        for page in &mut self.pages {
            let metadata = page.metadata().cloned();
            page.reset(Arc::clone(page.thread()));
            page.set_metadata_for(metadata, crate::plan::roles::METADATA);
        }
        // Threads come and go.
        self.pages.truncate(4);
    }

    fn push(&mut self, record: &Record<'_>, page: &Page, given: Mask) {
        let same = |own: &Page| {
            Arc::ptr_eq(own.thread(), page.thread())
                && own.metadata().map(|metadata| metadata.id()) == page.metadata().map(|metadata| metadata.id())
        };
        let place = self.pages.iter().position(same).unwrap_or_else(|| {
            self.pages.push(page.twin());
            self.pages.len() - 1
        });
        let pick = self.pages[place].copy(record);
        self.kept.push(Kept { page: place, pick, given });
    }
}

impl Dispatcher {
    /// Takes up the recorder of the newest plan.
    pub(super) fn adopt_recorder(&mut self, newest: &Plan) {
        match (&mut self.recorder, &newest.spec().recorder) {
            (None, None) => return,
            (Some(recorder), Some(spec)) if recorder.spec == *spec => {}
            // One that does something else begins anew.
            (recorder, spec) => *recorder = spec.clone().map(Recorder::new),
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.follow(newest);
        }
        self.tell_recorder();
    }

    /// Is it time to look at what is recorded?
    pub(super) fn recorder_is_due(&self, now: Timestamp) -> bool {
        self.recorder.as_ref().is_some_and(|recorder| recorder.rings.len() > 0 && now.since(recorder.tidied) >= TIDY)
    }

    /// Looks after what is recorded.
    pub(super) fn tidy_recorder(&mut self, now: Timestamp) {
        if let Some(recorder) = self.recorder.as_mut() {
            if now.since(recorder.tidied) >= TIDY || recorder.tidied > now {
                recorder.tidy(now);
            }
            self.tell_recorder();
        }
    }

    fn tell_recorder(&self) {
        let health = self.recorder.as_ref().map(|recorder| RecorderHealth {
            keys: recorder.rings.len() as u64,
            bytes: recorder.bytes,
            written: recorder.written,
            forgotten: recorder.rings.forgotten(),
        });
        *self.hub().counters.recorder.lock().unwrap_or_else(PoisonError::into_inner) = health;
    }

    /// Notes a record whose destinations `plan` told, sends it on its way, and has those before it written if it asks for
    /// that. These go to their destinations before it.
    pub(super) fn record_flight(&mut self, pass: &mut Pass<'_>, at: At, plan: &Arc<Plan>, mask: Mask) {
        let record = pass.record(at);
        let key = self.recorder.as_ref().and_then(|recorder| {
            let key = recorder.key(&record)?;
            (mask != 0 || record.severity() >= recorder.spec.level && plan.admits(&record)).then_some(key)
        });
        let Some((key, span)) = key else {
            self.filter(pass, at, plan, mask);
            return;
        };
        let span = span.cloned();
        let fires = self.recorder.as_ref().is_some_and(|recorder| recorder.spec.when.matches(&record));
        let starts = if fires { self.share_lengths() } else { Vec::new() };
        let given = self.filter(pass, at, plan, mask);
        let given = in_places_of(given, plan, pass.newest);
        if fires {
            self.write_recorded(pass, key, given, &starts);
        } else if let Some(recorder) = &mut self.recorder {
            let record = pass.record(at);
            if record.severity() >= recorder.spec.level {
                recorder.keep(key, span.as_ref(), (&record, pass.page(at)), given);
            }
        }
    }

    #[cold]
    fn write_recorded(&mut self, pass: &mut Pass<'_>, key: u64, given: Mask, starts: &[usize]) {
        let Some(recorder) = &mut self.recorder else { return };
        let to = pass.newest.recorded_to(given);
        let most = recorder.spec.records;
        // Where it can go nowhere, it waits for a record that has somewhere to go.
        let Some(Ring { older, newer, .. }) = (to != 0).then(|| recorder.take(key)).flatten() else { return };
        let skipped = (older.kept.len() + newer.kept.len()).saturating_sub(most);
        let mut records: Vec<(At, Mask)> = Vec::with_capacity(most);
        let mut skip = skipped;
        for part in [older, newer] {
            let slots: Vec<_> = part.pages.into_iter().map(|page| pass.add_page(page)).collect();
            for kept in part.kept.into_iter().skip(skip) {
                records.push((pass.place(slots[kept.page], kept.pick), to & !kept.given));
            }
            skip = 0;
        }
        for (at, mask) in &mut records {
            if *mask != 0 {
                *at = self.marked(pass, *at, "recorded", Value::Bool(true));
            }
        }
        let written = records.iter().filter(|(_, mask)| *mask != 0).count() as u64;
        self.insert_shares(starts, &records);
        if let Some(recorder) = &mut self.recorder {
            recorder.written += written;
        }
    }
}

/// The same destinations, in the places of another plan.
fn in_places_of(mask: Mask, plan: &Arc<Plan>, other: &Plan) -> Mask {
    if plan.generation() == other.generation() {
        return mask;
    }
    let places = plan.each(mask).filter_map(|(_, destination)| other.place(&destination.name));
    places.fold(0, |mask, place| mask | 1 << place)
}
