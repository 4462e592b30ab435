//! The oldest Rust that is promised, wherever it is named.

use crate::tidy::sources::root;

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The `rust-version` of the workspace.
fn promised() -> String {
    let manifest = read("Cargo.toml");
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("it is there");
    line.trim_matches('"').to_owned()
}

#[test]
fn the_oldest_rust_is_the_same_wherever_it_is_named() {
    let version = promised();
    for page in ["README.md", "CONTRIBUTING.md", "docs/first-hour.md"] {
        assert!(read(page).contains(&format!("Rust {version}")), "{page} does not name Rust {version}");
    }
}

#[test]
fn every_crate_promises_it() {
    for (path, text) in crate::tidy::sources::manifests() {
        assert!(text.contains("rust-version.workspace = true"), "{}", crate::tidy::sources::relative(&path));
    }
}
