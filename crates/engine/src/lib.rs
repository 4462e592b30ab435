//! Plan, Control, buffer, workers, delivery and ledger of tracework.
