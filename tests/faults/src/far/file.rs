//! A file of JSON lines.

use super::{FarEnd, numbers_in};
use std::path::{Path, PathBuf};
use tracework_testkit::Proxy;

struct FileEnd {
    path: PathBuf,
}

pub(super) fn start(folder: &Path) -> Option<Box<dyn FarEnd>> {
    Some(Box::new(FileEnd { path: folder.join("far.jsonl") }))
}

impl FarEnd for FileEnd {
    fn config(&self) -> String {
        format!("    type: file\n    path: {}\n    format: json\n", self.path.display())
    }

    fn way(&self) -> Option<&Proxy> {
        None
    }

    /// Of each line that is whole, in the file and in the one that it was renamed to.
    fn numbers(&mut self) -> Vec<u64> {
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        let text = [read(&self.path.with_extension("jsonl.1")), read(&self.path)].concat();
        let whole = text.split(|&byte| byte == b'\n').filter(|line| serde_json::from_slice::<Whole>(line).is_ok());
        whole.flat_map(|line| numbers_in(&String::from_utf8_lossy(line)).collect::<Vec<_>>()).collect()
    }
}

type Whole = serde_json::Map<String, serde_json::Value>;
