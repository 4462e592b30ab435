//! Changing the plan of a running pipeline, and asking it how it does.

mod callsites;
mod destinations;
mod explain;
mod layers;
mod ledger;
mod levels;
mod parts;
mod questions;
mod raises;
mod troubles;
