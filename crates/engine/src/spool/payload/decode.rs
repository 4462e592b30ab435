//! From bytes back to a record.

use super::fields::{self, Messages};
use super::input::{Input, PayloadError, Read};
use super::tags;
use std::sync::Arc;
use tracework_core::{
    Draft, Head, Kind, Limits, Metadata, OwnedRecord, Page, Reserved, Severity, SpanNode, Thread, Timestamp, Value,
};

/// Reads records back. One after the other from the same threads, spans and metadata share these, as they did when they
/// were emitted.
#[derive(Debug)]
pub struct Decoder {
    draft: Draft,
    messages: Messages,
    thread: Last<Arc<Thread>>,
    metadata: Last<Arc<Metadata>>,
    span: Last<Option<Arc<SpanNode>>>,
}

/// What the last block of a kind was, and what was made of it.
type Last<T> = Option<(Box<[u8]>, T)>;

/// What was made of the same block before, or is made of it now.
fn same<T: Clone>(last: &mut Last<T>, block: &[u8], make: impl FnOnce(Input<'_>) -> Read<T>) -> Read<T> {
    if let Some((known, made)) = last
        && **known == *block
    {
        return Ok(made.clone());
    }
    let made = make(Input(block))?;
    *last = Some((block.into(), made.clone()));
    Ok(made)
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that has read nothing yet.
    #[must_use]
    pub fn new() -> Self {
        // What is longer than a program allows now was allowed when it was written. The payload bounds it.
        let most = 1 << 30;
        let limits = Limits { message: most, value: most, fields: 2 * tags::ENTRIES, key: most };
        let draft = Draft::new(limits);
        Self { draft, messages: Messages::default(), thread: None, metadata: None, span: None }
    }

    /// The record that these bytes are. It has no callsite and no generation, and every role.
    ///
    /// # Errors
    ///
    /// Fails if they are not what [`encode`](super::encode) writes, or a later version of it.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<OwnedRecord, PayloadError> {
        let mut input = Input(bytes);
        match input.byte()? {
            tags::VERSION => {}
            version => return Err(PayloadError::Version(version)),
        }
        let time = Timestamp(i64::from_le_bytes(input.fixed()?));
        let [severity, kind, marks] = input.fixed()?;
        let omitted = u16::from_le_bytes(input.fixed()?);
        let event = u64::from_le_bytes(input.fixed()?);
        let severity = Severity::from_number(severity).ok_or(PayloadError::Unknown("severity"))?;
        let kind = Kind::from_number(kind).ok_or(PayloadError::Unknown("kind"))?;
        let message = input.text()?;
        let source = (input.text()?, input.option()?, input.option()?, input.line()?);
        let thread = same(&mut self.thread, input.block()?, thread)?;
        let (draft, messages) = (&mut self.draft, &mut self.messages);
        let span = same(&mut self.span, input.block()?, |input| spans(input, time, draft, messages))?;
        let metadata = same(&mut self.metadata, input.block()?, metadata)?;

        let head = Head { time, severity, kind, callsite: None, generation: 0, roles: u8::MAX };
        draft.begin(head);
        draft.set_event_number(event);
        draft.message_str(message);
        say_source(draft, source);
        fields::entries(&mut input, draft, messages)?;
        input.end()?;
        mark(draft, marks, omitted)?;
        let mut page = Page::with_capacity(thread, draft.size(), 0, usize::from(span.is_some()));
        let is_empty = metadata.iter().next().is_none();
        page.set_metadata(Some(metadata).filter(|_| !is_empty));
        let pick = page.push(draft, span.as_ref());
        Ok(OwnedRecord::new(page, pick))
    }
}

fn mark(draft: &mut Draft, marks: u8, omitted: u16) -> Read<()> {
    if marks & !(tags::MESSAGE_CUT | tags::INCOMPLETE | tags::INTERNAL | tags::ERROR) != 0 {
        return Err(PayloadError::Unknown("mark"));
    }
    draft.set_omitted(omitted);
    if marks & tags::MESSAGE_CUT != 0 {
        draft.mark_message_cut();
    }
    if marks & tags::INCOMPLETE != 0 {
        draft.mark_incomplete();
    }
    if marks & tags::INTERNAL != 0 {
        draft.mark_internal();
    }
    if marks & tags::ERROR != 0 {
        draft.mark_error();
    }
    Ok(())
}

type Source<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<u32>);

fn say_source(draft: &mut Draft, (target, module, file, line): Source<'_>) {
    let mut say = |what, text: Option<&str>| {
        if let Some(text) = text {
            draft.reserved(what, Value::Str(text));
        }
    };
    say(Reserved::Target, Some(target).filter(|target| !target.is_empty()));
    say(Reserved::Module, module);
    say(Reserved::File, file);
    if let Some(line) = line {
        draft.reserved(Reserved::Line, Value::U64(line.into()));
    }
}

fn thread(mut input: Input<'_>) -> Read<Arc<Thread>> {
    let (name, number) = (input.option()?.map(Box::from), input.varint()?);
    let run = u64::from_le_bytes(input.fixed()?);
    input.end()?;
    Ok(Arc::new(Thread { name, number, run }))
}

fn metadata(mut input: Input<'_>) -> Read<Arc<Metadata>> {
    let mut pairs = Vec::new();
    for _ in 0..input.count(tags::METADATA, "metadata")? {
        pairs.push((input.text()?, input.text()?));
    }
    input.end()?;
    Ok(Arc::new(Metadata::new(pairs)))
}

/// The innermost of the spans, each inside the next.
fn spans(
    mut input: Input<'_>,
    time: Timestamp,
    draft: &mut Draft,
    messages: &mut Messages,
) -> Read<Option<Arc<SpanNode>>> {
    // They are told from the inside out, and made from the outside in: the first pass finds where each begins.
    let mut starts = Vec::new();
    for _ in 0..input.count(tags::SPANS, "spans")? {
        starts.push(input);
        span(&mut input, time, draft, messages)?;
        fields::entries(&mut input, draft, messages)?;
    }
    input.end()?;
    let mut around = None;
    for mut start in starts.into_iter().rev() {
        let node = match span(&mut start, time, draft, messages)? {
            Some(name) => SpanNode::named(name, around.take(), draft),
            None => SpanNode::new(None, around.take(), draft),
        };
        if !start.is_at_zero() {
            begin(draft, time);
            fields::entries(&mut start, draft, messages)?;
            node.record(Timestamp(i64::MIN), draft);
        }
        around = Some(node);
    }
    Ok(around)
}

/// Reads a span: its name, and into the draft the entries that it was opened with.
fn span<'a>(
    input: &mut Input<'a>,
    time: Timestamp,
    draft: &mut Draft,
    messages: &mut Messages,
) -> Read<Option<&'a str>> {
    let name = input.option()?;
    begin(draft, time);
    fields::entries(input, draft, messages)?;
    Ok(name)
}

fn begin(draft: &mut Draft, time: Timestamp) {
    let (severity, kind) = (Severity::INFO, Kind::Log);
    draft.begin(Head { time, severity, kind, callsite: None, generation: 0, roles: 0 });
}
