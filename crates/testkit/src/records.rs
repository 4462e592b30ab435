//! Records, spans and callsites made by hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tracework_core::{
    Callsite, CallsiteFacts, Draft, Head, Key, Kind, Limits, Metadata, OwnedRecord, Page, Reserved, Severity, SpanNode,
    Thread, Timestamp, Value,
};

/// Severity, target, name, is a span, fields.
type Facts = (Severity, String, String, bool, Vec<String>);

static CALLSITES: Mutex<Option<HashMap<Facts, &'static Callsite>>> = Mutex::new(None);

/// 2026-01-15T10:30:45.123456Z.
const TIME: Timestamp = Timestamp(1_768_473_045_123_456_000);

/// The callsite of events with this severity, target and these fields. Asked twice, it is the same one.
///
/// # Panics
///
/// Panics when there are [`Callsite::MAX`] callsites already.
#[must_use]
pub fn callsite(severity: Severity, target: &str, fields: &[&str]) -> &'static Callsite {
    registered(severity, target, "event", false, fields)
}

/// A span inside `parent` with these fields.
///
/// ```
/// use tracework_core::{Severity, Value};
/// use tracework_testkit::{TestRecord, span};
///
/// let request = span("request", &[("user", Value::Str("ann"))], None);
/// let record = TestRecord::new("hello").inside(&request).build();
/// assert_eq!(record.view().context("user"), Some(Value::Str("ann")));
/// ```
///
/// # Panics
///
/// Panics when there are [`Callsite::MAX`] callsites already.
#[must_use]
pub fn span(name: &str, fields: &[(&str, Value<'_>)], parent: Option<&Arc<SpanNode>>) -> Arc<SpanNode> {
    let names: Vec<_> = fields.iter().map(|&(name, _)| name).collect();
    let site = registered(Severity::INFO, "test", name, true, &names);
    let mut draft = Draft::new(Limits::default());
    draft.begin(head(Some(site)));
    for (place, &(_, value)) in (0_u16..).zip(fields) {
        draft.field(Key::Place(place), value);
    }
    SpanNode::new(Some(site), parent.cloned(), &mut draft)
}

fn registered(severity: Severity, target: &str, name: &str, is_span: bool, fields: &[&str]) -> &'static Callsite {
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let facts = (severity, target.to_owned(), name.to_owned(), is_span, fields.iter().map(|&f| f.to_owned()).collect());
    let mut known = CALLSITES.lock().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().entry(facts).or_insert_with(|| {
        let facts = CallsiteFacts {
            name: leak(name),
            target: leak(target),
            severity,
            module: Some(leak(target)),
            file: Some("src/test.rs"),
            line: Some(1),
            fields: fields.iter().map(|&field| leak(field)).collect(),
            is_span,
        };
        Callsite::register(facts).expect("the table of callsites has room")
    })
}

fn head(callsite: Option<&'static Callsite>) -> Head {
    Head { time: TIME, severity: Severity::INFO, kind: Kind::Log, callsite, generation: 0, roles: u8::MAX }
}

/// The record that `write` writes. It begins as an INFO record without a callsite.
///
/// ```
/// use tracework_core::{Key, Value};
///
/// let record = tracework_testkit::record(|draft| {
///     draft.message_str("payment processed");
///     draft.field(Key::Name("amount"), Value::F64(12.5));
/// });
/// assert_eq!(record.view().field("amount"), Some(Value::F64(12.5)));
/// ```
#[must_use]
pub fn record(write: impl FnOnce(&mut Draft)) -> OwnedRecord {
    finish(head(None), None, Arc::default(), None, write)
}

/// The record that `write` writes, inside `span`.
#[must_use]
pub fn record_in(span: &Arc<SpanNode>, write: impl FnOnce(&mut Draft)) -> OwnedRecord {
    finish(head(None), Some(span), Arc::default(), None, write)
}

fn finish(
    head: Head,
    span: Option<&Arc<SpanNode>>,
    thread: Arc<Thread>,
    metadata: Option<Arc<Metadata>>,
    write: impl FnOnce(&mut Draft),
) -> OwnedRecord {
    let mut draft = Draft::new(Limits::default());
    draft.begin(head);
    write(&mut draft);
    let mut page = Page::new(thread);
    page.set_metadata(metadata);
    let pick = page.push(&draft, span);
    OwnedRecord::from(&page.record(pick))
}

/// One thing a test record says.
type Say = Box<dyn FnOnce(&mut Draft)>;

/// A record put together part by part.
///
/// ```
/// use tracework_core::{Severity, Value};
/// use tracework_testkit::TestRecord;
///
/// let record = TestRecord::new("declined")
///     .severity(Severity::ERROR)
///     .target("payments::card")
///     .tags("PAYMENT,USER_123")
///     .field("amount", Value::F64(12.5))
///     .build();
/// let record = record.view();
/// assert_eq!((record.message(), record.target()), ("declined", "payments::card"));
/// assert!(record.has_tag("PAYMENT"));
/// ```
#[must_use = "`build` makes the record"]
pub struct TestRecord {
    head: Head,
    target: String,
    own_target: bool,
    span: Option<Arc<SpanNode>>,
    thread: Arc<Thread>,
    metadata: Option<Arc<Metadata>>,
    says: Vec<Say>,
}

impl std::fmt::Debug for TestRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestRecord").field("head", &self.head).field("target", &self.target).finish_non_exhaustive()
    }
}

