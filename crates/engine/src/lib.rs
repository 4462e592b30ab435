//! The engine of tracework: from the shared buffer to delivered bytes.

mod ledger;
mod round;

pub use ledger::{DestinationHealth, DropReason, LastError, LedgerRow, State};
