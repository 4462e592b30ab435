//! tracework itself. The rows below appear as soon as their systems are listed here.
//!
//! A system is a name, a line about it and a function that installs it, drives it and closes it:
//!
//! ```ignore
//! fn one_file(job: &Job) -> Result<Figures> {
//!     let file = job.dir.join("a.jsonl");
//!     let control = /* a Control with that one JSON file, queue `block`, shape fmt */;
//!     set_global_default(registry().with(DestinationLayer::new(&control)))?;
//!     let close = move || {
//!         control.shutdown(PATIENCE).into_result()?;
//!         Ok(Left::Files(vec![file]))
//!     };
//!     drive(job, Traced { workload: job.workload, close })
//! }
//! ```
//!
//! The questions (`questions.rs`) know these names:
//!
//! | name | is |
//! |---|---|
//! | `tracework` | one JSON file, `shape: fmt`, sanitising and redaction on, level INFO |
//! | `tracework-default` | the same in the default shape |
//! | `tracework-plain` | `shape: fmt` with redaction off |
//! | `tracework-three` | JSON file, text file, JSON file |
//! | `tracework-five` | as `tracework`, and four further destinations |
//! | `tracework-stalled-drop` | one destination that never answers, policy `drop_newest` |
//! | `tracework-stalled-spill` | the same, spilling to its spool |
//! | `tracework-stalled-beside` | a stalled destination under `block` that other records go to, and a live one for these |

use super::System;

/// What is wired.
pub const SYSTEMS: &[System] = &[];
