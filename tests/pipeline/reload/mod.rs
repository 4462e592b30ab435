//! One config in the place of another, while the program logs.

mod destinations;
mod files;
mod hanging;
mod program;
mod support;
