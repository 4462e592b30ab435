//! How much each target may say: patterns, tables of them, and the directives of `RUST_LOG`.

mod directives;
mod levels;
mod pattern;

pub use directives::Directives;
pub use levels::TargetLevels;
pub use pattern::TargetPattern;
