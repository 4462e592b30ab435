//! Whole-system tests of tracework: see the folders beside this one.
