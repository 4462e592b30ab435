//! Small complete programs that use tracework.
