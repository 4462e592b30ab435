//! The Rust blocks of every page (README, ARCHITECTURE, CONTRIBUTING and all of `docs/`) as documentation tests: run, or
//! with `no_run` compiled. YAML and console blocks are tested by `crates/cli/tests/it/docs`.

use std::io;
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

#[cfg(doctest)]
include!(concat!(env!("OUT_DIR"), "/pages.rs"));
