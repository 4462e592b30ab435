//! Fields for the current task: who it is for, without a span.
//!
//! ```
//! use tracework_layer::context;
//! # let control = tracework_engine::Control::new();
//! context::scope(&control, &[("user_id", "42"), ("request_id", "r-1")], || {
//!     tracing::info!("carries user_id and request_id in its context");
//! });
//! ```

use crate::capture::{LayerId, with_local};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use tracework_core::{Head, Key, Kind, Severity, SpanNode, Value};
use tracework_engine::{Control, Hub};

/// The owner of scopes: no layer.
const SCOPE: LayerId = LayerId(u32::MAX);

/// Fields that records carry in their context while a scope of them is open.
#[derive(Clone, Debug)]
pub struct Context {
    hub: Arc<Hub>,
    fields: Vec<(String, String)>,
}

/// An open scope; it closes when this is dropped, on the thread that opened it.
#[derive(Debug)]
pub struct Scope {
    hub: Arc<Hub>,
    id: u64,
    /// A scope belongs to its thread.
    _thread: std::marker::PhantomData<*const ()>,
}

impl Context {
    /// These fields, for the pipeline of `control`.
    pub fn new<K: Into<String>, V: Into<String>>(control: &Control, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        let fields = fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { hub: Arc::clone(control.hub()), fields }
    }

    /// Opens a scope on this thread.
    #[must_use]
    pub fn enter(&self) -> Scope {
        let id = with_local(&self.hub, |local| {
            local.refresh();
            let mut draft = local.draft();
            draft.begin(Head {
                time: self.hub.clock().now(),
                severity: Severity::INFO,
                kind: Kind::Log,
                callsite: None,
                generation: 0,
                roles: 0,
            });
            for (key, value) in &self.fields {
                draft.field(Key::Name(key), Value::Str(value));
            }
            let parent = local.entered.last().map(|entered| Arc::clone(&entered.node));
            local.plan.redactor().redact_draft(&mut draft, &mut local.redaction);
            let node = SpanNode::new(None, parent, &mut draft);
            local.keep_draft(draft);
            let id = node.id();
            local.entered.push(crate::capture::Entered { span: id, owner: SCOPE, node });
            id
        });
        Scope { hub: Arc::clone(&self.hub), id: id.unwrap_or(0), _thread: std::marker::PhantomData }
    }

    /// Has `future` polled inside a scope.
    pub fn wrap<F: Future>(self, future: F) -> InContext<F> {
        InContext { context: self, future: Box::pin(future) }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let left = with_local(&self.hub, |local| {
            let place = local.entered.iter().rposition(|entered| entered.span == self.id && entered.owner == SCOPE)?;
            Some(local.entered.remove(place))
        });
        drop(left);
    }
}

/// Runs `work` inside a scope of these fields.
pub fn scope<T>(control: &Control, fields: &[(&str, &str)], work: impl FnOnce() -> T) -> T {
    let _scope = Context::new(control, fields.iter().copied()).enter();
    work()
}

/// A future that is polled inside a scope. See [`Context::wrap`].
#[derive(Debug)]
pub struct InContext<F> {
    context: Context,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<F::Output> {
        let _scope = self.context.enter();
        self.future.as_mut().poll(context)
    }
}
