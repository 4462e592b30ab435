//! Records to try rules on.

use std::sync::Arc;
use tracework_core::*;
use tracework_rules::Rule;

/// A span around a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    pub(crate) name: &'static str,
    pub(crate) tags: &'static str,
    pub(crate) category: &'static str,
    pub(crate) fields: Vec<(&'static str, Value<'static>)>,
}

/// A record as a test describes it; what is empty is missing.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) severity: Severity,
    pub(crate) kind: Kind,
    pub(crate) target: &'static str,
    pub(crate) module: Option<&'static str>,
    pub(crate) message: &'static str,
    pub(crate) tags: &'static str,
    pub(crate) category: &'static str,
    pub(crate) thread: &'static str,
    pub(crate) fields: Vec<(&'static str, Value<'static>)>,
    pub(crate) metadata: Vec<(&'static str, &'static str)>,
    /// The outermost first.
    pub(crate) spans: Vec<Around>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            severity: Severity::INFO,
            kind: Kind::Log,
            target: "app::db",
            module: None,
            message: "",
            tags: "",
            category: "",
            thread: "",
            fields: Vec::new(),
            metadata: Vec::new(),
            spans: Vec::new(),
        }
    }
}

impl Sample {
    pub(crate) fn field(name: &'static str, value: Value<'static>) -> Self {
        Self { fields: vec![(name, value)], ..Self::default() }
    }

    /// The record itself.
    pub(crate) fn record(&self) -> OwnedRecord {
        let span = self.spans.iter().fold(None, |parent, span| Some(open(span, parent)));
        let mut draft = Draft::new(Limits::default());
        draft.begin(Head { severity: self.severity, kind: self.kind, ..head() });
        draft.message_str(self.message);
        for (name, value) in &self.fields {
            draft.field(Key::Name(name), *value);
        }
        draft.reserved(Reserved::Target, Value::Str(self.target));
        let own = [
            (Reserved::Tags, self.tags),
            (Reserved::Category, self.category),
            (Reserved::Module, self.module.unwrap_or_default()),
            (Reserved::Thread, self.thread),
        ];
        for (what, text) in own.into_iter().filter(|(_, text)| !text.is_empty()) {
            draft.reserved(what, Value::Str(text));
        }
        let mut page = Page::new(Arc::default());
        page.set_metadata(Some(Arc::new(Metadata::new(self.metadata.iter().copied()))));
        let pick = page.push(&draft, span.as_ref());
        OwnedRecord::from(&page.record(pick))
    }
}

fn head() -> Head {
    Head { time: Timestamp(0), severity: Severity::INFO, kind: Kind::Log, callsite: None, generation: 0, roles: 0 }
}

/// A callsite for each name of a span, registered once: the table is not endless.
fn callsite(name: &'static str) -> &'static Callsite {
    use std::sync::{Mutex, PoisonError};
    static KNOWN: Mutex<Vec<&'static Callsite>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(callsite) = known.iter().find(|callsite| callsite.name == name) {
        return callsite;
    }
    let facts = CallsiteFacts {
        name,
        target: "app",
        severity: Severity::INFO,
        module: None,
        file: None,
        line: None,
        fields: Box::default(),
        is_span: true,
    };
    known.push(Callsite::register(facts).expect("the table has room"));
    known[known.len() - 1]
}

fn open(span: &Around, parent: Option<Arc<SpanNode>>) -> Arc<SpanNode> {
    let mut draft = Draft::new(Limits::default());
    draft.begin(head());
    for (name, value) in &span.fields {
        draft.field(Key::Name(name), *value);
    }
    for (what, text) in [(Reserved::Tags, span.tags), (Reserved::Category, span.category)] {
        if !text.is_empty() {
            draft.reserved(what, Value::Str(text));
        }
    }
    // A scope of context has no name, and so no callsite.
    let callsite = (!span.name.is_empty()).then(|| callsite(span.name));
    SpanNode::new(callsite, parent, &mut draft)
}

pub(crate) fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Checks which of the rules match the sample.
#[track_caller]
pub(crate) fn check(sample: &Sample, matching: &[&str], other: &[&str]) {
    let record = sample.record();
    for text in matching {
        assert!(rule(text).matches(&record.view()), "`{text}` should match {sample:?}");
    }
    for text in other {
        assert!(!rule(text).matches(&record.view()), "`{text}` should not match {sample:?}");
    }
}
