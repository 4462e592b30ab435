//! What the source promises about itself: which crate may name which, what no crate may name, and how long files and
//! functions are.

mod api;
mod edges;
mod names;
mod sizes;
mod sources;
mod versions;
mod weight;