impl TestRecord {
    /// An INFO record of the target `test` with this message, at a fixed time.
    pub fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        let this = Self {
            head: head(None),
            target: "test".to_owned(),
            own_target: false,
            span: None,
            thread: Arc::default(),
            metadata: None,
            says: Vec::new(),
        };
        this.write(move |draft| draft.message_str(&message))
    }

    /// How serious it is.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.head.severity = severity;
        self
    }

    /// What sort it is.
    pub fn kind(mut self, kind: Kind) -> Self {
        self.head.kind = kind;
        self
    }

    /// When it was emitted.
    pub fn time(mut self, time: Timestamp) -> Self {
        self.head.time = time;
        self
    }

    /// The generation of the plan it was captured under.
    pub fn generation(mut self, generation: u32) -> Self {
        self.head.generation = generation;
        self
    }

    /// The roles of the layers that it passed; without this, all of them.
    pub fn roles(mut self, roles: u8) -> Self {
        self.head.roles = roles;
        self
    }

    /// The target of its callsite.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// A target that the record carries itself, as one from a pipe does; it has no callsite then.
    pub fn own_target(mut self, target: impl Into<String>) -> Self {
        self.own_target = true;
        self.target(target)
    }

    /// A field.
    pub fn field(self, key: impl Into<String>, value: Value<'_>) -> Self {
        let (key, value) = (key.into(), Held::of(value));
        self.write(move |draft| value.write(draft, &key))
    }

    /// A field that holds an error and its causes.
    pub fn error(self, key: impl Into<String>, error: impl std::error::Error + 'static) -> Self {
        let key = key.into();
        self.write(move |draft| draft.error(Key::Name(&key), &error))
    }

    /// Its tags, with commas between.
    pub fn tags(self, tags: impl Into<String>) -> Self {
        self.reserved(Reserved::Tags, tags)
    }

    /// Its destinations, with commas between.
    pub fn destinations(self, names: impl Into<String>) -> Self {
        self.reserved(Reserved::Destinations, names)
    }

    /// Its category.
    pub fn category(self, category: impl Into<String>) -> Self {
        self.reserved(Reserved::Category, category)
    }

    /// What else it says about itself.
    pub fn reserved(self, what: Reserved, text: impl Into<String>) -> Self {
        let text = text.into();
        self.write(move |draft| draft.reserved(what, Value::Str(&text)))
    }

    /// Metadata of its own.
    pub fn metadata(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        self.write(move |draft| draft.metadata(&key, Value::Str(&value)))
    }

    /// Metadata that it shares with the whole program.
    pub fn shared_metadata(mut self, pairs: &[(&str, &str)]) -> Self {
        self.metadata = Some(Arc::new(Metadata::new(pairs.iter().copied())));
        self
    }

    /// The span around it.
    pub fn inside(mut self, span: &Arc<SpanNode>) -> Self {
        self.span = Some(Arc::clone(span));
        self
    }

    /// The thread that emitted it.
    pub fn thread(mut self, name: &str, number: u64) -> Self {
        self.thread = Arc::new(Thread { name: Some(name.into()), number, run: 0 });
        self
    }

    /// Whatever else a draft can be told.
    pub fn write(mut self, say: impl FnOnce(&mut Draft) + 'static) -> Self {
        self.says.push(Box::new(say));
        self
    }

    /// The record.
    ///
    /// # Panics
    ///
    /// Panics when there are [`Callsite::MAX`] callsites already.
    #[must_use]
    pub fn build(mut self) -> OwnedRecord {
        if self.own_target {
            let target = std::mem::take(&mut self.target);
            self = self.reserved(Reserved::Target, target);
        } else {
            self.head.callsite = Some(callsite(self.head.severity, &self.target, &[]));
        }
        let says = self.says;
        finish(self.head, self.span.as_ref(), self.thread, self.metadata, |draft| {
            says.into_iter().for_each(|say| say(draft));
        })
    }
}

/// A value that owns what it holds: a record with one field.
struct Held(OwnedRecord);

impl Held {
    fn of(value: Value<'_>) -> Self {
        Self(record(|draft| draft.field(Key::Name("value"), value)))
    }

    fn write(&self, draft: &mut Draft, key: &str) {
        if let Some(value) = self.0.view().field("value") {
            draft.field(Key::Name(key), value);
        }
    }
}
