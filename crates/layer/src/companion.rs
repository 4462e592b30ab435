//! How our layers tell `tracing` which callsites they want without switching them off for others.
//!
//! A plain layer that answers `Interest::never` switches a callsite off for the whole stack. A per-layer filter does
//! not. So each layer of ours holds a filtered layer that does nothing, and answers through it; see
//! `docs/adr/0003-interest-through-a-companion.md`.

use crate::capture::Sites;
use std::fmt;
use std::sync::Arc;
use tracework_engine::own::is_own_thread;
use tracework_engine::{Hub, Verdict};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

/// The layer that does nothing.
#[derive(Debug)]
pub(crate) struct Nothing;

impl<S: Subscriber> Layer<S> for Nothing {}

/// Says which callsites the plan wants.
pub(crate) struct Wanted(Arc<Hub>);

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted")
    }
}

pub(crate) type Companion<S> = Filtered<Nothing, Wanted, S>;

pub(crate) fn companion<S: Subscriber + for<'a> LookupSpan<'a>>(hub: &Arc<Hub>) -> Companion<S> {
    Nothing.with_filter(Wanted(Arc::clone(hub)))
}

/// The filter alone, for a layer of ours that does something with spans.
#[cfg(feature = "opentelemetry")]
pub(crate) fn wanted(hub: &Arc<Hub>) -> Wanted {
    Wanted(Arc::clone(hub))
}

/// Does this metadata belong to a `log` record that asks whether it is wanted? It then has the record's real target.
fn is_log_record(metadata: &Metadata<'_>) -> bool {
    metadata.name() == "log record"
}

impl<S> Filter<S> for Wanted {
    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if !is_own_thread() {
            self.0.note_answer();
        }
        // In a forked child nothing is captured, and locks may be held for ever.
        if self.0.is_forked() {
            return Interest::never();
        }
        let generation = self.0.generation();
        let verdict = Sites::verdict(&self.0, metadata);
        if self.0.generation() != generation {
            // The plan changed under us: the answer may be the older plan's.
            self.0.request_rebuild();
        }
        match verdict {
            Verdict::Never => Interest::never(),
            Verdict::Raised if !is_raised(&self.0, metadata) => Interest::never(),
            Verdict::Raised | Verdict::Wanted => Interest::sometimes(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        !is_log_record(metadata) || Sites::log_wanted(&self.0, metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // A callsite that names its destinations is never disabled by level, and is only known once it is reached.
        None
    }
}

/// Did a span, or a level for a time, ask for a level that reaches down to this callsite?
fn is_raised(hub: &Hub, metadata: &Metadata<'_>) -> bool {
    let severity = crate::capture::severity(*metadata.level());
    hub.floor().is_some_and(|floor| severity >= floor) || hub.plan().raises(severity)
}
