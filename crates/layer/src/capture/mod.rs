//! Events and spans to Records, on the thread that emits them.

mod closing;
mod event;
mod local;
mod raise;
mod sites;
mod span;
mod visitor;

pub(crate) use closing::on_close;
pub(crate) use event::{Stack, on_event, settle};
pub(crate) use local::{Entered, LayerId, with_local};
pub(crate) use sites::{Site, Sites, severity};
#[cfg(feature = "opentelemetry")]
pub(crate) use span::add_to_span;
pub(crate) use span::{on_enter, on_exit, on_new_span, on_record};
pub(crate) use visitor::tags_of;
