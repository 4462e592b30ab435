//! Why a layer cannot be put into a slot.

use std::fmt;
use tracework_engine::PlanError;

/// Why a layer cannot be put into a slot, or taken out. Nothing is changed then.
#[derive(Debug)]
#[non_exhaustive]
pub enum SlotError {
    /// The layer has a per-layer filter somewhere inside, which must be known when the stack is made.
    Filtered {
        /// The name it was to have.
        name: String,
    },
    /// No seat is free.
    Full {
        /// The name it was to have.
        name: String,
        /// How many seats there are.
        seats: usize,
        /// How many of them are held by spans that their layer, taken out by now, still has to see the end of.
        leaving: usize,
    },
    /// The layer panicked when it was told of its stack, or of a callsite.
    Panicked {
        /// The name it was to have.
        name: String,
        /// What it said.
        said: String,
    },
    /// The stack that the slot stood in is no more.
    Gone,
    /// The plan says no: the name is none, or taken, or unknown, or the pipeline was shut down.
    Plan(PlanError),
}

impl fmt::Display for SlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filtered { name } => write!(
                f,
                "the layer `{name}` has a filter of its own (`with_filter`) inside, which `tracing` does not take after the \
                 stack is made; give it to `put_filtered` as it is, not boxed, or put each part in by itself"
            ),
            Self::Full { name, seats, leaving } => write!(
                f,
                "there is no seat for the layer `{name}`: of {seats}, {} are taken and {leaving} wait for spans of a layer \
                 that was taken out to close; take one out, or make the slot with more seats",
                seats - leaving
            ),
            Self::Panicked { name, said } => write!(f, "the layer `{name}` panicked while it was put in: {said}"),
            Self::Gone => f.write_str("the stack that the slot stood in is no more"),
            Self::Plan(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SlotError {}

impl From<PlanError> for SlotError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}
