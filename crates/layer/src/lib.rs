//! The tracing layers of tracework: events and spans to Records.
