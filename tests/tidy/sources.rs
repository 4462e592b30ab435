//! The sources of the workspace.

use std::path::{Path, PathBuf};

/// The folder that the workspace is in.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above").to_owned()
}

/// The manifest of every package of the workspace, with its text.
pub(crate) fn manifests() -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), ["crates", "tests", "examples"].map(|name| root().join(name)).to_vec());
    while let Some(folder) = folders.pop() {
        let manifest = folder.join("Cargo.toml");
        found.extend(std::fs::read_to_string(&manifest).ok().map(|text| (manifest, text)));
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        folders.extend(entries.filter(|path| path.is_dir() && !path.ends_with("src")));
    }
    found
}

/// Every Rust file below a folder of the workspace, with its text.
pub(crate) fn rust_files(below: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(below)]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

/// A file's path from the workspace's folder, with `/` on every system.
pub(crate) fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The text with comments, strings and characters blanked out: what is left is code, in the same lines.
pub(crate) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let skipped = skip(bytes, at);
        if skipped > at {
            out.extend(bytes[at..skipped].iter().filter(|&&byte| byte == b'\n').map(|_| '\n'));
            out.push(' ');
            at = skipped;
        } else {
            out.push(char::from(bytes[at]));
            at += 1;
        }
    }
    out
}

/// Where the comment, string or character that begins at `at` ends; `at` itself if none does.
fn skip(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let find = |what: &[u8], from: usize| {
        rest[from..]
            .windows(what.len())
            .position(|window| window == what)
            .map_or(bytes.len(), |place| at + from + place)
    };
    let after_a_letter = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    if rest.starts_with(b"//") {
        return find(b"\n", 0);
    }
    if rest.starts_with(b"/*") {
        return (find(b"*/", 2) + 2).min(bytes.len());
    }
    let hashes = rest.iter().skip(1).take_while(|&&byte| byte == b'#').count();
    if rest[0] == b'r' && rest.get(1 + hashes) == Some(&b'"') && !after_a_letter {
        let end = format!("\"{}", "#".repeat(hashes));
        return (find(end.as_bytes(), 2 + hashes) + end.len()).min(bytes.len());
    }
    match rest {
        [b'"', ..] => quoted(bytes, at, b'"'),
        [b'\'', b'\\', ..] => quoted(bytes, at, b'\''),
        [b'\'', first, ..] if first.is_ascii() && rest.get(2) == Some(&b'\'') => at + 3,
        [b'\'', first, ..] if !first.is_ascii() => quoted(bytes, at, b'\''),
        _ => at,
    }
}

/// The place behind the next `mark` that no backslash stands before.
fn quoted(bytes: &[u8], at: usize, mark: u8) -> usize {
    let mut here = at + 1;
    while here < bytes.len() && bytes[here] != mark {
        here += 1 + usize::from(bytes[here] == b'\\');
    }
    (here + 1).min(bytes.len())
}

#[test]
fn comments_strings_and_characters_are_no_code() {
    let text = "a /* { */ b // {\n\"{ \\\" {\" c '{' d '\\'' e r#\"{ \" {\"# f: &'static str";
    let code = code(text);
    assert!(!code.contains('{') && code.contains("static"), "{code}");
    assert_eq!(code.lines().count(), 2);
}
