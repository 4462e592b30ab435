//! The matching language of tracework.
