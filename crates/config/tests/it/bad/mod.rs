//! What is wrong is told exactly: where, what, and what was meant.

mod details;
mod meaning;
mod shape;

use super::support::read;

/// `yaml` is refused with `told`.
fn refused(yaml: &str, told: &str) {
    let error = read(yaml).expect_err("it is refused");
    assert_eq!(error.to_string(), told);
}
