//! The second stage: from nodes to a validated config.

mod common;
mod destinations;
mod enrich;
mod flat;
mod names;
mod routes;
mod top;

use crate::error::Problems;
use crate::raw::{self, Data, Environment, Node};
use crate::schema::Recorder;
use crate::section::{Section, Shared};
use crate::{Config, Registry};
use std::path::{Path, PathBuf};

/// Reads a config. `None` if there is nothing in it; what is wrong is in `problems`.
pub(crate) fn config(
    name: &str,
    problems: &Problems<'_>,
    folder: &Path,
    registry: &Registry,
    environment: Environment<'_>,
) -> Option<Config> {
    let mut root = raw::read(problems, environment)?;
    if root.is_null() {
        return None;
    }
    let Data::Map(_) = root.data else {
        let message = format!("a config is a map of names and values; this is {}", root.noun());
        problems.add(root.place, message, Some("write `level: INFO` and the like".into()));
        return None;
    };
    flat::desugar(&mut root, problems);
    let directory = directory(&root, folder);
    let shared = Shared { problems, registry, directory: &directory, recorder: None };
    let mut section = Section::root(&shared, root.entries());
    let config = top::read(name, &mut section);
    section.finish();
    Some(config)
}

/// Runs all readers over `root`, to take down what they ask for.
pub(crate) fn record(root: &Node, problems: &Problems<'_>, registry: &Registry, recorder: &Recorder) {
    let shared = Shared { problems, registry, directory: Path::new("."), recorder: Some(recorder) };
    let mut section = Section::root(&shared, root.entries());
    flat::record(&mut section);
    top::read("", &mut section);
    section.finish();
}

/// The folder that relative paths start at.
fn directory(root: &Node, folder: &Path) -> PathBuf {
    let named = root.get("directory").and_then(|node| match &node.data {
        Data::Scalar { text, .. } if !node.is_null() => Some(text.as_str()),
        _ => None,
    });
    let joined = named.map_or_else(|| folder.to_owned(), |named| folder.join(named));
    let absolute = std::path::absolute(&joined).unwrap_or(joined);
    // `a/.` is `a`.
    absolute.components().collect()
}
