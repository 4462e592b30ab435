//! The promises of ARCHITECTURE.md that can be seen from outside.

mod bounds;
mod lines;
mod secrets;
mod swaps;
