//! The matching language of tracework: a [`Rule`] says which records are meant, [`TargetLevels`] how much each target may
//! say, and a [`Window`] how many there were in how much time.
//!
//! The language is specified in `docs/specs/rules.md`.

mod error;
mod expr;
mod parse;
mod rule;
mod targets;
mod verdict;
mod window;

pub use error::RuleError;
pub use expr::Subject;
pub use parse::quote;
pub use rule::Rule;
pub use targets::{Directives, TargetLevels, TargetPattern};
pub use verdict::{Facts, Verdict};
pub use window::Window;
