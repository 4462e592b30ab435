//! Feeding lines to the pipeline.

use super::record::{CUT, INVALID, Writer};
use std::sync::Arc;
use tracework::Control;
use tracework::core::{Draft, Page};
use tracework::engine::{Hub, Lane, Plan};

/// Bytes of a record that is joined of several lines.
const MAX_JOINED: usize = super::lines::MAX_LINE;

/// Feeds lines to the pipeline, a record each; the lines of a trace are joined to one.
pub(super) struct Feed {
    hub: Arc<Hub>,
    plan: Arc<Plan>,
    lane: Lane,
    writer: Writer,
    draft: Draft,
    /// Plain text whose next line may belong to it.
    held: Option<Held>,
    text: String,
    /// The number of the line in hand.
    line: u64,
    /// What is to be told when the records are delivered; `None` if nobody asks.
    acks: Option<String>,
}

/// Plain text whose next line may belong to it: it stands in [`Feed::text`].
struct Held {
    line: u64,
    flagged: Option<&'static str>,
}

impl Feed {
    pub(super) fn new(control: &Control, kinds: tracework::KindSet, acks: bool) -> Self {
        let (hub, plan) = (Arc::clone(control.hub()), control.plan());
        Self {
            lane: hub.open_nameless_lane(),
            writer: Writer::new(hub.names().clone(), kinds, plan.generation()),
            draft: Draft::new(*plan.limits()),
            held: None,
            text: String::new(),
            line: 0,
            acks: acks.then(String::new),
            hub,
            plan,
        }
    }

    /// Takes the plan that holds now: what is fed from here on is routed by it.
    pub(super) fn refresh(&mut self) {
        if self.hub.generation() == self.plan.generation() {
            return;
        }
        self.plan = self.hub.plan();
        self.writer.set_generation(self.plan.generation());
        self.draft = Draft::new(*self.plan.limits());
    }

    /// Is there plain text whose next line may belong to it?
    pub(super) fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// What is to be told when everything until now is delivered. Leaves nothing.
    pub(super) fn take_acks(&mut self) -> Option<String> {
        self.acks.as_mut().map(std::mem::take)
    }

    /// Feeds a line.
    #[inline]
    pub(super) fn line(&mut self, bytes: &[u8], cut: bool) {
        self.line += 1;
        let flagged = cut.then_some(CUT);
        match std::str::from_utf8(bytes) {
            Ok(line) => self.text_line(line, flagged),
            Err(_) => self.text_line(&String::from_utf8_lossy(bytes), flagged.or(Some(INVALID))),
        }
    }

    #[inline]
    fn text_line(&mut self, line: &str, flagged: Option<&'static str>) {
        let begins = line.trim_start();
        if begins.is_empty() {
            return;
        }
        if begins.starts_with('{') {
            let now = self.hub.clock().now();
            if self.held.is_some() && self.writer.object(&mut self.draft, line, flagged, now) {
                // The text before it is over; writing that one takes the draft.
                self.release();
            }
            if self.writer.object(&mut self.draft, line, flagged, now) {
                return self.commit(self.line);
            }
        }
        self.plain(line, begins.len() < line.len(), flagged);
    }

    fn plain(&mut self, line: &str, indented: bool, flagged: Option<&'static str>) {
        let continues = indented || line.starts_with("Caused by:") || line.starts_with("at ");
        if continues
            && self.text.len() + line.len() < MAX_JOINED
            && let Some(held) = &mut self.held
        {
            self.text.push('\n');
            self.text.push_str(line);
            held.flagged = held.flagged.or(flagged);
            return;
        }
        self.release();
        self.text.push_str(line);
        self.held = Some(Held { line: self.line, flagged });
    }

    /// Commits plain text that waits for a line that may belong to it.
    pub(super) fn release(&mut self) {
        if let Some(Held { line, flagged }) = self.held.take() {
            self.writer.text(&mut self.draft, &self.text, flagged, self.hub.clock().now());
            self.text.clear();
            self.commit(line);
        }
    }

    #[inline]
    fn commit(&mut self, line: u64) {
        if Hub::is_congested(&self.plan, u64::MAX) {
            self.wait_for_room();
        }
        self.lane.commit(&mut self.draft, None);
        if let Some(acks) = &mut self.acks {
            let id = self.writer.id();
            if id.is_empty() || id.contains(char::is_control) {
                acks.push_str(&line.to_string());
            } else {
                acks.push_str(id);
            }
            acks.push('\n');
        }
    }

    #[cold]
    fn wait_for_room(&self) {
        let mut page = Page::new(Arc::default());
        let pick = page.push(&self.draft, None);
        self.hub.wait_for_room(&self.plan, &page.record(pick));
    }
}
