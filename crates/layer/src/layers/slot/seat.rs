//! A seat in the stack: an empty layer with a filter, both of which hand on to whoever sits there.

use super::place::Place;
use super::thread;
use std::fmt;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

/// What the stack knows of a seat.
pub(super) type InStack<S> = Filtered<Seat<S>, SeatFilter<S>, S>;

/// The layer of a seat.
pub(super) struct Seat<S: Subscriber>(Arc<Place<S>>);

/// Its filter: what the foreign layer asks for, as its filter and by itself.
pub(super) struct SeatFilter<S: Subscriber>(Arc<Place<S>>);

impl<S: Subscriber> fmt::Debug for Seat<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seat")
    }
}

impl<S: Subscriber> fmt::Debug for SeatFilter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeatFilter")
    }
}

pub(super) fn in_stack<S: Subscriber + for<'a> LookupSpan<'a>>(place: &Arc<Place<S>>) -> InStack<S> {
    Seat(Arc::clone(place)).with_filter(SeatFilter(Arc::clone(place)))
}

impl<S: Subscriber> Filter<S> for SeatFilter<S> {
    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.with(|tenant| tenant.interest(metadata)).unwrap_or_else(Interest::never)
    }

    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        self.0.with(|tenant| tenant.is_taking() && tenant.enabled(metadata, context)).unwrap_or(false)
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        // What nobody was asked about is asked about when it comes.
        self.0.with(|tenant| !tenant.was_asked() || tenant.event_enabled(event, context)).unwrap_or(false)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.0.with(|tenant| tenant.max_level_hint()).unwrap_or(Some(LevelFilter::OFF))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seat<S> {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        // A layer further in may have logged meanwhile, and so have confused whom the span is for; what was written down
        // with the span holds.
        let belongs = thread::set_belongs(false) || context.span(id).is_some();
        if !belongs {
            return;
        }
        self.0.begin(|tenant| {
            tenant.call(|foreign| {
                if let Some(filter) = foreign.filter() {
                    filter.on_new_span(attributes, id, context.clone());
                }
                foreign.layer().on_new_span(attributes, id, context);
            });
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.0.with(|tenant| {
            tenant.call(|foreign| {
                if let Some(filter) = foreign.filter() {
                    filter.on_record(id, values, context.clone());
                }
                foreign.layer().on_record(id, values, context);
            });
        });
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        self.0.with(|tenant| tenant.call(|foreign| foreign.layer().on_follows_from(id, follows, context)));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.with(|tenant| {
            let late = || {
                let metadata = event.metadata();
                tenant.is_taking() && tenant.enabled(metadata, &context) && tenant.event_enabled(event, &context)
            };
            if tenant.was_asked() || late() {
                tenant.call(|foreign| foreign.layer().on_event(event, context));
            }
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.0.with(|tenant| {
            tenant.call(|foreign| {
                if let Some(filter) = foreign.filter() {
                    filter.on_enter(id, context.clone());
                }
                foreign.layer().on_enter(id, context);
            });
        });
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.0.with(|tenant| {
            tenant.call(|foreign| {
                if let Some(filter) = foreign.filter() {
                    filter.on_exit(id, context.clone());
                }
                foreign.layer().on_exit(id, context);
            });
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.0.with(|tenant| {
            tenant.call(|foreign| {
                if let Some(filter) = foreign.filter() {
                    filter.on_close(id.clone(), context.clone());
                }
                foreign.layer().on_close(id, context);
            });
        });
        self.0.end();
    }

    /// The registry changes no ids. The slot asks by this whether a span belongs to the seat: it is called for those
    /// alone.
    fn on_id_change(&self, old: &Id, new: &Id, context: Context<'_, S>) {
        thread::set_belongs(true);
        if old != new {
            self.0.with(|tenant| tenant.call(|foreign| foreign.layer().on_id_change(old, new, context)));
        }
    }
}
