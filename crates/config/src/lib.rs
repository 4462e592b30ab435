//! The YAML configuration of tracework.
