//! Lists the pages of the book as modules, so that no page is forgotten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut pages = Vec::new();
    collect(&root.join("docs"), &mut pages)?;
    pages.extend(["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| root.join(name)));
    pages.sort();
    let mut code = String::new();
    for page in pages {
        println!("cargo::rerun-if-changed={}", page.display());
        let name = page.strip_prefix(&root).unwrap_or(&page).with_extension("");
        let name = name.to_string_lossy().to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        writeln!(code, "#[doc = include_str!({page:?})]\nmod {name} {{}}").map_err(io::Error::other)?;
    }
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("pages.rs"), code)
}

/// Every page below `folder`.
fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}
