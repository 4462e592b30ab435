//! The blocks of the pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A fenced block.
pub(super) struct Block {
    /// The page, from the workspace's folder.
    pub(super) page: String,
    pub(super) line: usize,
    pub(super) language: String,
    pub(super) marks: Vec<String>,
    /// The HTML comment on the line before it.
    note: Option<String>,
    pub(super) text: String,
}

impl Block {
    /// Does it have this mark behind its language?
    pub(super) fn is(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }

    /// The file that it is for the rest of the page.
    pub(super) fn file(&self) -> Option<&str> {
        self.note.as_deref()?.strip_prefix("file: ")
    }

    /// Why it is not run.
    pub(super) fn reason(&self) -> Option<&str> {
        self.note.as_deref()?.strip_prefix("not run: ")
    }

    /// The variables that are set for it.
    pub(super) fn variables(&self) -> Vec<(&str, &str)> {
        let note = self.note.as_deref().and_then(|note| note.strip_prefix("with: ")).unwrap_or_default();
        note.split_whitespace().filter_map(|pair| pair.split_once('=')).collect()
    }

    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is above")
}

/// The blocks of every page, by page.
pub(super) fn pages() -> BTreeMap<String, Vec<Block>> {
    let root = root();
    let mut files: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| root.join(name)).into();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    let named = files.into_iter().map(|file| {
        let page = file.strip_prefix(&root).expect("it is below").to_string_lossy().replace('\\', "/");
        let blocks = blocks(&page, &std::fs::read_to_string(&file).expect("it is UTF-8"));
        (page, blocks)
    });
    named.collect()
}

/// The blocks of one page.
pub(super) fn blocks(page: &str, text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut note = None;
    for (number, line) in (1..).zip(text.lines()) {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(info)) => {
                let mut marks = info.trim().split(',').map(|mark| mark.trim().to_owned());
                let language = marks.next().unwrap_or_default();
                let (marks, note, text) = (marks.collect(), note.take(), String::new());
                open = Some(Block { page: page.to_owned(), line: number, language, marks, note, text });
            }
            (None, None) => {
                let comment = line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                note = comment.map(|comment| comment.trim().to_owned());
            }
        }
    }
    assert!(open.is_none(), "{page}: a block has no end");
    found
}

#[test]
fn a_block_is_read_with_its_marks_and_its_note() {
    let text =
        "a\n<!-- file: app.yml -->\n```yaml,wrong\nlevel: INFO\n```\n\n<!-- with: A=1 B=x -->\n```console\n```\n";
    let found = blocks("page", text);
    let first = &found[0];
    assert_eq!((first.language.as_str(), first.file(), first.place().as_str()), ("yaml", Some("app.yml"), "page:3"));
    assert!(first.is("wrong") && first.variables().is_empty() && first.text == "level: INFO\n");
    assert_eq!((found[1].variables(), found[1].file()), (vec![("A", "1"), ("B", "x")], None));
    assert!(found[1].reason().is_none() && found.len() == 2);
}
