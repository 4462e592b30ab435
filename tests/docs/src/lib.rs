//! The Rust blocks of every page (README, ARCHITECTURE, CONTRIBUTING and all of `docs/`) as documentation tests: run, or
//! with `no_run` compiled. YAML and console blocks are tested by `crates/cli/tests/it/docs`.

use std::path::Path;
use std::{fs, io};
use tempfile::TempDir;

/// Goes to a folder of its own, which is gone with what is returned. For blocks that write files:
///
/// ```
/// let _folder = tracework_docs::elsewhere()?;
/// std::fs::write("app.jsonl", "{}")?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// There is no room for temporary files.
pub fn elsewhere() -> io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    std::env::set_current_dir(folder.path())?;
    Ok(folder)
}

/// Goes to a folder of its own with the files in it that the page `docs/PAGE.md` shows: each block below a line
/// `<!-- file: NAME -->`, and of several with one name the last.
///
/// # Errors
///
/// There is no such page, or no room for temporary files.
pub fn folder_of(page: &str) -> io::Result<TempDir> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page).with_extension("md");
    let text = fs::read_to_string(page)?;
    let folder = elsewhere()?;
    for part in text.split("<!-- file: ").skip(1) {
        let Some((name, rest)) = part.split_once(" -->\n") else { continue };
        let block = rest.split("```").nth(1).and_then(|block| block.split_once('\n'));
        fs::write(name, block.map_or("", |(_, text)| text))?;
    }
    Ok(folder)
}

#[cfg(doctest)]
include!(concat!(env!("OUT_DIR"), "/pages.rs"));
