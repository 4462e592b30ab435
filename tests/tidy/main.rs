//! What the source promises about itself: which crate may name which, what no crate may name, and how long files and
//! functions are. All of it stands in one module, so that `cargo nextest run -p tracework-tests tidy` finds it.

#[path = "."]
mod tidy {
    mod api;
    mod edges;
    mod names;
    mod sizes;
    mod sources;
    mod versions;
    mod weight;
}
