//! How much the library brings along.

use crate::tidy::sources::root;
use std::collections::BTreeSet;
use std::process::Command;

/// Crates of the default features, the library's own among them.
const MOST: usize = 60;

#[test]
fn the_default_features_of_the_library_bring_few_crates() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--package", "tracework", "--edges", "normal,build", "--prefix", "none", "--offline"]);
    let output = command.current_dir(root()).output().expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let crates: BTreeSet<_> =
        tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!((1..=MOST).contains(&crates.len()), "{} crates: {crates:#?}", crates.len());
}
