//! The vocabulary of tracework: Record, Value, Severity, Tags, Failure and the role traits.
