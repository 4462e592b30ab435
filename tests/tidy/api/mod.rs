//! The public face, item by item, beside what it was: a change of it is seen, and made on purpose.

mod exposed;
mod modules;
mod stripped;

use crate::tidy::sources::{relative, root};
use std::path::PathBuf;

/// The libraries that programs may use, each with its name and its folder.
fn libraries() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("it can be read").flatten() {
            let path = entry.path();
            if path.join("Cargo.toml").is_file() {
                let name = relative(&path).replace("crates/", "").replace("destinations/", "");
                // The program has no face but its commands.
                if path.join("src/lib.rs").is_file() && name != "cli" {
                    found.push((name, path.join("src/lib.rs")));
                }
            } else if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_public_face_is_what_it_is_known_to_be() {
    let update = std::env::var_os("UPDATE_API").is_some();
    let folder = root().join("docs/api");
    let (mut changed, mut known) = (Vec::new(), Vec::new());
    for (name, file) in libraries() {
        let face = exposed::face(&modules::load(&file));
        let path = folder.join(format!("{}.txt", name.replace('/', "-")));
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        if update {
            std::fs::create_dir_all(&folder).expect("it can be made");
            std::fs::write(&path, &face).expect("it can be written");
        } else if before != face {
            changed.push(format!("{name}:\n{}", differences(&before, &face)));
        }
        known.push(path);
    }
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        assert!(known.contains(&entry.path()), "{} is of no library", relative(&entry.path()));
    }
    let what = "the public face changed. If it should: UPDATE_API=1 cargo nextest run -p tracework-tests public_face";
    assert!(changed.is_empty(), "{what}\n{}", changed.join("\n"));
}

/// The lines that are there no longer, and those that are new.
fn differences(before: &str, now: &str) -> String {
    let only = |mark: &str, these: &str, others: &str| {
        let others: Vec<_> = others.lines().collect();
        let lines = these.lines().filter(|line| !others.contains(line)).take(40);
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    only("-", before, now) + &only("+", now, before)
}
