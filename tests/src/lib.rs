//! Whole-system tests of tracework.
