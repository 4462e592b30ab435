//! Names of files with `*` and `?`.

use std::path::{Path, PathBuf};

/// Has it a `*` or `?`?
pub(super) fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?'])
}

/// The files whose names fit that of `pattern`, by name. One that begins with a dot fits only what begins with one.
///
/// # Errors
///
/// If its folder cannot be read.
pub(super) fn matching(pattern: &Path) -> std::io::Result<Vec<PathBuf>> {
    let name = pattern.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = pattern.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.file_name();
        let Some(text) = file.to_str() else { continue };
        let hidden = text.starts_with('.') && !name.starts_with('.');
        let path = pattern.with_file_name(&file);
        if !hidden && fits(name.as_bytes(), text.as_bytes()) && !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Does `text` fit `pattern`, in which `*` is anything and `?` one byte?
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut here) = (0, 0);
    // Where to go on if it does not fit: after the last star, one byte further.
    let mut star = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, here));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[here] => (at, here) = (at + 1, here + 1),
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (at, here) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_and_question_marks_fit() {
        let fits = |pattern: &str, text: &str| fits(pattern.as_bytes(), text.as_bytes());
        for (pattern, text) in [("*.yml", "a.yml"), ("*", ""), ("a?c", "abc"), ("a*b*c", "axxbyybc"), ("**", "x")] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*.yml", "a.yml~"), ("?", ""), ("a*b", "axc"), ("abc", "ab")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
