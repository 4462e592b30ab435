//! The matching language as its users meet it. `docs/specs/rules.md` is the contract.

mod bounds;
mod decisions;
mod errors;
mod language;
mod properties;
mod records;
mod strategies;
mod targets;
mod values;
mod windows;
