//! Records to encode.

use std::sync::Arc;
use tracework_core::*;

/// A value that owns its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F64(f64),
    Str(String),
    Text(String),
    Bytes(Vec<u8>),
    Json(String),
}

impl Given {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::I64(value) => Value::I64(*value),
            Self::U64(value) => Value::U64(*value),
            Self::I128(value) => Value::I128(*value),
            Self::U128(value) => Value::U128(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Str(value) => Value::Str(value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
            Self::Json(value) => Value::Json(value),
        }
    }
}

pub(crate) fn text(text: &str) -> Given {
    Given::Str(text.to_owned())
}

pub(crate) type Pairs = Vec<(String, Given)>;

pub(crate) fn pairs(pairs: &[(&str, Given)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// All that a record is made of.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) time: i64,
    pub(crate) severity: Severity,
    pub(crate) kind: Kind,
    pub(crate) target: String,
    pub(crate) message: String,
    /// Are the fields named by their place in the callsite?
    pub(crate) placed: bool,
    pub(crate) fields: Pairs,
    /// The outermost first; a span without a name is a scope of context.
    pub(crate) spans: Vec<(String, Pairs, Option<String>)>,
    pub(crate) tags: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) own_metadata: Pairs,
    pub(crate) thread: Option<String>,
    pub(crate) limits: Limits,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            time: 1_705_314_645_123_456_789,
            severity: Severity::INFO,
            kind: Kind::Log,
            target: "auth_service".into(),
            message: "user authenticated".into(),
            placed: true,
            fields: Vec::new(),
            spans: Vec::new(),
            tags: None,
            category: None,
            metadata: Vec::new(),
            own_metadata: Vec::new(),
            thread: None,
            limits: Limits::default(),
        }
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.into())
}

fn callsite(name: &str, target: &str, fields: &Pairs, is_span: bool) -> &'static Callsite {
    Callsite::register(CallsiteFacts {
        name: leak(name),
        target: leak(target),
        severity: Severity::INFO,
        module: Some("auth_service::login"),
        file: Some("src/login.rs"),
        line: Some(142),
        fields: fields.iter().map(|(name, _)| leak(name)).collect(),
        is_span,
    })
    .expect("the table has room")
}

fn write_fields(draft: &mut Draft, fields: &Pairs, placed: bool) {
    for (place, (name, value)) in (0..).zip(fields) {
        draft.field(if placed { Key::Place(place) } else { Key::Name(name) }, value.value());
    }
}

impl Work {
    pub(crate) fn head(&self, callsite: Option<&'static Callsite>) -> Head {
        let (severity, kind) = (self.severity, self.kind);
        Head { time: Timestamp(self.time), severity, kind, callsite, generation: 1, roles: 1 }
    }

    fn leaf(&self) -> Option<Arc<SpanNode>> {
        let mut leaf = None;
        for (name, fields, tags) in &self.spans {
            let callsite = (!name.is_empty()).then(|| callsite(name, &self.target, fields, true));
            let mut draft = Draft::new(self.limits);
            draft.begin(self.head(callsite));
            write_fields(&mut draft, fields, callsite.is_some());
            if let Some(tags) = tags {
                draft.reserved(Reserved::Tags, Value::Str(tags));
            }
            leaf = Some(SpanNode::new(callsite, leaf, &mut draft));
        }
        leaf
    }

    /// The record alone in a page; `more` may add to it.
    pub(crate) fn page_with(&self, more: impl FnOnce(&mut Draft)) -> (Page, Pick) {
        let number = u64::from(self.thread.is_some());
        let thread = Thread { name: self.thread.as_deref().map(Into::into), number, run: 0 };
        let mut page = Page::new(Arc::new(thread));
        let metadata = self.metadata.iter().map(|(name, value)| (&**name, &**value));
        page.set_metadata(Some(Arc::new(Metadata::new(metadata))));
        let mut draft = Draft::new(self.limits);
        draft.begin(self.head(Some(callsite("event", &self.target, &self.fields, false))));
        draft.message(format_args!("{}", self.message));
        write_fields(&mut draft, &self.fields, self.placed);
        if let Some(tags) = &self.tags {
            draft.reserved(Reserved::Tags, Value::Str(tags));
        }
        if let Some(category) = &self.category {
            draft.reserved(Reserved::Category, Value::Str(category));
        }
        for (name, value) in &self.own_metadata {
            draft.metadata(name, value.value());
        }
        more(&mut draft);
        let pick = page.push(&draft, self.leaf().as_ref());
        (page, pick)
    }

    pub(crate) fn line_with(&self, format: &mut dyn Format, more: impl FnOnce(&mut Draft)) -> String {
        let (page, pick) = self.page_with(more);
        let mut out = Vec::new();
        format.encode(&page.record(pick), &mut out);
        // What was kept of the first must lead to the same bytes.
        let first = out.clone();
        out.clear();
        format.encode(&page.record(pick), &mut out);
        assert_eq!(String::from_utf8_lossy(&first), String::from_utf8_lossy(&out));
        String::from_utf8(out).expect("it is UTF-8")
    }

    pub(crate) fn line(&self, format: &mut dyn Format) -> String {
        self.line_with(format, |_| {})
    }
}

/// A record with something of everything.
pub(crate) fn full() -> Work {
    let request = pairs(&[("request_id", text("req_123456")), ("method", text("POST"))]);
    let login = pairs(&[("user_id", text("user_789")), ("attempt", Given::U64(1))]);
    Work {
        fields: pairs(&[
            ("auth_method", text("pass word")),
            ("duration_ms", Given::U64(45)),
            ("ratio", Given::F64(0.5)),
        ]),
        spans: vec![("request".into(), request, Some("PAYMENT".into())), ("login".into(), login, None)],
        tags: Some("USER_123, PAYMENT".into()),
        category: Some("api".into()),
        metadata: vec![("service".into(), "payments".into()), ("host".into(), "h1".into())],
        thread: Some("main".into()),
        ..Work::default()
    }
}

/// An error with a cause.
#[derive(Debug)]
pub(crate) struct Outer(pub(crate) std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("could not save")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

pub(crate) fn add_error(draft: &mut Draft) {
    draft.error(Key::Name("error"), &Outer(std::io::Error::other("disk full")));
}
