//! The floor under any layer: visitors that visit every field and do nothing; and no system at all.

use std::{fmt::Debug, hint::black_box};

use anyhow::Result;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
    subscriber::set_global_default,
};
use tracing_subscriber::{Layer, layer::Context, prelude::*, registry, registry::LookupSpan};

use super::{Left, Subject, System, Traced};
use crate::{
    figures::Figures,
    measure::{Job, drive},
};

/// The visitor, and the measure by itself.
pub const SYSTEMS: &[System] = &[
    System { name: "visitor", about: "a layer whose visitor does nothing: the floor", scale: 10, run: visitor },
    System { name: "timer", about: "no call at all: what the measure itself costs", scale: 10, run: timer },
];

/// Visits and forgets.
struct Floor;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Floor {
    fn on_new_span(&self, attrs: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attrs.record(&mut Forget);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Forget);
    }
}

/// The visitor that does nothing with a typed value; it formats none.
struct Forget;

impl Visit for Forget {
    fn record_f64(&mut self, _: &Field, value: f64) {
        black_box(value);
    }

    fn record_i64(&mut self, _: &Field, value: i64) {
        black_box(value);
    }

    fn record_u64(&mut self, _: &Field, value: u64) {
        black_box(value);
    }

    fn record_bool(&mut self, _: &Field, value: bool) {
        black_box(value);
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        black_box(value);
    }

    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        black_box(value);
    }
}

/// The layer alone on a registry.
fn visitor(job: &Job) -> Result<Figures> {
    set_global_default(registry().with(Floor))?;
    drive(job, Traced { workload: job.workload, close: || Ok(Left::Nothing) })
}

/// A subject without a call.
struct Nothing;

impl Subject for Nothing {
    #[inline]
    fn emit(&self, user_id: u64) {
        black_box(user_id);
    }

    fn close(self) -> Result<Left> {
        Ok(Left::Nothing)
    }
}

/// Nothing at all.
fn timer(job: &Job) -> Result<Figures> {
    drive(job, Nothing)
}
