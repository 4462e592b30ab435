//! Files that are made by a test and checked in. `UPDATE=1` writes them anew.

use std::path::Path;

/// `text` is what the file at `path`, from the root of the workspace, holds.
pub(crate) fn assert_kept(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{path} cannot be written: {error}"));
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = kept.lines().zip(text.lines()).position(|(kept, text)| kept != text);
    let line = differs.unwrap_or(kept.lines().count().min(text.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
    let help = "run the test with UPDATE=1, and read what changed";
    assert!(kept == text, "{path}, line {}:\n  kept {}\n  made {}\n{help}", line + 1, at(&kept), at(text));
}
