//! Faults put to every destination, and what became of the records.
//!
//! A fault is put to a program from without: a child process emits numbered records on several threads, and
//! writes which of them it had acknowledged to a pipe that the parent owns. The parent kills it, fills its disk or
//! breaks the way to its server, starts it again, has it drained, reads the far end by the server's own means,
//! and compares the three sets: emitted, acknowledged, arrived. What comes of it is one [`Line`].
//!
//! ```text
//! tracework-faults run [--long] [--own-servers] [--fault NAME] [--destination NAME] [--level NAME] [--out FILE]
//! tracework-faults table FILE     the table of docs/reliability.md out of such lines
//! tracework-faults everything [--dead] [--program FILE] [LINES]
//!                                 all destinations in one config, and each far end counted
//! ```

mod account;
mod child;
mod everything;
mod far;
mod faults;
mod histogram;
mod line;
mod program;
mod running;
mod table;

pub use everything::{Everything, Outcome, Row};
pub use far::Level;
pub use faults::{Fault, Length, faults};
pub use line::Line;
pub use program::main;
pub use table::table;

use account::Account;
use far::{FarEnd, far_ends};
use running::{Report, Running, Setting};
